using System.Collections.Generic;
using System.Linq;
using Newtonsoft.Json.Linq;

namespace Sonorama.Core.Tests
{
    internal static class TokenExtensions
    {
        /// <summary>The values in a token, in a list of their own so that they can be replaced.</summary>
        internal static List<JValue> DescendantsAndValues(this JContainer container)
        {
            return container.Descendants().OfType<JValue>().ToList();
        }
    }
}
