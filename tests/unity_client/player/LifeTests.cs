using System.Collections;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    /// <summary>Play mode begins and ends, scenes come and go, and the server answers nobody.</summary>
    [TestFixture]
    public sealed class LifeTests
    {
        private const int PatienceMs = 30000;

        private TcpListener dead;
        private int before;

        [SetUp]
        public void Begin()
        {
            before = Player.DeviceHandlers;
            // Connections are made, and nobody says a word.
            dead = new TcpListener(IPAddress.Loopback, 0);
            dead.Start();
        }

        [TearDown]
        public void End()
        {
            dead.Stop();
            Player.Begin();
        }

        [UnityTest]
        public IEnumerator PlayModeEndsWithADeadServerAndLeavesNothingBehind()
        {
            var client = Client();
            var placed = new GameObject("placed").AddComponent<SonoramaPlacedSource>();
            var live = new GameObject("live").AddComponent<SonoramaLiveBinaural>();
            live.Client = client;
            yield return null;
            yield return null;
            var stream = client.Stream;
            Assert.Greater(Player.DeviceHandlers, before);
            Player.End();
            Assert.IsTrue(placed == null, "all that was there is gone");
            Assert.AreEqual(before, Player.DeviceHandlers, "statics that hold on to what is gone");
            Assert.IsTrue(stream.StopAsync().Wait(PatienceMs), "its threads have ended");
            Assert.AreEqual(0, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
        }

        [UnityTest]
        public IEnumerator PlayModeBeginsAgainWithTheDomainAsItWas()
        {
            var first = Client();
            yield return null;
            var stream = first.Stream;
            Player.End();
            Player.Begin();
            var second = Client();
            yield return null;
            Assert.IsNotNull(second.Stream);
            Assert.IsFalse(ReferenceEquals(stream, second.Stream));
            Assert.AreEqual(before + 1, Player.DeviceHandlers);
            Assert.IsTrue(stream.StopAsync().Wait(PatienceMs), "the first one's threads have ended");
        }

        [UnityTest]
        public IEnumerator ARigThatStaysFindsTheNextScenesClient()
        {
            var rig = new GameObject("rig");
            Object.DontDestroyOnLoad(rig);
            var listener = rig.AddComponent<SonoramaListener>();
            var ears = new GameObject("ears");
            Object.DontDestroyOnLoad(ears);
            var live = ears.AddComponent<SonoramaLiveBinaural>();
            Debug.Complaints.Clear();
            Client();
            for (var frame = 0; frame < 90; frame++) yield return null;
            var first = listener.Client;
            Assert.IsTrue(first != null && live.Client == first, "both found the first");
            Player.LoadScene();
            yield return null;
            var next = Client();
            for (var frame = 0; frame < 90; frame++) yield return null;
            Assert.AreSame(next, listener.Client);
            Assert.AreSame(next, live.Client);
            Assert.AreEqual(0, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
        }

        [UnityTest]
        public IEnumerator LiveSoundBesideTheAudioListenerIsRefusedInALine()
        {
            Client();
            var head = new GameObject("head", typeof(AudioListener));
            var live = head.AddComponent<SonoramaLiveBinaural>();
            yield return null;
            Assert.IsFalse(live.enabled);
            Assert.IsFalse(Player.IsFed(head.GetComponent<AudioSource>()));
            Assert.AreEqual(1, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
            Assert.IsTrue(Debug.Complaints[0].Contains("GameObject of its own"), Debug.Complaints[0]);
        }

        [UnityTest]
        public IEnumerator WhereUnityCallsNoScriptForSoundALineSaysSo()
        {
            Application.platform = RuntimePlatform.WebGLPlayer;
            try
            {
                Client();
                var live = new GameObject("live").AddComponent<SonoramaLiveBinaural>();
                yield return null;
                Assert.IsFalse(live.enabled);
                Assert.AreEqual(1, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
                Assert.IsTrue(Debug.Complaints[0].Contains("WebGL"), Debug.Complaints[0]);
            }
            finally
            {
                Application.platform = RuntimePlatform.LinuxPlayer;
            }
        }

        private SonoramaClient Client()
        {
            var host = new GameObject("client");
            host.SetActive(false);
            var client = host.AddComponent<SonoramaClient>();
            client.ServerUrl = "http://127.0.0.1:" + ((IPEndPoint)dead.LocalEndpoint).Port;
            client.SceneId = "square";
            host.SetActive(true);
            return client;
        }
    }
}
