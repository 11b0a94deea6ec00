using System.Runtime.CompilerServices;

// Its own tests look inside.
[assembly: InternalsVisibleTo("Sonorama.Unity.Tests")]
