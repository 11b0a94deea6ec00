using System.Collections;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Protocol;
using UnityEngine;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    [TestFixture]
    public sealed class SourceStageTests
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
            Object.Destroy(place.Origin);
        }

        [UnityTest]
        public IEnumerator SourcesAppearWhereTheyAreAndSound()
        {
            var bell = Place.Source("bell");
            bell.AzimuthDeg = 90.0;
            place.Tell(bell);
            yield return place.Settled();
            var source = place["bell"];
            Assert.AreSame(place.Origin.transform, source.transform.parent);
            IsNear(new Vector3(-5.0f, 0.0f, 0.0f), source.transform.localPosition);
            var audio = source.AudioSources[0];
            IsNear(source.transform.position, audio.transform.position);
            Assert.IsTrue(audio.isPlaying, "plays");
            Assert.IsTrue(audio.loop, "loops");
            Assert.IsFalse(audio.playOnAwake, "play on awake");
            Assert.AreEqual(1.0, audio.spatialBlend, 0.0);
            Assert.IsTrue(audio.spatialize, "spatialize");
            Assert.AreEqual(0.0, audio.dopplerLevel, 0.0);
            // 60 dB SPL at 1 m are 66.02 at half a metre, and 70 are a factor of 1.
            Assert.AreEqual(0.6325, audio.volume, 1e-3);
        }

        [UnityTest]
        public IEnumerator TheOriginTurnsAndMovesTheWholeScene()
        {
            place.Origin.transform.position = new Vector3(1.0f, 2.0f, 3.0f);
            place.Origin.transform.rotation = Quaternion.Euler(0.0f, 90.0f, 0.0f);
            place.Tell(Place.Source("bell"));
            yield return place.Frames(2);
            IsNear(new Vector3(6.0f, 2.0f, 3.0f), place["bell"].transform.position);
        }

        [UnityTest]
        public IEnumerator ScaleMovesPlacesAndChangesNoLevel()
        {
            var parent = new GameObject("parent");
            place.Origin.transform.SetParent(parent.transform, false);
            parent.transform.rotation = Quaternion.Euler(0.0f, 90.0f, 0.0f);
            parent.transform.localScale = 3.0f * Vector3.one;
            place.Tell(Place.Source("bell"));
            yield return place.Settled();
            var audio = place["bell"].AudioSources[0];
            IsNear(new Vector3(15.0f, 0.0f, 0.0f), audio.transform.position);
            var level = HeardAt(audio, 15.0f);
            Assert.AreEqual(place["bell"].Rolloff.Amplitude(5.0f), level, 1e-3);
            parent.transform.localScale = 0.1f * Vector3.one;
            yield return place.Frames(1);
            IsNear(new Vector3(0.5f, 0.0f, 0.0f), audio.transform.position);
            Assert.AreEqual(level, HeardAt(audio, 0.5f), 1e-3);
            Object.Destroy(parent);
        }

        private static float HeardAt(AudioSource audio, float distance)
        {
            var curve = audio.GetCustomCurve(AudioSourceCurveType.CustomRolloff);
            return audio.volume * curve.Evaluate(distance / audio.maxDistance);
        }

        [UnityTest]
        public IEnumerator SmallMovesAreSmooth()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Frames(2);
            place.Move("bell", 0.0, 0.0, 7.0);
            var before = 5.0f;
            for (var frame = 0; frame < 60; frame++)
            {
                yield return place.Frames(1);
                var z = place["bell"].transform.localPosition.z;
                Assert.LessOrEqual(before, z + 1e-5, "goes back");
                Assert.Less(z - before, 1.0, "jumps");
                before = z;
            }
            Assert.AreEqual(7.0, before, 1e-3);
        }

        [UnityTest]
        public IEnumerator TeleportsAreNotInterpolated()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Frames(2);
            place.Move("bell", 180.0, 0.0, 5.0);
            yield return place.Frames(1);
            IsNear(new Vector3(0.0f, 0.0f, -5.0f), place["bell"].transform.localPosition);
        }

        [UnityTest]
        public IEnumerator ASourceOnAPathIsWhereThePathIsNowEvenBetweenMoves()
        {
            var bell = Place.Source("bell");
            bell.Path = new SourceTrack
            {
                BeginsAtS = place.NowS,
                Keyframes = new[] { Keyframe(0.0, 5.0, 0.0), Keyframe(100.0, 5.0, 200.0) },
            };
            var beganS = place.NowS;
            place.Tell(bell);
            for (var frame = 0; frame < 30; frame++)
            {
                // The server tells every move, too, a little late.
                if (frame % 2 == 1) place.Move("bell", 0.0, 0.0, 5.0);
                place.Step();
                var left = 2.0 * (place.NowS - beganS);
                IsNear(new Vector3((float)-left, 0.0f, 5.0f), place["bell"].transform.localPosition);
                yield return null;
            }
        }

        [UnityTest]
        public IEnumerator MutedSourcesFadeAndComeInAgainWhereTheirClipIs()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Settled();
            var audio = place["bell"].AudioSources[0];
            var muted = Place.Source("bell");
            muted.Muted = true;
            place.Update(muted);
            place.Step();
            Assert.IsTrue(audio.isPlaying, "fades out before it stops");
            yield return place.Frames(30);
            Assert.IsFalse(audio.isPlaying, "muted");
            Assert.AreEqual(0.0, audio.volume, 0.0);
            place.Update(Place.Source("bell"));
            yield return place.Settled();
            IsInStep(audio, 0.0);
        }

        [UnityTest]
        public IEnumerator OnlySoloSourcesSoundHere()
        {
            place.Tell(Place.Source("a"), Place.Source("b"), Place.Source("c"));
            yield return place.Settled();
            place["b"].Solo = true;
            place["c"].MutedHere = true;
            yield return place.Frames(30);
            Assert.AreEqual("b", Playing());
            place["b"].Solo = false;
            yield return place.Frames(30);
            Assert.AreEqual("ab", Playing());
            place.Stage.IsAudible = false;
            yield return place.Frames(30);
            Assert.AreEqual("", Playing());
        }

        [UnityTest]
        public IEnumerator VanishedSourcesAreGone()
        {
            place.Tell(Place.Source("a"), Place.Source("b"));
            yield return place.Settled();
            SonoramaSource a = place["a"], b = place["b"];
            var told = "";
            place.Stage.Removed += source => told += source.State.Id;
            place.Remove("a");
            yield return place.Frames(2);
            Assert.IsTrue(a == null, "destroyed");
            Assert.IsFalse(b == null, "others stay");
            Assert.AreEqual(1, place.Stage.Sources.Count);
            Assert.AreEqual(1, place.Origin.transform.childCount);
            Assert.AreEqual("a", told);
        }

        [UnityTest]
        public IEnumerator TheFarthestAreVirtualAndTakeTheirTurnWhenTheListenerComes()
        {
            place.Settings.maxAudioSources = 5;
            place.Tell(Place.Source("wind", "ambient"), Place.Source("a", "point", 3.0), Place.Source("b", "point", 30.0));
            yield return place.Settled();
            // Ambience takes four.
            Assert.AreEqual("aw", Playing());
            Assert.IsTrue(place["b"].IsVirtual, "b has to wait");
            place.Listener = new Vector3(0.0f, 0.0f, 30.0f);
            yield return place.Frames(30);
            Assert.AreEqual("bw", Playing());
            Assert.IsTrue(place["a"].IsVirtual, "a has to wait");
            IsInStep(place["b"].AudioSources[0], 0.0);
        }

        [UnityTest]
        public IEnumerator WhatIsWideHasOneAudioSourceRatherThanThatAnotherIsSilent()
        {
            var near = Place.Source("near", "line", 5.0);
            var far = Place.Source("far", "line", 20.0);
            near.WidthDeg = far.WidthDeg = 60.0;
            // Three and three and one: one too many.
            place.Settings.maxAudioSources = 6;
            place.Tell(near, far, Place.Source("bell", "point", 30.0));
            yield return place.Settled();
            Assert.IsFalse(place["near"].IsMerged, "near");
            Assert.IsTrue(place["far"].IsMerged, "far");
            Assert.AreEqual(0, place.Stage.Waiting);
            Assert.IsTrue(place["bell"].AudioSources[0].isPlaying, "bell");
            var audio = place["far"].AudioSources;
            Assert.AreEqual("False True False", audio[0].isPlaying + " " + audio[1].isPlaying + " " + audio[2].isPlaying);
            IsNear(new Vector3(0.0f, 0.0f, 20.0f), audio[1].transform.position);
            Assert.AreEqual(60.0, audio[1].spread, 1e-4);
            // All of the power.
            Assert.AreEqual(place["far"].Rolloff.Volume, audio[1].volume, 1e-5);
            place.Settings.maxAudioSources = 7;
            yield return place.Settled();
            Assert.IsTrue(audio[0].isPlaying && audio[2].isPlaying, "all of them again");
            Assert.AreEqual(place["far"].Rolloff.Volume / System.Math.Sqrt(3.0), audio[1].volume, 1e-5);
            Assert.AreEqual(20.0, audio[1].spread, 1e-4);
        }

        [UnityTest]
        public IEnumerator WhatIsSilentIsInactive()
        {
            place.Settings.maxAudioSources = 1;
            place.Tell(Place.Source("a", "point", 3.0), Place.Source("b", "point", 30.0));
            yield return place.Settled();
            Assert.AreEqual(1, place.Stage.Waiting);
            Assert.IsTrue(place["a"].AudioSources[0].gameObject.activeSelf, "a plays");
            Assert.IsFalse(place["b"].AudioSources[0].gameObject.activeSelf, "b waits");
            place.Listener = new Vector3(0.0f, 0.0f, 30.0f);
            yield return place.Settled();
            Assert.IsFalse(place["a"].AudioSources[0].gameObject.activeSelf, "a waits");
            Assert.IsTrue(place["b"].AudioSources[0].isPlaying, "b plays");
        }

        [UnityTest]
        public IEnumerator TwoThatAreAboutAsFarDoNotChangePlacesAllTheTime()
        {
            place.Settings.maxAudioSources = 1;
            place.Tell(Place.Source("a", "point", 10.0), Place.Source("b", "point", 10.0));
            yield return place.Settled();
            var first = Playing();
            for (var round = 0; round < 40; round++)
            {
                place.Listener = new Vector3(0.0f, 0.0f, round % 2 == 0 ? 0.3f : -0.3f);
                place.Move("a", 0.0, 0.0, round % 2 == 0 ? 10.2 : 9.8);
                yield return place.Frames(4);
                Assert.AreEqual(first, Playing());
            }
        }

        [UnityTest]
        public IEnumerator AmbienceSurroundsTheListenerWithoutMeltingIntoOne()
        {
            place.Listener = new Vector3(2.0f, 0.0f, 1.0f);
            place.Tell(Place.Source("wind", "ambient"));
            yield return place.Settled();
            var source = place["wind"];
            Assert.AreEqual(4, source.AudioSources.Count);
            for (var index = 0; index < 4; index++)
            {
                var audio = source.AudioSources[index];
                Assert.AreEqual(10.0, Vector3.Distance(place.Listener, audio.transform.position), 1e-3);
                IsInStep(audio, index * Place.ClipS / 4.0);
            }
        }

        [UnityTest]
        public IEnumerator WhatBecomesWideGetsMoreEmitters()
        {
            var made = 0;
            place.Stage.Made += audio => made++;
            place.Tell(Place.Source("road", "line"));
            yield return place.Settled();
            var wide = Place.Source("road", "line");
            wide.WidthDeg = 60.0;
            place.Update(wide);
            yield return place.Settled();
            Assert.AreEqual(3, place["road"].AudioSources.Count);
            Assert.AreEqual(4, made);
            Assert.AreEqual(3, place["road"].transform.childCount);
            Assert.AreEqual(20.0, place["road"].AudioSources[0].spread, 1e-4);
            IsNear(UnityFrame.FromPolar(-20.0, 0.0, 5.0), place["road"].AudioSources[0].transform.position);
            IsNear(UnityFrame.FromPolar(20.0, 0.0, 5.0), place["road"].AudioSources[2].transform.position);
        }

        [UnityTest]
        public IEnumerator AClipBeginsWhenTheServerSaysAndNotBefore()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Settled();
            var audio = place["bell"].AudioSources[0];
            var bell = Place.Source("bell");
            bell.PlayingSinceS = place.NowS + 1.0;
            place.Update(bell);
            // What played before fades out first.
            yield return place.Frames(6);
            while (place.NowS < bell.PlayingSinceS - 0.1)
            {
                yield return place.Frames(1);
                Assert.AreEqual(0, audio.timeSamples);
            }
            yield return place.Frames(30);
            Assert.IsTrue(audio.isPlaying, "plays");
            Assert.AreEqual((place.NowS - bell.PlayingSinceS.Value) * Place.RateHz, audio.timeSamples, 2.0);
        }

        [UnityTest]
        public IEnumerator SilentSourcesBeginWithPlayAndEndWithStop()
        {
            var bell = Place.Source("bell");
            bell.PlayingSinceS = null;
            place.Tell(bell);
            yield return place.Frames(30);
            var audio = place["bell"].AudioSources[0];
            Assert.IsFalse(audio.isPlaying, "silent");
            bell.PlayingSinceS = place.NowS;
            place.Update(bell);
            yield return place.Settled();
            Assert.AreEqual((place.NowS - bell.PlayingSinceS.Value) * Place.RateHz, audio.timeSamples, 2.0);
            bell.PlayingSinceS = null;
            place.Update(bell);
            yield return place.Frames(30);
            Assert.IsFalse(audio.isPlaying, "stopped");
        }

        [UnityTest]
        public IEnumerator WhatFallsOutOfStepIsBroughtBack()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Settled();
            var audio = place["bell"].AudioSources[0];
            audio.timeSamples = (audio.timeSamples + Place.RateHz / 2) % audio.clip.samples;
            yield return place.Frames(90);
            Assert.IsTrue(audio.isPlaying, "plays");
            IsInStep(audio, 0.0);
        }

        [UnityTest]
        public IEnumerator LouderIsAnotherCurveAndAnotherClipIsAnotherSound()
        {
            place.Tell(Place.Source("bell"));
            yield return place.Settled();
            var audio = place["bell"].AudioSources[0];
            var before = audio.clip;
            var louder = Place.Source("bell");
            louder.GainDb = 24.0;
            louder.Clip = Place.Clip('x');
            place.Update(louder);
            yield return place.Settled();
            Assert.AreEqual(5.0, place["bell"].Rolloff.MinDistanceM, 0.1);
            Assert.AreEqual(1.0, audio.volume, 1e-6);
            Assert.IsFalse(ReferenceEquals(before, audio.clip), "the clip is the same");
        }

        [UnityTest]
        public IEnumerator TrebleIsTakenFromWhatIsFarWhereThatIsWished()
        {
            place.Settings.airAbsorption = true;
            place.Tell(Place.Source("bell", "point", 100.0));
            yield return place.Frames(2);
            var filter = place["bell"].AudioSources[0].GetComponent<AudioLowPassFilter>();
            Assert.AreEqual(AirAbsorption.CutoffHz(100.0f), filter.cutoffFrequency, 1.0);
        }

        private string Playing()
        {
            var names = new System.Collections.Generic.List<string>();
            foreach (var source in place.Stage.Sources)
            {
                var count = 0;
                foreach (var audio in source.AudioSources)
                    if (audio.isPlaying) count++;
                if (count == source.AudioSources.Count) names.Add(source.State.Id.Substring(0, 1));
                else Assert.AreEqual(0, count, source.State.Id);
            }
            names.Sort();
            return string.Concat(names.ToArray());
        }

        private void IsInStep(AudioSource audio, double aheadS)
        {
            var wanted = (place.NowS - 900.0 + aheadS) % Place.ClipS * Place.RateHz;
            var apart = System.Math.Abs(audio.timeSamples - wanted);
            apart = System.Math.Min(apart, audio.clip.samples - apart);
            // A frame of rounding, and Unity mixes in blocks.
            Assert.Less(apart, 0.03 * Place.RateHz, "out of step");
        }

        private static SourceKeyframe Keyframe(double timeS, double front, double left)
        {
            return new SourceKeyframe { TimeS = timeS, PositionM = new[] { front, left, 0.0 } };
        }

        private static void IsNear(Vector3 wanted, Vector3 place)
        {
            Assert.Less(Vector3.Distance(wanted, place), 2e-3, wanted + " was wanted, " + place + " it is");
        }
    }
}
