using System;
using NUnit.Framework;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity.Tests
{
    [TestFixture]
    public sealed class RolloffTests
    {
        private const double WithinDb = 0.2;

        private static readonly double[] DistancesM = { 1.0, 2.0, 5.0, 20.0, 50.0 };

        [TestCase("point", 60.0)]
        [TestCase("area", 60.0)]
        [TestCase("line", 60.0)]
        [TestCase("point", 40.0)]
        [TestCase("ambient", 55.0)]
        public void WhatUnityMakesOfTheCurveIsTheLevelOfTheProtocol(string kind, double levelDbSpl)
        {
            var source = AudioSourceWith(new Rolloff(kind, levelDbSpl, 70.0));
            foreach (var distanceM in DistancesM)
            {
                var wantedDb = Levels.ReceivedDbSpl(kind, levelDbSpl, 0.0, distanceM) - 70.0;
                Assert.AreEqual(wantedDb, HeardDb(source, distanceM), WithinDb, kind + " at " + distanceM + " m");
            }
        }

        [TestCase("point", 6.02)]
        [TestCase("line", 3.01)]
        [TestCase("ambient", 0.0)]
        public void ADoublingOfDistanceTakesWhatItsKindTakes(string kind, double lossDb)
        {
            var source = AudioSourceWith(new Rolloff(kind, 60.0, 70.0));
            for (var distanceM = 0.6; distanceM < 240.0; distanceM *= 1.07)
                Assert.AreEqual(
                    lossDb, HeardDb(source, distanceM) - HeardDb(source, 2.0 * distanceM), 0.1, "at " + distanceM + " m");
        }

        [TestCase("point", 100.0)]
        [TestCase("line", 85.0)]
        [TestCase("ambient", 90.0)]
        public void WhatIsTooLoudIsItsClipAndFallsWhereTheLawMeetsIt(string kind, double levelDbSpl)
        {
            var source = AudioSourceWith(new Rolloff(kind, levelDbSpl, 70.0));
            for (var distanceM = 0.1; distanceM < 400.0; distanceM *= 1.3)
            {
                var wantedDb = Math.Min(Levels.ReceivedDbSpl(kind, levelDbSpl, 0.0, distanceM) - 70.0, 0.0);
                Assert.AreEqual(wantedDb, HeardDb(source, distanceM), WithinDb, "at " + distanceM + " m");
                Assert.LessOrEqual(HeardDb(source, distanceM), 0.0);
            }
        }

        [Test]
        public void NothingGetsLouderNearerThanTheShortestDistance()
        {
            var source = AudioSourceWith(new Rolloff("point", 60.0, 70.0));
            Assert.AreEqual(HeardDb(source, Levels.MinDistanceM), HeardDb(source, 0.01), 1e-6);
            Assert.AreEqual(0.5, source.minDistance, 1e-6);
        }

        [Test]
        public void TheReferenceMovesAllSourcesAlike()
        {
            var loud = new Rolloff("point", 75.0, 70.0);
            var soft = new Rolloff("point", 75.0, 90.0);
            Assert.AreEqual(20.0, Db(loud.Amplitude(30.0f)) - Db(soft.Amplitude(30.0f)), 1e-4);
        }

        [TestCase("point", 60.0)]
        [TestCase("line", 95.0)]
        [TestCase("ambient", 60.0)]
        public void ItsOwnAmplitudeIsWhatTheCurveSays(string kind, double levelDbSpl)
        {
            var rolloff = new Rolloff(kind, levelDbSpl, 70.0);
            var source = AudioSourceWith(rolloff);
            foreach (var distanceM in DistancesM)
                Assert.AreEqual(Db(rolloff.Amplitude((float)distanceM)), HeardDb(source, distanceM), 0.05);
        }

        /// <summary>In Unity, curves go over parts of the maximum distance.</summary>
        private static double HeardDb(AudioSource source, double distanceM)
        {
            var curve = source.GetCustomCurve(AudioSourceCurveType.CustomRolloff);
            return Db(source.volume * curve.Evaluate((float)distanceM / source.maxDistance));
        }

        private static AudioSource AudioSourceWith(Rolloff rolloff)
        {
            var source = new GameObject("source").AddComponent<AudioSource>();
            source.volume = rolloff.Volume;
            rolloff.ApplyTo(source);
            Assert.AreEqual(AudioRolloffMode.Custom, source.rolloffMode);
            return source;
        }

        private static double Db(double amplitude)
        {
            return 20.0 * Math.Log10(amplitude);
        }
    }
}
