using System;
using Newtonsoft.Json.Linq;
using NUnit.Framework;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class OscTests
    {
        [Test]
        public void PacketsAreReadAsTheVectorsHaveThem()
        {
            var vectors = Vectors.Read("osc");
            var packet = new OscPacket();
            foreach (var kind in new[] { "valid", "read_only" })
            {
                foreach (var row in vectors[kind])
                {
                    var about = (string)row["about"];
                    var bytes = Vectors.Bytes(row["hex"]);
                    Assert.IsNull(packet.Read(bytes, bytes.Length), about);
                    if (row["unix_s"].Type == JTokenType.Null) Assert.IsTrue(double.IsNaN(packet.UnixS), about);
                    else Assert.AreEqual((double)row["unix_s"], packet.UnixS, 1e-6, about);
                    var messages = (JArray)row["messages"];
                    Assert.AreEqual(messages.Count, packet.Count, about);
                    for (var index = 0; index < packet.Count; index++) AreSame(messages[index], packet[index], about);
                }
            }
        }

        [Test]
        public void WhatIsNoPacketIsRefusedAsAWhole()
        {
            var packet = new OscPacket();
            foreach (var row in Vectors.Read("osc")["invalid"])
            {
                var bytes = Vectors.Bytes(row["hex"]);
                Assert.IsNotNull(packet.Read(bytes, bytes.Length), (string)row["about"]);
                Assert.AreEqual(0, packet.Count);
            }
        }

        [Test]
        public void NoBytesMakeTheReaderThrow()
        {
            var random = new Random(6);
            var packet = new OscPacket();
            foreach (var row in Vectors.Read("osc")["valid"])
            {
                var whole = Vectors.Bytes(row["hex"]);
                for (var round = 0; round < 500; round++)
                {
                    var bytes = (byte[])whole.Clone();
                    for (var changes = random.Next(4); changes >= 0; changes--)
                        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    packet.Read(bytes, random.Next(bytes.Length + 1));
                }
            }
        }

        [Test]
        public void WhatIsWrittenIsWhatTheVectorsHave()
        {
            foreach (var row in Vectors.Read("osc")["valid"])
            {
                var messages = (JArray)row["messages"];
                if (row["unix_s"].Type != JTokenType.Null) continue;
                var bytes = Vectors.Bytes(row["hex"]);
                var isBundle = bytes[0] == '#';
                // Nested bundles are read, but not written.
                if (isBundle && Contains(bytes, 16, "#bundle")) continue;
                var writer = new OscWriter();
                if (isBundle) writer.BeginBundle();
                else writer.Begin();
                foreach (var message in messages) Write(writer, message);
                var written = new byte[writer.Length];
                Array.Copy(writer.Bytes, written, written.Length);
                Assert.AreEqual(bytes, written, (string)row["about"]);
            }
        }

        [Test]
        public void PatternsStandForWhatTheVectorsSay()
        {
            var vectors = Vectors.Read("osc");
            foreach (var row in vectors["patterns"])
            {
                var pattern = (string)row["pattern"];
                foreach (var address in row["matches"])
                    Assert.IsTrue(OscPattern.Matches(pattern, (string)address), pattern + " " + address);
                foreach (var address in row["others"])
                    Assert.IsFalse(OscPattern.Matches(pattern, (string)address), pattern + " " + address);
            }
            foreach (var none in vectors["no_patterns"]) Assert.IsFalse(OscPattern.IsOne((string)none), (string)none);
        }

        [Test]
        public void PlacesOfObjectsAreThoseOfTheVectors()
        {
            var vectors = Vectors.Read("osc");
            foreach (var row in vectors["places"])
            {
                foreach (var word in new[] { "aed", "xyz" })
                {
                    var scene = new AdmScene();
                    var writer = new OscWriter().Begin().Message("/adm/obj/7/" + word, "fff");
                    foreach (var number in row[word]) writer.Float32((double)number);
                    AdmObject changed;
                    Assert.IsTrue(Apply(scene, writer, out changed));
                    Assert.AreEqual(7, changed.Number);
                    var expectedM = Math.Min((double)row["distance_m"], (double)vectors["dmax_m"]);
                    Assert.AreEqual(expectedM, changed.DistanceM, 1e-4);
                    Assert.AreEqual((double)row["elevation_deg"], changed.ElevationDeg, 1e-4);
                    if (Math.Abs(changed.ElevationDeg) < 89)
                        Assert.AreEqual((double)row["azimuth_deg"], changed.AzimuthDeg, 1e-4);
                }
            }
        }

        [Test]
        public void ObjectsAreToldAndGoAndNonsenseChangesNothing()
        {
            var scene = new AdmScene();
            var writer = new OscWriter();
            AdmObject changed;
            Assert.IsTrue(Apply(scene, writer.Begin().Message("/sonorama/obj/1/id", "s").String("bell-1"), out changed));
            Assert.AreEqual("bell-1", scene.Find(1).Id);
            Assert.IsTrue(Apply(scene, writer.Begin().Message("/sonorama/obj/1/distance", "f").Float32(250.0), out changed));
            Assert.IsTrue(Apply(scene, writer.Begin().Message("/adm/obj/1/aed", "fff").Float32(5).Float32(0).Float32(1), out changed));
            Assert.AreEqual(250.0, changed.DistanceM, 1e-3, "beyond dmax the metres count");
            foreach (var wrong in new[] { "/adm/obj/0/gain", "/adm/obj//gain", "/adm/obj/1", "/adm/obj/1/gain/x", "/x" })
                Assert.IsFalse(Apply(scene, writer.Begin().Message(wrong, "f").Float32(0.5), out changed), wrong);
            Assert.IsFalse(Apply(scene, writer.Begin().Message("/adm/obj/1/gain", "f").Float32(double.NaN), out changed));
            Assert.IsFalse(Apply(scene, writer.Begin().Message("/adm/obj/1/gain", "s").String("loud"), out changed));
            Assert.IsFalse(Apply(scene, writer.Begin().Message("/adm/obj/1/gain", ""), out changed), "a query");
            Assert.AreEqual(1.0, scene.Find(1).Gain);
            Assert.IsTrue(Apply(scene, writer.Begin().Message("/sonorama/obj/1/gone", "i").Int32(1), out changed));
            Assert.IsNull(scene.Find(1));
        }

        private static bool Apply(AdmScene scene, OscWriter writer, out AdmObject changed)
        {
            var packet = new OscPacket();
            Assert.IsNull(packet.Read(writer.Bytes, writer.Length));
            bool isGone;
            return scene.Apply(packet[0], out changed, out isGone);
        }

        private static void AreSame(JToken expected, OscMessage actual, string about)
        {
            Assert.AreEqual((string)expected["address"], actual.Address, about);
            var arguments = (JArray)expected["arguments"];
            Assert.AreEqual(arguments.Count, actual.Count, about);
            for (var index = 0; index < actual.Count; index++)
            {
                Assert.AreEqual(((string)expected["tags"])[index], actual.Tag(index), about);
                var value = arguments[index];
                if (value.Type == JTokenType.String) Assert.AreEqual((string)value, actual.Text(index), about);
                else if (value.Type == JTokenType.Boolean) Assert.AreEqual((bool)value ? 1 : 0, actual.Integer(index), about);
                else if (value.Type == JTokenType.Integer && actual.Tag(index) != 'f' && actual.Tag(index) != 'd')
                    Assert.AreEqual((long)value, actual.Integer(index), about);
                else if (value.Type != JTokenType.Null)
                    Assert.AreEqual((double)value, actual.Number(index), 1e-6 * Math.Abs((double)value), about);
            }
        }

        private static void Write(OscWriter writer, JToken message)
        {
            var tags = (string)message["tags"];
            writer.Message((string)message["address"], tags);
            for (var index = 0; index < tags.Length; index++)
            {
                var value = message["arguments"][index];
                if (tags[index] == 'i') writer.Int32((int)value);
                else if (tags[index] == 'f') writer.Float32((double)value);
                else if (tags[index] == 'd') writer.Float64((double)value);
                else writer.String((string)value);
            }
        }

        private static bool Contains(byte[] bytes, int from, string text)
        {
            return System.Text.Encoding.ASCII.GetString(bytes, from, bytes.Length - from).Contains(text);
        }
    }
}
