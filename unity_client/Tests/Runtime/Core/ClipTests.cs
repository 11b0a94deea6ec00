using System;
using System.IO;
using System.Text;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class ClipTests
    {
        private string folder;

        [SetUp]
        public void MakeFolder()
        {
            folder = Path.Combine(Path.GetTempPath(), "sonorama-" + Guid.NewGuid().ToString("N"));
        }

        [TearDown]
        public void DropFolder()
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, true);
        }

        [Test]
        public void TheHashIsThatOfTheStandard()
        {
            // FIPS 180-2, appendix B.1.
            Assert.AreEqual(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                ContentHash.Of(Encoding.ASCII.GetBytes("xabcx"), 1, 3));
        }

        [TestCase(1, 16, 2)]
        [TestCase(1, 24, 1)]
        [TestCase(3, 32, 2)]
        [TestCase(0xFFFE, 24, 2)]
        public void SamplesComeOutAsTheyWereWritten(int kind, int bits, int channels)
        {
            var wanted = new[] { 0.0f, 0.5f, -0.5f, -1.0f, 0.25f, -0.125f };
            var sound = Read(Wav(kind, bits, channels, wanted));
            Assert.AreEqual(channels, sound.Channels);
            Assert.AreEqual(48000, sound.SampleRateHz);
            Assert.AreEqual(wanted.Length / channels, sound.Frames);
            for (var index = 0; index < wanted.Length; index++) Assert.AreEqual(wanted[index], sound.Samples[index]);
        }

        [Test]
        public void WhatIsNoWavFileIsRefusedInOneWay()
        {
            var whole = Wav(1, 16, 1, new[] { 0.5f, 0.25f });
            for (var length = 0; length < whole.Length; length++)
                Assert.Throws<ClipException>(() => WavReader.Read(whole, length));
            Assert.Throws<ClipException>(() => Read(Wav(1, 8, 1, new[] { 0.5f })));
            Assert.Throws<ClipException>(() => Read(Wav(6, 16, 1, new[] { 0.5f })));
            Assert.Throws<ClipException>(() => Read(Wav(1, 16, 0, new[] { 0.5f })));
            var random = new Random(7);
            for (var round = 0; round < 5000; round++)
            {
                var broken = (byte[])whole.Clone();
                for (var changes = random.Next(5); changes >= 0; changes--)
                    broken[random.Next(broken.Length)] = (byte)random.Next(256);
                try
                {
                    Read(broken);
                }
                catch (ClipException)
                {
                    // What the reader promises.
                }
            }
        }

        [Test]
        public void NoSampleIsNoNumber()
        {
            var sound = Read(Wav(3, 32, 1, new[] { float.NaN, float.PositiveInfinity, 0.5f }));
            Assert.AreEqual(new[] { 0.0f, 0.0f, 0.5f }, sound.Samples);
        }

        [Test]
        public void ClipsAreFoundAgain()
        {
            var cache = new ClipCache(folder, 1000);
            var bytes = Encoding.ASCII.GetBytes("a clip");
            var hash = ContentHash.Of(bytes, 0, bytes.Length);
            Assert.IsNull(cache.Read(hash));
            Assert.IsTrue(cache.Write(hash, bytes, bytes.Length));
            Assert.IsTrue(cache.Write(hash, bytes, bytes.Length), "twice is once");
            Assert.AreEqual(bytes, new ClipCache(folder, 1000).Read(hash));
            Assert.AreEqual(1, Directory.GetFiles(folder).Length);
        }

        [Test]
        public void AFileThatIsBrokenIsDeleted()
        {
            var cache = new ClipCache(folder, 1000);
            var bytes = Encoding.ASCII.GetBytes("a clip");
            var hash = ContentHash.Of(bytes, 0, bytes.Length);
            cache.Write(hash, bytes, bytes.Length);
            File.WriteAllText(Directory.GetFiles(folder)[0], "another");
            Assert.IsNull(cache.Read(hash));
            Assert.AreEqual(0, Directory.GetFiles(folder).Length);
        }

        [Test]
        public void TheLeastRecentlyUsedGoesFirstAndWhatIsNotOursStays()
        {
            var cache = new ClipCache(folder, 250);
            var hashes = new string[3];
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "notes.txt"), new string('x', 1000));
            for (var index = 0; index < 2; index++)
            {
                hashes[index] = Put(cache, index);
                File.SetLastWriteTimeUtc(Path.Combine(folder, hashes[index] + ".wav"), DateTime.UtcNow.AddHours(index - 5));
            }
            Assert.IsNotNull(cache.Read(hashes[0]));
            hashes[2] = Put(cache, 2);
            Assert.IsNotNull(cache.Read(hashes[0]));
            Assert.IsNull(cache.Read(hashes[1]));
            Assert.IsNotNull(cache.Read(hashes[2]));
            Assert.IsTrue(File.Exists(Path.Combine(folder, "notes.txt")));
        }

        [Test]
        public void ADiskThatFailsCostsOnlyTheCache()
        {
            File.WriteAllText(folder, "a file where the folder should be");
            try
            {
                var cache = new ClipCache(folder, 250);
                Assert.IsFalse(cache.Write(ContentHash.Of(new byte[1], 0, 1), new byte[1], 1));
                Assert.IsNull(cache.Read(ContentHash.Of(new byte[1], 0, 1)));
            }
            finally
            {
                File.Delete(folder);
            }
        }

        [Test]
        public void NothingButAHashNamesAFile()
        {
            var cache = new ClipCache(folder, 250);
            Assert.Throws<ArgumentException>(() => cache.Read("../" + new string('a', 61)));
            Assert.IsFalse(ContentHash.IsOne(new string('A', 64)));
            Assert.IsFalse(ContentHash.IsOne(null));
        }

        [Test]
        public void AClipOfChunksIsWholeOrNothing()
        {
            var bytes = new byte[200];
            new Random(8).NextBytes(bytes);
            var hash = ContentHash.Of(bytes, 0, bytes.Length);
            var begin = new ClipBegin { StreamId = 1, SizeBytes = 200, ClipSha256 = hash };
            var end = new ClipEnd { StreamId = 1, Sha256 = hash };
            var whole = new ClipAssembly(begin, 1000);
            Take(whole, bytes, 0, 0, 150);
            Assert.Throws<ClipException>(() => whole.Whole(end, hash));
            Take(whole, bytes, 1, 150, 50);
            Assert.AreEqual(bytes, whole.Whole(end, hash));
            Assert.Throws<ClipException>(() => whole.Whole(end, new string('a', 64)));
            Assert.Throws<ClipException>(() => whole.Whole(new ClipEnd { Sha256 = new string('a', 64) }, hash));
            Assert.Throws<ClipException>(() => Take(whole, bytes, 2, 200, 1), "too many");
            Assert.Throws<ClipException>(() => Take(new ClipAssembly(begin, 1000), bytes, 1, 0, 10), "not the first");
            Assert.Throws<ClipException>(() => Take(new ClipAssembly(begin, 1000), bytes, 0, 1, 10), "not the beginning");
            Assert.Throws<ClipException>(() => new ClipAssembly(begin, 199));
        }

        private static void Take(ClipAssembly assembly, byte[] bytes, uint sequence, int position, int count)
        {
            var frame = new BinaryFrame { Sequence = sequence, Position = (ulong)position };
            frame.Payload = new ArraySegment<byte>(bytes, Math.Min(position, bytes.Length - count), count);
            assembly.Take(ref frame);
        }

        private static string Put(ClipCache cache, int seed)
        {
            var bytes = new byte[100];
            new Random(seed).NextBytes(bytes);
            var hash = ContentHash.Of(bytes, 0, bytes.Length);
            Assert.IsTrue(cache.Write(hash, bytes, bytes.Length));
            return hash;
        }

        private static ClipSound Read(byte[] file)
        {
            return WavReader.Read(file, file.Length);
        }

        private static byte[] Wav(int kind, int bits, int channels, float[] samples)
        {
            var stream = new MemoryStream();
            var file = new BinaryWriter(stream);
            var isExtensible = kind == 0xFFFE;
            file.Write(Encoding.ASCII.GetBytes("RIFF\0\0\0\0WAVEjunk"));
            file.Write(3);
            file.Write(new byte[4]);
            file.Write(Encoding.ASCII.GetBytes("fmt "));
            file.Write(isExtensible ? 40 : 16);
            file.Write((ushort)kind);
            file.Write((ushort)channels);
            file.Write(48000);
            file.Write(48000 * channels * bits / 8);
            file.Write((ushort)(channels * bits / 8));
            file.Write((ushort)bits);
            if (isExtensible)
            {
                file.Write(new byte[8]);
                file.Write((ushort)1);
                file.Write(new byte[14]);
            }
            file.Write(Encoding.ASCII.GetBytes("data"));
            file.Write(samples.Length * bits / 8);
            foreach (var sample in samples)
            {
                if (bits == 32) file.Write(sample);
                else if (bits == 16) file.Write((short)(sample * 32768));
                else if (bits == 8) file.Write((byte)(sample * 127));
                else
                {
                    var whole = (int)(sample * 8388608);
                    file.Write((byte)whole);
                    file.Write((byte)(whole >> 8));
                    file.Write((byte)(whole >> 16));
                }
            }
            return stream.ToArray();
        }
    }
}
