using System;
using System.Collections;
using System.Threading;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    /// <summary>The stand-in for the engine does what the tests of the layer rely on.</summary>
    [TestFixture]
    public sealed class EngineTests
    {
        private sealed class Diary : MonoBehaviour
        {
            internal string Lines = "";

            private void Awake() { Lines += "awake "; }

            private void OnEnable() { Lines += "enabled "; }

            private void Start() { Lines += "start "; }

            private void Update() { Lines += "update "; }

            private void LateUpdate() { Lines += "late "; }

            private void OnDisable() { Lines += "disabled "; }

            private void OnDestroy() { Lines += "destroyed "; }
        }

        [Test]
        public void EngineObjectsThrowOnOtherThreads()
        {
            var host = new GameObject("host");
            var audio = host.AddComponent<AudioSource>();
            var clip = AudioClip.Create("clip", 10, 1, 48000, false);
            Throws(() => new GameObject("other"));
            Throws(() => host.transform.localPosition = Vector3.zero);
            Throws(() => host.AddComponent<AudioSource>());
            Throws(() => audio.volume = 0.5f);
            Throws(() => audio.Play());
            Throws(() => AudioClip.Create("clip", 10, 1, 48000, false));
            Throws(() => clip.SetData(new float[10], 0));
            Throws(() => { var seconds = Time.deltaTime; audio.pitch = seconds; });
            Throws(() => UnityEngine.Object.Destroy(host));
        }

        [UnityTest]
        public IEnumerator ComponentsLiveAsInPlayMode()
        {
            var host = new GameObject("host");
            var diary = host.AddComponent<Diary>();
            yield return null;
            diary.enabled = false;
            yield return null;
            host.SetActive(false);
            diary.enabled = true;
            host.SetActive(true);
            yield return null;
            UnityEngine.Object.Destroy(host);
            Assert.IsTrue(diary != null, "lives to the frame's end");
            yield return null;
            Assert.IsTrue(diary == null, "destroyed");
            Assert.AreEqual(
                "awake enabled start update late disabled enabled update late update late disabled destroyed ", diary.Lines);
        }

        [Test]
        public void CurvesAreCubicHermiteSegments()
        {
            // x³ on [0, 2] is given by its values and slopes at both ends.
            var curve = new AnimationCurve(new Keyframe(0.0f, 0.0f, 0.0f, 0.0f), new Keyframe(2.0f, 8.0f, 12.0f, 0.0f));
            for (var x = 0.0f; x <= 2.0f; x += 0.1f) Assert.AreEqual(x * x * x, curve.Evaluate(x), 1e-5);
            Assert.AreEqual(8.0, curve.Evaluate(3.0f), 0.0);
            Assert.AreEqual(0.0, curve.Evaluate(-1.0f), 0.0);
        }

        [Test]
        public void TransformsTurnAndNest()
        {
            Transform parent = new GameObject("parent").transform, child = new GameObject("child").transform;
            parent.position = new Vector3(1.0f, 0.0f, 0.0f);
            parent.rotation = Quaternion.Euler(0.0f, 90.0f, 0.0f);
            child.SetParent(parent, false);
            child.localPosition = Vector3.forward;
            Assert.IsTrue(child.position == new Vector3(2.0f, 0.0f, 0.0f), child.position.ToString());
            Assert.IsTrue(child.forward == Vector3.right, child.forward.ToString());
            Assert.IsTrue(parent.InverseTransformPoint(child.position) == Vector3.forward);
            child.SetParent(null);
            Assert.IsTrue(child.localPosition == new Vector3(2.0f, 0.0f, 0.0f), "stays where it is in the world");
        }

        [UnityTest]
        public IEnumerator SoundGoesOnWithTime()
        {
            var audio = new GameObject("host").AddComponent<AudioSource>();
            audio.clip = AudioClip.Create("clip", 48000, 1, 48000, false);
            audio.timeSamples = 47000;
            audio.Play();
            Assert.AreEqual(47000, audio.timeSamples);
            for (var frame = 0; frame < 60; frame++) yield return null;
            Assert.IsFalse(audio.isPlaying, "over");
            audio.loop = true;
            audio.PlayScheduled(AudioSettings.dspTime + 0.5);
            for (var frame = 0; frame < 60; frame++) yield return null;
            Assert.AreEqual(24000.0, audio.timeSamples, 2.0);
        }

        private static void Throws(Action touch)
        {
            Exception thrown = null;
            var thread = new Thread(() =>
            {
                try
                {
                    touch();
                }
                catch (Exception error)
                {
                    thrown = error;
                }
            });
            thread.Start();
            thread.Join();
            Assert.IsTrue(thrown is UnityException, "touched the engine from another thread");
        }
    }
}
