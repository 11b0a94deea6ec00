using System.Collections.Generic;
using System.Text;
using Newtonsoft.Json.Linq;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class SessionTests
    {
        private ClientSession session;
        private FrameWriter writer;
        private long serverSeq;

        [SetUp]
        public void Begin()
        {
            session = new ClientSession("test 1", "secret", new[] { "wav" });
            writer = new FrameWriter();
            serverSeq = 0;
        }

        [Test]
        public void NothingGoesBeforeTheWelcomeButHello()
        {
            session.Subscribe("square");
            session.Connected(0.0);
            var said = Said();
            Assert.AreEqual("hello", Types(said));
            Assert.AreEqual("secret", (string)said[0]["token"]);
            Assert.AreEqual(JTokenType.Null, said[0]["resume"].Type);
            Welcome(false, 0);
            Assert.AreEqual("clock_ping subscribe", Types(Said()));
        }

        [Test]
        public void NumbersGrowOverConnections()
        {
            Open();
            var first = (long)Said("mute")["seq"];
            session.Disconnected();
            session.Connected(1.0);
            var hello = Said()[0];
            Assert.Greater((long)hello["seq"], first);
        }

        [Test]
        public void AResumedSessionSaysAgainWhatTheServerHasNotHad()
        {
            Open();
            session.Send(Mute("a"));
            session.Send(Mute("b"));
            var said = Said();
            var second = (long)said[1]["seq"];
            session.Send(Mute("c"));
            session.Disconnected();
            session.Connected(1.0);
            var resume = Said()[0]["resume"];
            Assert.AreEqual("token", (string)resume["token"]);
            Assert.AreEqual(serverSeq, (long)resume["last_seq"]);
            Welcome(true, second - 1);
            said = Said();
            Assert.AreEqual("clock_ping mute mute", Types(said));
            Assert.AreEqual("b", (string)said[1]["source_id"]);
            Assert.AreEqual("c", (string)said[2]["source_id"]);
            Assert.IsNull(session.TakeLost());
        }

        [Test]
        public void AfterALostSessionScenesAreSubscribedAgainAndCommandsAreTold()
        {
            session.Subscribe("square");
            Open();
            session.Send(Mute("a"));
            Said();
            session.Disconnected();
            session.Connected(1.0);
            Said();
            Welcome(false, 0);
            Assert.AreEqual("clock_ping subscribe", Types(Said()));
            Assert.AreEqual("a", ((Mute)session.TakeLost()).SourceId);
            Assert.IsNull(session.TakeLost());
        }

        [Test]
        public void AcknowledgedAndRefusedCommandsAreNotSaidAgain()
        {
            Open();
            session.Send(Mute("a"));
            session.Send(Mute("b"));
            var said = Said();
            Hear(new Ack { ReceivedSeq = (long)said[0]["seq"] });
            Hear(new ErrorMessage { Code = "not_found", Message = "no b", ReplyTo = (long)said[1]["seq"] });
            session.Disconnected();
            session.Connected(1.0);
            Said();
            Welcome(true, 0);
            Assert.AreEqual("clock_ping", Types(Said()));
        }

        [Test]
        public void ASceneThatIsNowhereIsNotAskedForAgain()
        {
            session.Subscribe("nowhere");
            Open();
            session.Subscribe("nowhere");
            var seq = (long)Said()[0]["seq"];
            Hear(new ErrorMessage { Code = "not_found", Message = "no such scene", ReplyTo = seq });
            session.Disconnected();
            session.Connected(1.0);
            Said();
            Welcome(false, 0);
            Assert.AreEqual("clock_ping", Types(Said()));
        }

        [Test]
        public void WhatHasBeenHereBeforeIsPassedOver()
        {
            Open();
            Assert.IsNotNull(session.Receive(new SceneReady { SceneId = "a", Seq = 100 }, 0.0));
            Assert.IsNull(session.Receive(new SceneReady { SceneId = "a", Seq = 100 }, 0.0));
            Assert.IsFalse(session.Accept(99));
            Assert.IsTrue(session.Accept(101));
        }

        [Test]
        public void NothingIsHeardBeforeTheWelcome()
        {
            session.Connected(0.0);
            Assert.IsNull(session.Receive(new SceneReady { SceneId = "a", Seq = 1 }, 0.0));
        }

        [Test]
        public void EverySixtyFourMessagesAreAcknowledgedAtOnce()
        {
            Open();
            var begin = serverSeq;
            for (var index = 0; index < 64; index++) Hear(new SceneReady { SceneId = "a" });
            var said = Said();
            Assert.AreEqual("ack", Types(said));
            Assert.Greater((long)said[0]["received_seq"], begin + 60);
        }

        [Test]
        public void TheClockIsAskedOftenAtFirstAndThenTwiceAHeartbeat()
        {
            Open();
            var pings = new List<double>();
            for (var nowS = 0.0; nowS < 30.0; nowS += 0.05)
            {
                session.Tick(nowS);
                while (session.WriteNext(nowS, writer)) pings.Add(nowS);
            }
            Assert.Less(pings[6], 2.5);
            for (var index = 9; index < pings.Count; index++) Assert.AreEqual(5.0, pings[index] - pings[index - 1], 0.11);
        }

        [Test]
        public void APongSetsTheClock()
        {
            Open();
            Assert.IsNull(session.Receive(
                new ClockPong { Seq = ++serverSeq, ClientSentS = 1.0, ServerReceivedS = 51.05, ServerSentS = 51.05 }, 1.1));
            double offsetS, errorS, delayS;
            Assert.IsTrue(session.Clock.TryEstimate(1.1, out offsetS, out errorS, out delayS));
            Assert.AreEqual(50.0, offsetS, 1e-9);
        }

        [Test]
        public void OfPosesTheNewestIsTold()
        {
            Open();
            session.SendPose("square", new Point3(1, 2, 3), Rotation.Identity, 1.0, false);
            session.SendPose("square", new Point3(4, -5.25, 6), new Rotation(0, 0, 2, 2), 2.0, true);
            var said = Said();
            Assert.AreEqual("listener_pose", Types(said));
            Assert.AreEqual(-5.25, (double)said[0]["position_m"][1]);
            Assert.AreEqual(0.7071068, (double)said[0]["orientation"][3]);
            Assert.IsTrue((bool)said[0]["share"]);
        }

        [Test]
        public void OfARefusedSceneOneThingIsToldAndNoPoseIsSent()
        {
            session.Subscribe("square");
            session.Connected(0.0);
            Said();
            Welcome(false, 0);
            var seq = (long)Said()[1]["seq"];
            session.SendPose("square", new Point3(1, 2, 3), Rotation.Identity, 1.0, false);
            var told = session.Receive(
                new ErrorMessage { Seq = ++serverSeq, Code = "not_found", Message = "no scene", ReplyTo = seq }, 0.0);
            Assert.AreEqual("square no scene", ((SceneRefused)told).SceneId + " " + ((SceneRefused)told).Text);
            session.SendPose("square", new Point3(1, 2, 3), Rotation.Identity, 2.0, false);
            Assert.AreEqual("", Types(Said()));
            // What the server says of a pose that was on its way.
            Assert.IsNull(session.Receive(
                new ErrorMessage { Seq = ++serverSeq, Code = "not_found", Message = "no scene", SceneId = "square" }, 0.0));
            session.Subscribe("square");
            session.SendPose("square", new Point3(1, 2, 3), Rotation.Identity, 3.0, false);
            Assert.AreEqual("subscribe listener_pose", Types(Said()));
        }

        [Test]
        public void ADeletedSceneGetsNoPoseAndIsNotAskedForAgain()
        {
            session.Subscribe("square");
            Open();
            Hear(new SceneRemoved { SceneId = "square" });
            session.SendPose("square", new Point3(1, 2, 3), Rotation.Identity, 2.0, false);
            session.SubscribeAgain();
            Assert.AreEqual("", Types(Said()));
        }

        [Test]
        public void ScenesArentWantedTwiceAtOnce()
        {
            Open();
            session.Subscribe("square");
            session.Unsubscribe("square");
            session.Subscribe("square");
            Assert.AreEqual("subscribe", Types(Said()));
        }

        [Test]
        public void CommandsThatHadToGoAreTold()
        {
            for (var index = 0; index < Outbox.MaxUnkeyed + 1; index++) session.Send(Mute("s" + index));
            Assert.AreEqual("s0", ((Mute)session.TakeLost()).SourceId);
            Assert.IsNull(session.TakeLost());
        }

        [Test]
        public void AWelcomeInAnotherVersionIsNone()
        {
            session.Connected(0.0);
            Said();
            Assert.IsNull(session.Receive(
                new Welcome { Seq = 1, Major = 2, HeartbeatS = 1.0, Limits = new Limits(), ResumeToken = "t" }, 0.0));
            Assert.IsNull(session.Welcome);
        }

        private static Mute Mute(string sourceId)
        {
            return new Mute { SceneId = "square", SourceId = sourceId, Muted = true };
        }

        private void Open()
        {
            session.Connected(0.0);
            Said();
            Welcome(false, 0);
            Said();
        }

        private void Welcome(bool resumed, long receivedSeq)
        {
            Assert.IsNotNull(session.Receive(
                new Welcome
                {
                    Seq = ++serverSeq, Major = 1, HeartbeatS = 10.0, Limits = new Limits(), ResumeToken = "token",
                    Resumed = resumed, ReceivedSeq = receivedSeq,
                },
                0.0));
        }

        private void Hear(Message message)
        {
            message.Seq = ++serverSeq;
            session.Receive(message, 0.0);
        }

        private JObject Said(string sourceId)
        {
            session.Send(Mute(sourceId));
            return Said()[0];
        }

        private List<JObject> Said()
        {
            var said = new List<JObject>();
            while (session.WriteNext(0.0, writer)) said.Add(JObject.Parse(Encoding.UTF8.GetString(writer.Bytes, 0, writer.Length)));
            return said;
        }

        private static string Types(List<JObject> messages)
        {
            return string.Join(" ", messages.ConvertAll(message => (string)message["type"]).ToArray());
        }
    }
}
