using System;
using System.Collections;
using NUnit.Framework;
using Sonorama.Protocol;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    /// <summary>What a frame of the layer leaves to the garbage collector. Here, because .NET Standard, which Unity
    /// offers, can't count it.</summary>
    [TestFixture]
    public sealed class CostTests
    {
        private const int Frames = 200;

        [UnityTest]
        public IEnumerator AFrameOfManyMovingSourcesCostsNoMemory()
        {
            var place = new Place();
            var sources = new SourceState[128];
            for (var index = 0; index < sources.Length; index++) sources[index] = OnItsWay(place, index);
            place.Settings.airAbsorption = true;
            place.Tell(sources);
            yield return place.Settled();
            yield return place.Frames(120);
            var bytes = 0L;
            for (var frame = 0; frame < Frames; frame++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                place.Step();
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                yield return null;
            }
            Assert.AreEqual(24, Playing(place), "AudioSources at once");
            // Few enough that not one object a frame can have been made.
            Assert.Less(bytes, 16.0 * Frames, "bytes allocated");
        }

        private static SourceState OnItsWay(Place place, int index)
        {
            var source = Place.Source("a" + index, "point", 1.0 + index);
            source.Path = new SourceTrack
            {
                BeginsAtS = place.NowS, Loop = true,
                Keyframes = new[] { Keyframe(0.0, 0.0), Keyframe(2.0, index), Keyframe(4.0, 0.0) },
            };
            return source;
        }

        private static SourceKeyframe Keyframe(double timeS, double leftM)
        {
            return new SourceKeyframe { TimeS = timeS, PositionM = new[] { 5.0 + timeS, leftM, 0.0 } };
        }

        private static int Playing(Place place)
        {
            var count = 0;
            foreach (var source in place.Stage.Sources)
                foreach (var audio in source.AudioSources)
                    if (audio.isPlaying && audio.volume > 0.0f) count++;
            return count;
        }
    }
}
