using System.Runtime.CompilerServices;

// The package's tests look inside.
[assembly: InternalsVisibleTo("Sonorama.Core.Tests")]
[assembly: InternalsVisibleTo("Sonorama.Unity.Tests")]
