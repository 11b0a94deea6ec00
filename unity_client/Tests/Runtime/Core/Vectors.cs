using System;
using System.IO;
using System.Runtime.CompilerServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using NUnit.Framework;

namespace Sonorama.Core.Tests
{
    /// <summary>The golden vectors of protocol/vectors, which lie in the repository and not in the package.</summary>
    internal static class Vectors
    {
        internal static JObject Read(string name, [CallerFilePath] string here = "")
        {
            var folder = Environment.GetEnvironmentVariable("SONORAMA_VECTORS")
                ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here), "../../../../protocol/vectors"));
            var path = Path.Combine(folder, name + ".json");
            if (!File.Exists(path)) Assert.Ignore("the vectors aren't here: set SONORAMA_VECTORS to their folder");
            using (var reader = new JsonTextReader(new StreamReader(path)))
            {
                reader.DateParseHandling = DateParseHandling.None;
                return JObject.Load(reader);
            }
        }

        internal static byte[] Bytes(JToken hex)
        {
            var text = (string)hex;
            var bytes = new byte[text.Length / 2];
            for (var index = 0; index < bytes.Length; index++)
                bytes[index] = Convert.ToByte(text.Substring(2 * index, 2), 16);
            return bytes;
        }

        internal static Point3 Point(JToken numbers)
        {
            return new Point3((double)numbers[0], (double)numbers[1], (double)numbers[2]);
        }

        internal static void AreClose(Point3 expected, Point3 actual, string about)
        {
            Assert.AreEqual(expected.X, actual.X, 1e-9, about);
            Assert.AreEqual(expected.Y, actual.Y, 1e-9, about);
            Assert.AreEqual(expected.Z, actual.Z, 1e-9, about);
        }
    }
}
