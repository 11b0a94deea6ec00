using System;
using System.Threading;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class JitterBufferTests
    {
        private const int Block = 256;

        [Test]
        public void SoundComesOutInOrderOnceEnoughIsInStore()
        {
            var buffer = new JitterBuffer(512);
            var heard = new float[2 * Block];
            Write(buffer, 0);
            buffer.Read(heard, 2);
            Assert.AreEqual(0.0f, heard[2]);
            Assert.AreEqual(0, buffer.Underruns, "it hadn't begun");
            for (var index = 1; index < 4; index++) Write(buffer, index * Block);
            for (var index = 0; index < 4; index++)
            {
                buffer.Read(heard, 2);
                for (var frame = 0; frame < Block; frame++)
                {
                    Assert.AreEqual(Sample(index * Block + frame), heard[2 * frame]);
                    Assert.AreEqual(-Sample(index * Block + frame), heard[2 * frame + 1]);
                }
            }
            Assert.AreEqual(0, buffer.Underruns);
            buffer.Read(heard, 2);
            Assert.AreEqual(1, buffer.Underruns);
            Assert.AreEqual(0.0f, heard[0]);
            Assert.AreEqual(0.0f, heard[2 * Block - 1]);
            buffer.Read(heard, 2);
            Assert.AreEqual(1, buffer.Underruns, "silence until there's enough again");
        }

        [Test]
        public void ABlockThatWasDroppedIsSilenceInItsPlace()
        {
            var buffer = new JitterBuffer(512);
            Write(buffer, 0);
            Write(buffer, 2 * Block);
            Write(buffer, 3 * Block);
            var heard = new float[2 * Block];
            buffer.Read(heard, 2);
            buffer.Read(heard, 2);
            Assert.AreEqual(0.0f, heard[100]);
            buffer.Read(heard, 2);
            Assert.AreEqual(Sample(2 * Block + 5), heard[10]);
            Assert.AreEqual(Block, buffer.LostFrames);
        }

        [Test]
        public void WhatPilesUpIsSkipped()
        {
            var buffer = new JitterBuffer(512);
            for (var index = 0; index < 14; index++) Write(buffer, index * Block);
            var heard = new float[2 * Block];
            buffer.Read(heard, 2);
            Assert.LessOrEqual(buffer.Frames, 528);
            Assert.Greater(buffer.SkippedFrames, 0);
            Assert.AreEqual(Sample(14 * Block - 528), heard[0]);
        }

        [Test]
        public void OtherNumbersOfChannelsAreFilled()
        {
            var buffer = new JitterBuffer(128);
            Write(buffer, 0);
            var one = new float[32];
            buffer.Read(one, 1);
            Assert.AreEqual(0.0f, one[5], "left and right are each other's opposite");
            var six = new float[6 * 16];
            buffer.Read(six, 6);
            Assert.AreEqual(Sample(32), six[0]);
            Assert.AreEqual(-Sample(32), six[1]);
            Assert.AreEqual(0.0f, six[2]);
        }

        [TestCase(48000.0 / 44100.0, 1000.0)]
        [TestCase(48000.0 / 44100.0, 18000.0)]
        [TestCase(0.5, 10000.0)]
        [TestCase(0.5, 18000.0)]
        public void AnotherRateKeepsTheSound(double ratio, double toneHz)
        {
            var buffer = new JitterBuffer(1024);
            var heard = new float[2 * 128];
            double position = 0.0, worst = 0.0;
            var begun = false;
            for (int block = 0, read = 0; block < 200; block++)
            {
                Write(buffer, block * Block, frame => (float)Math.Sin(2.0 * Math.PI * toneHz * frame / 48000.0));
                for (; (block + 1) * Block - position > 1024; read++)
                {
                    buffer.Read(heard, 2, ratio);
                    for (var frame = 0; frame < 128; frame++, position += ratio)
                    {
                        var wanted = Math.Sin(2.0 * Math.PI * toneHz * position / 48000.0);
                        // Before the very first sample there is silence.
                        if (read > 0) worst = Math.Max(worst, Math.Abs(wanted - heard[2 * frame]));
                    }
                    begun |= buffer.HasPlayed;
                }
            }
            Assert.IsTrue(begun);
            Assert.AreEqual(0, buffer.Underruns);
            // −74 dB of the tone, in level, in time and in what doesn't belong there.
            Assert.Less(worst, 0.0002);
        }

        [TestCase(1.0005)]
        [TestCase(0.9995)]
        public void AClockThatDriftsIsFollowedWithoutAGap(double pace)
        {
            var buffer = new JitterBuffer(2400);
            var heard = new float[2 * Block];
            double due = 16.0;
            var written = 0;
            // Nearly three minutes, in which the clocks come 80 ms apart.
            for (var round = 0; round < 30000; round++)
            {
                for (due += pace; written < (int)due; written++) Write(buffer, written * Block, frame => 1.0f);
                buffer.Read(heard, 2);
            }
            Assert.AreEqual(0, buffer.Underruns);
            Assert.AreEqual(0, buffer.SkippedFrames);
        }

        [Test]
        public void TwoThreadsLoseNothing()
        {
            var buffer = new JitterBuffer(1024);
            const int blocks = 4000;
            var writer = new Thread(() =>
            {
                for (var index = 0; index < blocks;)
                {
                    if (buffer.Frames > 2048) Thread.Yield();
                    else Write(buffer, index++ * Block);
                }
            });
            writer.Start();
            var heard = new float[2 * 128];
            var next = 0;
            var wrong = 0;
            while (next < (blocks - 4) * Block)
            {
                if (buffer.Frames < 1024)
                {
                    Thread.Yield();
                    continue;
                }
                buffer.Read(heard, 2);
                for (var frame = 0; frame < 128; frame++, next++)
                    if (heard[2 * frame] != Sample(next)) wrong++;
            }
            writer.Join();
            Assert.AreEqual(0, wrong);
            Assert.AreEqual(0, buffer.Underruns);
        }

        private static float Sample(int frame)
        {
            return (frame % 8191 + 1) / 8192.0f;
        }

        private static void Write(JitterBuffer buffer, int position)
        {
            Write(buffer, position, Sample);
        }

        private static void Write(JitterBuffer buffer, int position, Func<int, float> sample)
        {
            var bytes = new byte[8 * Block];
            for (var frame = 0; frame < Block; frame++)
            {
                LittleEndian.Write(bytes, 8 * frame, LittleEndian.Float32Bits(sample(position + frame)), 4);
                LittleEndian.Write(bytes, 8 * frame + 4, LittleEndian.Float32Bits(-sample(position + frame)), 4);
            }
            var frameOf = new BinaryFrame { Codec = FrameCodec.Float32, Payload = new ArraySegment<byte>(bytes) };
            buffer.Write((ulong)position, ref frameOf);
        }
    }
}
