using System.Collections;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    /// <summary>Sources of a server go on when the audio device is another one.</summary>
    [TestFixture]
    public sealed class DeviceTests
    {
        private Place place;

        [SetUp]
        public void Begin()
        {
            place = new Place();
        }

        [TearDown]
        public void End()
        {
            place.Stage.Clear();
            place.Clips.Clear();
        }

        [UnityTest]
        public IEnumerator WhatPlayedPlaysAgainWhereItsClipIsByThen()
        {
            place.Tell(Place.Source("bell"), Place.Source("wind", "ambient"));
            yield return place.Settled();
            var audio = place["bell"].AudioSources[0];
            var before = audio.clip;
            Player.ChangeDevice();
            Assert.IsFalse(audio.isPlaying, "it was lost");
            place.Stage.BeginAnew();
            yield return place.Settled();
            Assert.IsTrue(place.Stage.IsSettled(), "all of them play");
            Assert.IsTrue(before == null, "the old clip is freed");
            var wanted = (place.NowS - 900.0) % Place.ClipS * Place.RateHz;
            Assert.AreEqual(wanted, audio.timeSamples, 0.03 * Place.RateHz);
            var heard = new float[16];
            audio.clip.GetData(heard, 0);
            var sent = Place.Noise(place["bell"].State.Clip.Sha256).Samples;
            for (var index = 0; index < heard.Length; index++) Assert.AreEqual(sent[index], heard[index], 0.0);
        }

        [UnityTest]
        public IEnumerator SourcesThatComeAndGoMeanwhileAreNotMixedUp()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Settled();
            Player.ChangeDevice();
            place.Stage.BeginAnew();
            // Another one of the same clip while it comes again, and the first one goes.
            place.Tell(Place.Source("bell"), Place.Source("bell2"));
            place.Remove("bell");
            yield return place.Settled();
            Player.ChangeDevice();
            place.Stage.BeginAnew();
            yield return place.Settled();
            Assert.IsTrue(place["bell2"].AudioSources[0].isPlaying, "plays");
            Assert.AreEqual(1, place.Clips.Count);
        }

        [UnityTest]
        public IEnumerator AClipThatIsBeingCopiedIsCopiedFromItsBeginning()
        {
            place.Tell(Place.Source("bell"));
            place.Step();
            yield return null;
            System.Threading.Thread.Sleep(50);
            place.Step();
            Player.ChangeDevice();
            place.Stage.BeginAnew();
            yield return place.Settled();
            var heard = new float[16];
            place["bell"].AudioSources[0].clip.GetData(heard, 0);
            var sent = Place.Noise(place["bell"].State.Clip.Sha256).Samples;
            for (var index = 0; index < heard.Length; index++) Assert.AreEqual(sent[index], heard[index], 0.0);
        }
    }
}
