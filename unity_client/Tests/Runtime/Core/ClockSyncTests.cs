using NUnit.Framework;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class ClockSyncTests
    {
        [Test]
        public void OffsetsAreThoseOfTheVectors()
        {
            foreach (var row in Vectors.Read("clock")["sequences"])
            {
                var about = (string)row["about"];
                var clock = new ClockSync();
                foreach (var exchange in row["exchanges"])
                    clock.Add(new ClockExchange(
                        (double)exchange["client_sent_s"], (double)exchange["server_received_s"],
                        (double)exchange["server_sent_s"], (double)exchange["client_received_s"]));
                double offsetS, errorS, delayS;
                Assert.IsTrue(clock.TryEstimate((double)row["now_s"], out offsetS, out errorS, out delayS), about);
                Assert.AreEqual((double)row["offset_s"], offsetS, 1e-9, about);
                Assert.AreEqual((double)row["delay_s"], delayS, 1e-9, about);
                Assert.IsTrue(errorS > 0.0, about);
            }
        }

        [Test]
        public void WhatCannotBeIsIgnoredAndNothingIsKnownAtFirst()
        {
            var clock = new ClockSync();
            clock.Add(new ClockExchange(double.NaN, 1.0, 1.0, 2.0));
            clock.Add(new ClockExchange(0.0, double.PositiveInfinity, double.PositiveInfinity, 2.0));
            clock.Add(new ClockExchange(2.0, 1.0, 1.0, 1.0));
            double offsetS, errorS, delayS;
            Assert.IsFalse(clock.TryEstimate(3.0, out offsetS, out errorS, out delayS));
        }

        [Test]
        public void AfterAsManyNewerOnesAnExchangeIsForgotten()
        {
            var clock = new ClockSync();
            clock.Add(new ClockExchange(0.0, 50.01, 50.01, 0.0));
            for (var index = 1; index <= ClockSync.Remembered; index++)
                clock.Add(new ClockExchange(index, index + 50.05, index + 50.05, index + 0.1));
            double offsetS, errorS, delayS;
            Assert.IsTrue(clock.TryEstimate(ClockSync.Remembered + 0.1, out offsetS, out errorS, out delayS));
            Assert.AreEqual(50.0, offsetS, 1e-9);
        }
    }
}
