using System.Collections;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    /// <summary>In a browser, where Unity sets samples all at once and has no rolloff by a curve.</summary>
    [TestFixture]
    public sealed class WebAudioTests
    {
        private Place place;

        [SetUp]
        public void Begin()
        {
            Application.platform = RuntimePlatform.WebGLPlayer;
            place = new Place();
        }

        [TearDown]
        public void End()
        {
            place.Stage.Clear();
            place.Clips.Clear();
            Application.platform = RuntimePlatform.LinuxPlayer;
        }

        [UnityTest]
        public IEnumerator ClipsAreWholeAndLevelsFallByTheirLaw()
        {
            place.Tell(Place.Source("bell", "point", 8.0), Place.Source("road", "line", 8.0), Place.Source("wind", "ambient"));
            for (var frame = 0; frame < 200; frame++)
            {
                place.Step();
                yield return null;
                System.Threading.Thread.Sleep(1);
            }
            foreach (var source in place.Stage.Sources)
            {
                var audio = source.AudioSources[0];
                Assert.IsTrue(audio.isPlaying, source.Label);
                Assert.AreEqual(AudioRolloffMode.Logarithmic, audio.rolloffMode);
                Assert.Greater(audio.minDistance, 1000.0f, "nothing falls by itself");
                var wanted = source.Rolloff.Amplitude(source.DistanceM) * EmitterLayout.Share(source.AudioSources.Count);
                Assert.AreEqual(wanted, audio.volume, 1e-5, source.Label);
                var sent = Place.Noise(source.State.Clip.Sha256).Samples;
                var heard = new float[sent.Length];
                audio.clip.GetData(heard, 0);
                for (var index = 0; index < sent.Length; index++)
                    if (sent[index] != heard[index]) Assert.Fail(source.Label + " differs at " + index);
            }
            var near = place["bell"].AudioSources[0].volume;
            place.Listener = new Vector3(0.0f, 0.0f, 6.0f);
            yield return place.Frames(2);
            Assert.AreEqual(4.0, place["bell"].AudioSources[0].volume / near, 0.01);
        }
    }
}
