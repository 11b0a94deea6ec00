using System;
using NUnit.Framework;
using Sonorama.Core;

namespace Sonorama.Unity.Tests
{
    [TestFixture]
    public sealed class SincResamplerTests
    {
        [TestCase(48000, 44100, 100.0)]
        [TestCase(48000, 44100, 1000.0)]
        [TestCase(48000, 44100, 10000.0)]
        [TestCase(48000, 44100, 18000.0)]
        [TestCase(44100, 48000, 1000.0)]
        [TestCase(44100, 48000, 18000.0)]
        [TestCase(48000, 96000, 1000.0)]
        public void TonesComeOutCleanAndAsLoudAsTheyWentIn(int fromHz, int toHz, double toneHz)
        {
            long position = 0;
            var resampler = new SincResampler(
                (block, channels) =>
                {
                    for (var frame = 0; frame < block.Length / channels; frame++, position++)
                    {
                        block[2 * frame] = (float)Math.Sin(2.0 * Math.PI * toneHz * position / fromHz);
                        block[2 * frame + 1] = 0.5f * block[2 * frame];
                    }
                },
                fromHz, toHz);
            var heard = new float[2 * 16384];
            // In the odd pieces of audio callbacks; the first is the filter filling up.
            var piece = new float[2 * 1024];
            resampler.Read(piece, 2);
            for (var done = 0; done < heard.Length; done += piece.Length)
            {
                resampler.Read(piece, 2);
                Array.Copy(piece, 0, heard, done, piece.Length);
            }
            double gain, noiseDb;
            Fit(heard, 0, toneHz / toHz, out gain, out noiseDb);
            Assert.AreEqual(0.0, 20.0 * Math.Log10(gain), 0.1, "level in dB");
            Assert.Less(noiseDb, -80.0, "noise in dB");
            Fit(heard, 1, toneHz / toHz, out gain, out noiseDb);
            Assert.AreEqual(0.5, gain, 0.01, "the other channel");
        }

        [Test]
        public void WhatTheOutputCannotHoldIsTakenOut()
        {
            long position = 0;
            var resampler = new SincResampler(
                (block, channels) =>
                {
                    for (var frame = 0; frame < block.Length / channels; frame++, position++)
                        block[2 * frame] = block[2 * frame + 1] = (float)Math.Sin(2.0 * Math.PI * 23900.0 * position / 48000.0);
                },
                48000, 44100);
            var heard = new float[2 * 8192];
            resampler.Read(heard, 2);
            var power = 0.0;
            for (var index = 2048; index < heard.Length; index++) power += heard[index] * heard[index];
            Assert.Less(10.0 * Math.Log10(2.0 * power / heard.Length), -60.0);
        }

        [Test]
        public void OneChannelHasBothMixedAndFurtherOnesAreSilent()
        {
            Action<float[], int> read = (block, channels) =>
            {
                for (var frame = 0; frame < block.Length / channels; frame++)
                {
                    block[2 * frame] = 1.0f;
                    block[2 * frame + 1] = 0.5f;
                }
            };
            var mono = new float[4096];
            new SincResampler(read, 48000, 44100).Read(mono, 1);
            Assert.AreEqual(0.75, mono[4095], 1e-3);
            var six = new float[6 * 2048];
            new SincResampler(read, 48000, 44100).Read(six, 6);
            Assert.AreEqual(1.0, six[6 * 2047], 1e-3);
            Assert.AreEqual(0.5, six[6 * 2047 + 1], 1e-3);
            Assert.AreEqual(0.0, six[6 * 2047 + 2], 0.0);
        }

        [Test]
        public void OnceMadeItCostsNoMemory()
        {
            var resampler = new SincResampler((block, channels) => { }, 48000, 44100);
            var piece = new float[2 * 1024];
            resampler.Read(piece, 2);
            var before = GC.CollectionCount(0);
            var bytes = GC.GetTotalMemory(false);
            for (var round = 0; round < 2000; round++) resampler.Read(piece, 2);
            Assert.AreEqual(before, GC.CollectionCount(0));
            Assert.Less(GC.GetTotalMemory(false) - bytes, 65536);
        }

        /// <summary>The tone's amplitude by least squares, and what else there is, in dB below it.</summary>
        private static void Fit(float[] heard, int channel, double cyclesPerFrame, out double gain, out double noiseDb)
        {
            double cc = 0.0, ss = 0.0, cs = 0.0, cy = 0.0, sy = 0.0;
            var frames = heard.Length / 2;
            for (var frame = 0; frame < frames; frame++)
            {
                double angle = 2.0 * Math.PI * cyclesPerFrame * frame, cosine = Math.Cos(angle), sine = Math.Sin(angle);
                double y = heard[2 * frame + channel];
                cc += cosine * cosine;
                ss += sine * sine;
                cs += cosine * sine;
                cy += cosine * y;
                sy += sine * y;
            }
            var both = cc * ss - cs * cs;
            double a = (cy * ss - sy * cs) / both, b = (sy * cc - cy * cs) / both, rest = 0.0;
            for (var frame = 0; frame < frames; frame++)
            {
                var angle = 2.0 * Math.PI * cyclesPerFrame * frame;
                var apart = heard[2 * frame + channel] - a * Math.Cos(angle) - b * Math.Sin(angle);
                rest += apart * apart;
            }
            gain = Math.Sqrt(a * a + b * b);
            noiseDb = 10.0 * Math.Log10(rest / frames / (gain * gain / 2.0) + 1e-30);
        }
    }
}
