using System;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class ConnectionTests
    {
        [TestCase("http://192.168.0.7:8765", "ws://192.168.0.7:8765/v1/stream", "http://192.168.0.7:8765/v1/clip")]
        [TestCase("https://street.example/", "wss://street.example/v1/stream", "https://street.example/v1/clip")]
        [TestCase("ws://localhost:80/", "ws://localhost/v1/stream", "http://localhost/v1/clip")]
        [TestCase("wss://[::1]:9000", "wss://[::1]:9000/v1/stream", "https://[::1]:9000/v1/clip")]
        public void OneAddressLeadsToTheStreamAndToFiles(string given, string stream, string file)
        {
            var addresses = new ServerAddresses(new Uri(given));
            Assert.AreEqual(stream, addresses.Stream.AbsoluteUri);
            Assert.AreEqual(file, addresses.File("/v1/clip").AbsoluteUri);
        }

        [TestCase("//elsewhere.example/clip")]
        [TestCase("http://elsewhere.example/clip")]
        [TestCase("clip")]
        [TestCase("/\\elsewhere.example/clip")]
        [TestCase("")]
        [TestCase(null)]
        public void NoPathLeadsToAnotherHost(string path)
        {
            var addresses = new ServerAddresses(new Uri("http://here.example"));
            Assert.Throws<ClipException>(() => addresses.File(path));
        }

        [Test]
        public void AnAddressThatIsNoneIsRefusedAtOnce()
        {
            Assert.Throws<ArgumentException>(() => new StreamClient(new ClientSettings()));
            Assert.Throws<ArgumentException>(() => new StreamClient(new ClientSettings { Server = new Uri("ftp://a") }));
        }

        [Test]
        public void WaitsDoubleUpToTheLongestAndVaryByAFifth()
        {
            var backoff = new Backoff(0.5, 30.0);
            var expectedS = 0.5;
            for (var attempt = 0; attempt < 12; attempt++)
            {
                var waitS = backoff.Next();
                Assert.LessOrEqual(waitS, 1.2 * expectedS);
                Assert.LessOrEqual(0.8 * expectedS, waitS);
                expectedS = Math.Min(2.0 * expectedS, 30.0);
            }
            backoff.Reset();
            Assert.LessOrEqual(backoff.Next(), 0.6);
        }

        [TestCase(CloseCode.GoingAway, true)]
        [TestCase(CloseCode.TimedOut, true)]
        [TestCase(CloseCode.TooSlow, true)]
        [TestCase(CloseCode.TooFast, true)]
        [TestCase(1011, true)]
        [TestCase(0, true)]
        [TestCase(CloseCode.Normal, false)]
        [TestCase(CloseCode.TooBig, false)]
        [TestCase(CloseCode.BadMessages, false)]
        [TestCase(CloseCode.Unauthorised, false)]
        [TestCase(CloseCode.NoCommonVersion, false)]
        [TestCase(CloseCode.TakenOver, false)]
        public void WhoWasClosedComesBackOnlyWhereTheSpecificationSaysSo(int code, bool mayReconnect)
        {
            var ending = Ending.Closed(code, "");
            Assert.AreEqual(mayReconnect, ending.MayReconnect);
            Assert.IsTrue(ending.Text.Contains(code.ToString()));
        }

        [Test]
        public void AClientThatNeverStartedStopsAtOnce()
        {
            var client = new StreamClient(new ClientSettings { Server = new Uri("http://127.0.0.1:1") });
            client.Subscribe("square");
            client.SendPose("square", new Point3(0, 0, 0), Rotation.Identity);
            Assert.IsTrue(client.StopAsync().IsCompleted);
            Change change;
            Assert.IsFalse(client.TryTake(out change));
        }
    }
}
