using System;
using NUnit.Framework;
using UnityEngine;

namespace Sonorama.Unity.Tests
{
    /// <summary>Sound cards and servers have crystals of their own; ten minutes of it, without waiting for them.</summary>
    [TestFixture]
    public sealed class DriftTests
    {
        [TestCase(100e-6)]
        [TestCase(-100e-6)]
        public void ForTenMinutesAClockThatDriftsMakesNoGapAndNoLag(double drift)
        {
            var place = new Place { Drift = drift };
            place.Tell(Place.Source("bell"));
            for (var frame = 0; frame < 600 && !place.Stage.IsSettled(); frame++)
            {
                Step(place);
                // Clips come from another thread.
                System.Threading.Thread.Sleep(1);
            }
            var audio = place["bell"].AudioSources[0];
            var volume = audio.volume;
            var mostS = 0.0;
            for (var frame = 0; frame < 600 * 20; frame++)
            {
                Step(place);
                Assert.AreEqual(volume, audio.volume, 1e-6f, "plays on at frame " + frame);
                var apartS = place.NowS - 900.0 - (double)audio.timeSamples / Place.RateHz;
                mostS = Math.Max(mostS, Math.Abs(apartS - Place.ClipS * Math.Round(apartS / Place.ClipS)));
            }
            Assert.Less(mostS, 0.005);
            place.Stage.Clear();
            place.Clips.Clear();
            UnityEngine.Object.Destroy(place.Origin);
        }

        private static void Step(Place place)
        {
            Player.Frame(0.05f);
            place.Step();
        }
    }
}
