using System;
using System.Text;
using Newtonsoft.Json;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class AllocationTests
    {
        private const int Rounds = 20000;

        [Test]
        public void MovesCostNoMemoryFromTheirBytesToTheirChanges()
        {
            var inbox = new Inbox();
            var book = new SceneBook();
            book.Open("square");
            var states = new SourceState[128];
            var message = new SourceMoved { Seq = 1, SceneId = "square", AtS = 1.5, Moves = new SourceMove[128] };
            for (var index = 0; index < 128; index++)
            {
                var id = "source-" + index;
                states[index] = new SourceState { Id = id, Label = id, Kind = "point", DistanceM = 5.0 };
                message.Moves[index] = new SourceMove { SourceId = id, AzimuthDeg = index - 64.5, DistanceM = 5.25 };
            }
            book.Apply(new SceneSnapshot { SceneId = "square", Sources = states });
            var frame = Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(message));
            var parser = new MovesParser(new KnownNames());
            var changes = 0;
            AllocatesNothing(200, () =>
            {
                var moves = inbox.Rent();
                parser.TryRead(frame, frame.Length, moves);
                inbox.PutMoves(moves);
                Inbox.Item item;
                inbox.TryTake(out item);
                book.Apply(item.Moves);
                inbox.Recycle(item.Moves);
                Change change;
                while (book.TryTake(out change)) changes++;
            });
            Assert.Greater(changes, 128 * 200);
        }

        [Test]
        public void PosesCostNoMemory()
        {
            var session = new ClientSession("test", null, new string[0]);
            var writer = new FrameWriter();
            session.Connected(0.0);
            while (session.WriteNext(0.0, writer)) { }
            session.Receive(
                new Welcome { Seq = 1, Major = 1, HeartbeatS = 1e9, Limits = new Limits(), ResumeToken = "t" }, 0.0);
            while (session.WriteNext(0.0, writer)) { }
            AllocatesNothing(Rounds, () =>
            {
                session.SendPose("square", new Point3(0.1, -2.5, 1.75), new Rotation(0, 0, 0.6, 0.8), 12.5, false);
                session.WriteNext(0.0, writer);
            });
        }

        [Test]
        public void OscCostsNoMemory()
        {
            var writer = new OscWriter();
            var packet = new OscPacket();
            var scene = new AdmScene();
            AllocatesNothing(Rounds, () =>
            {
                AdmListener.Write(writer, new Point3(1, 2, 3), new Rotation(0, 0, 0.6, 0.8), 100.0);
                writer.BeginBundle().Message("/adm/obj/3/aed", "fff").Float32(10).Float32(20).Float32(0.5);
                packet.Read(writer.Bytes, writer.Length);
                AdmObject changed;
                bool isGone;
                scene.Apply(packet[0], out changed, out isGone);
            });
        }

        [Test]
        public void ReadingLiveSoundCostsNoMemory()
        {
            var buffer = new JitterBuffer(512);
            var bytes = new byte[8 * 256];
            var heard = new float[512];
            var position = 0UL;
            AllocatesNothing(Rounds, () =>
            {
                var block = new BinaryFrame { Codec = FrameCodec.Float32, Payload = new ArraySegment<byte>(bytes) };
                buffer.Write(position, ref block);
                position += 256;
                buffer.Read(heard, 2);
            });
        }

        /// <summary>Few enough bytes that not one object a round can have been made.</summary>
        private static void AllocatesNothing(int rounds, Action action)
        {
            for (var round = 0; round < 100; round++) action();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < rounds; round++) action();
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Less(bytes, 16.0 * rounds, "bytes allocated");
        }
    }
}
