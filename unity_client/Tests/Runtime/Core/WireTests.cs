using System;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class WireTests
    {
        [Test]
        public void FramesAreReadAndWrittenAsTheVectorsHaveThem()
        {
            foreach (var row in Vectors.Read("frames")["valid"])
            {
                var bytes = Vectors.Bytes(row["hex"]);
                BinaryFrame frame;
                Assert.IsNull(BinaryFrame.Read(bytes, bytes.Length, out frame));
                var fields = row["fields"];
                Assert.AreEqual((string)fields["kind"], frame.Kind == FrameKind.LiveBlock ? "live_block" : "clip_chunk");
                Assert.AreEqual((int)fields["channels"], frame.Channels);
                Assert.AreEqual((uint)fields["stream_id"], frame.StreamId);
                Assert.AreEqual((uint)fields["sequence"], frame.Sequence);
                Assert.AreEqual((string)fields["position"], frame.Position.ToString(CultureInfo.InvariantCulture));
                Assert.AreEqual((int)fields["sample_rate_hz"], frame.SampleRateHz);
                Assert.AreEqual((int)fields["flags"], frame.Flags);
                Assert.AreEqual((double)fields["time_s"], frame.TimeS);
                var payload = Vectors.Bytes(fields["payload"]);
                Assert.AreEqual(payload.Length, frame.Payload.Count);
                for (var index = 0; index < payload.Length; index++)
                    Assert.AreEqual(payload[index], frame.Payload.Array[frame.Payload.Offset + index]);
                if (frame.Payload.Offset == FrameHeader.HeaderBytes && frame.Flags == (bytes[28] | bytes[29] << 8))
                    Assert.AreEqual(bytes, frame.ToBytes());
            }
        }

        [Test]
        public void WhatIsNoFrameIsRefused()
        {
            foreach (var row in Vectors.Read("frames")["invalid"])
            {
                var bytes = Vectors.Bytes(row["hex"]);
                BinaryFrame frame;
                Assert.IsNotNull(BinaryFrame.Read(bytes, bytes.Length, out frame), (string)row["about"]);
            }
        }

        [Test]
        public void NoBytesMakeTheFrameReaderThrow()
        {
            var random = new Random(3);
            var whole = Vectors.Bytes(Vectors.Read("frames")["valid"][0]["hex"]);
            for (var round = 0; round < 20000; round++)
            {
                var bytes = (byte[])whole.Clone();
                for (var changes = random.Next(4); changes >= 0; changes--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                BinaryFrame frame;
                BinaryFrame.Read(bytes, random.Next(bytes.Length + 1), out frame);
            }
        }

        [Test]
        public void MessagesOfServersAreRead()
        {
            foreach (var row in Vectors.Read("messages")["valid"])
            {
                if ((string)row["sender"] == "client") continue;
                var text = (string)row["canonical"];
                var message = MessageReader.Read(text);
                Assert.IsNotNull(message, text);
                Assert.IsTrue(JToken.DeepEquals(Numbers(JObject.Parse(text)), Numbers(JObject.FromObject(message))), text);
            }
        }

        [Test]
        public void MessagesThatMakeNoSenseAreRefusedWithOneKindOfException()
        {
            var random = new Random(4);
            foreach (var row in Vectors.Read("messages")["valid"])
            {
                var text = (string)row["text"];
                for (var round = 0; round < 40; round++)
                {
                    var broken = new StringBuilder(text);
                    for (var changes = random.Next(3); changes >= 0; changes--)
                        broken[random.Next(broken.Length)] = "{}[]\",:0-9eE.nul\\tx\u00fc"[random.Next(20)];
                    try
                    {
                        MessageReader.Read(broken.ToString(0, random.Next(broken.Length + 1)));
                    }
                    catch (JsonException)
                    {
                        // What the reader promises.
                    }
                }
            }
        }

        [Test]
        public void NoDepthOfNestingEndsTheReader()
        {
            Assert.Throws<JsonReaderException>(() => MessageReader.Read(new string('[', 100000)));
            var deep = "{\"type\":\"scene_ready\",\"seq\":1,\"x\":" + new string('[', 100000);
            Assert.Throws<JsonReaderException>(() => MessageReader.Read(deep));
        }

        [Test]
        public void MovesAreReadFromBytesAsByTheFullReader()
        {
            var random = new Random(5);
            var parser = new MovesParser(new KnownNames());
            var moves = new SourceMoves();
            for (var round = 0; round < 300; round++)
            {
                var message = new SourceMoved { Seq = random.Next(1, int.MaxValue), SceneId = "square", AtS = 1.5 };
                message.Moves = new SourceMove[random.Next(1, 50)];
                for (var index = 0; index < message.Moves.Length; index++)
                    message.Moves[index] = new SourceMove
                    {
                        SourceId = "source-" + random.Next(40),
                        AzimuthDeg = random.NextDouble() * 360 - 180,
                        ElevationDeg = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-12, 3)),
                        DistanceM = Math.Pow(10, random.NextDouble() * 6 - 2),
                    };
                var bytes = Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(message));
                Assert.IsTrue(parser.TryRead(bytes, bytes.Length, moves), Encoding.UTF8.GetString(bytes));
                Assert.AreEqual(message.Seq, moves.Seq);
                Assert.AreEqual("square", moves.SceneId);
                Assert.AreEqual(message.Moves.Length, moves.Count);
                for (var index = 0; index < moves.Count; index++)
                {
                    var wanted = message.Moves[index];
                    Assert.AreEqual(wanted.SourceId, moves[index].SourceId);
                    Assert.AreEqual(wanted.AzimuthDeg, moves[index].AzimuthDeg, 1e-15 * Math.Abs(wanted.AzimuthDeg) * 4);
                    Assert.AreEqual(wanted.ElevationDeg, moves[index].ElevationDeg, 1e-15 * Math.Abs(wanted.ElevationDeg) * 4);
                    Assert.AreEqual(wanted.DistanceM, moves[index].DistanceM, 1e-15 * wanted.DistanceM * 4);
                }
            }
        }

        [TestCase("{\"type\":\"source_moved\",\"seq\":0,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1.0,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1.5,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1.0,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"scene_id\":\"a\",\"at_s\":01.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1.0,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":NaN,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1e999,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"scene_id\":\"\\u0061\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1.0,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1.0,\"elevation_deg\":1.0,\"distance_m\":1.0}]} ")]
        [TestCase("{\"type\":\"source_moved\",\"seq\":1,\"new\":1,\"scene_id\":\"a\",\"at_s\":1.0,\"moves\":[{\"source_id\":\"b\",\"azimuth_deg\":1.0,\"elevation_deg\":1.0,\"distance_m\":1.0}]}")]
        [TestCase("{\"type\":\"scene_ready\",\"seq\":1,\"scene_id\":\"a\"}")]
        public void WhateverIsWrittenOtherwiseIsLeftToTheFullReader(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.IsFalse(new MovesParser(new KnownNames()).TryRead(bytes, bytes.Length, new SourceMoves()));
            var cut = new SourceMoves();
            for (var length = 0; length < text.TrimEnd().Length; length++)
                Assert.IsFalse(new MovesParser(new KnownNames()).TryRead(bytes, length, cut));
        }

        [Test]
        public void WritersWriteJson()
        {
            var writer = new FrameWriter();
            writer.Raw("[").Number(long.MinValue).Raw(",").Number(-0.5, 4).Raw(",").Number(1e-9, 6).Raw(",");
            writer.Number(double.NaN, 3).Raw(",").Number(123456.789, 3).Raw(",").Text("a\"b\\c\n\u00fc\ud83d\ude00").Raw("]");
            var array = JArray.Parse(Encoding.UTF8.GetString(writer.Bytes, 0, writer.Length));
            Assert.AreEqual(long.MinValue, (long)array[0]);
            Assert.AreEqual(-0.5, (double)array[1]);
            Assert.AreEqual(0.0, (double)array[2]);
            Assert.AreEqual(0.0, (double)array[3]);
            Assert.AreEqual(123456.789, (double)array[4]);
            Assert.AreEqual("a\"b\\c\n\u00fc\ud83d\ude00", (string)array[5]);
        }

        private static JToken Numbers(JToken token)
        {
            // 1 and 1.0 are the same number on the wire.
            foreach (var value in ((JContainer)token).DescendantsAndValues())
                if (value.Type == JTokenType.Integer) value.Replace(new JValue((double)value));
            return token;
        }
    }
}
