using System;
using System.Threading;

namespace Sonorama.Core
{
    /// <summary>
    /// Stereo sound on its way from one thread that writes to one that reads, without locks. Playing begins once enough
    /// is in store; what doesn't come in time is silence, and what piles up is skipped.
    /// </summary>
    public sealed class JitterBuffer
    {
        private const int Channels = 2;

        // Between samples, so many on either side of the place count.
        private const int Ahead = SincKernel.Taps / 2;

        private readonly DriftControl drift = new DriftControl();
        private readonly float[] ring;
        private readonly int capacity;
        private readonly int target;
        private long written;
        private long read;
        private ulong expected;
        private double phase;
        private bool hasBegun;
        private bool isPlaying;
        private bool hasPlayed;
        private int underruns;
        private int skipped;
        private int lost;

        /// <param name="targetFrames">How many samples per channel are in store before playing begins.</param>
        public JitterBuffer(int targetFrames)
        {
            target = Math.Max(targetFrames, 1);
            capacity = 4096;
            while (capacity < 8 * target) capacity *= 2;
            ring = new float[capacity * Channels];
        }

        /// <summary>How often sound was wanted that hadn't come.</summary>
        public int Underruns
        {
            get { return Volatile.Read(ref underruns); }
        }

        /// <summary>How many samples per channel were skipped because too many were in store.</summary>
        public int SkippedFrames
        {
            get { return Volatile.Read(ref skipped); }
        }

        /// <summary>How many samples per channel never came and were replaced by silence.</summary>
        public int LostFrames
        {
            get { return Volatile.Read(ref lost); }
        }

        /// <summary>Samples per channel in store.</summary>
        public int Frames
        {
            get { return (int)(Volatile.Read(ref written) - Volatile.Read(ref read)); }
        }

        /// <summary>For the writing thread: another stream begins.</summary>
        public void Restart()
        {
            hasBegun = false;
        }

        /// <summary>For the writing thread: a block of stereo samples, interleaved, which begins at this sample of the
        /// stream. What there's no room for is dropped.</summary>
        internal void Write(ulong position, ref BinaryFrame block)
        {
            var sampleBytes = block.Codec == Protocol.FrameCodec.Float32 ? 4 : 2;
            var frames = block.Payload.Count / (sampleBytes * Channels);
            if (hasBegun && position != expected) Bridge(position);
            hasBegun = true;
            expected = position + (ulong)frames;
            var end = Volatile.Read(ref written);
            // What lies right before the reader's place is still read.
            var room = capacity - Ahead - (int)(end - Volatile.Read(ref read));
            if (frames > room) return;
            var start = (int)(end % capacity);
            var first = Math.Min(frames, capacity - start);
            Decode(ref block, 0, start, first);
            Decode(ref block, first, 0, frames - first);
            Volatile.Write(ref written, end + frames);
        }

        /// <summary>For the reading thread, usually the audio thread: fills the buffer, or leaves silence where there's
        /// nothing. Allocates nothing and never waits.</summary>
        /// <param name="into">Interleaved; overwritten. With one channel both are mixed; beyond two the others are
        /// silent.</param>
        /// <param name="ratio">Samples of the stream for each sample that is read: the stream's rate divided by the
        /// engine's. At 1, and while the clocks agree, samples come out as they came in.</param>
        public void Read(float[] into, int channels, double ratio = 1.0)
        {
            var wanted = into.Length / channels;
            var start = Volatile.Read(ref read);
            var stored = (int)(Volatile.Read(ref written) - start);
            // A reader that takes much at once needs that much more in store.
            var enough = Math.Min(Math.Max(target, (int)(2 * wanted * ratio) + Ahead), capacity / 2);
            if (!isPlaying)
            {
                isPlaying = stored >= enough;
                drift.Begin(enough);
            }
            if (isPlaying && stored > 3 * enough)
            {
                var surplus = stored - enough;
                Interlocked.Add(ref skipped, surplus);
                start += surplus;
                stored = enough;
            }
            var count = 0;
            if (isPlaying)
            {
                var step = ratio * drift.Pace(stored, enough);
                count = Copy(into, channels, wanted, step, start, stored);
                isPlaying = count == wanted;
                if (!isPlaying) Interlocked.Increment(ref underruns);
                Volatile.Write(ref hasPlayed, true);
            }
            Array.Clear(into, count * channels, into.Length - count * channels);
        }

        /// <summary>Samples from the ring, or what is between them where the step asks for it; returns how many there
        /// were.</summary>
        private int Copy(float[] into, int channels, int wanted, double step, long start, int stored)
        {
            var isPlain = step == 1.0 && phase == 0.0;
            var position = isPlain ? 0.0 : phase;
            var count = 0;
            for (; count < wanted; count++, position += step)
            {
                var whole = (int)position;
                if (whole + (isPlain ? 0 : Ahead) >= stored) break;
                var at = start + whole;
                if (isPlain) Put(into, count * channels, channels, Ring(at, 0), Ring(at, 1));
                else PutBetween(into, count * channels, channels, at, position - whole);
            }
            var taken = Math.Min((int)position, stored);
            phase = position - (int)position;
            // What's too small to hear would keep the kernel busy for ever.
            if (step == 1.0 && phase < 1e-3) phase = 0.0;
            Volatile.Write(ref read, start + taken);
            return count;
        }

        private void PutBetween(float[] into, int to, int channels, long at, double part)
        {
            float fraction, left = 0.0f, right = 0.0f;
            var row = SincKernel.Row(part, out fraction);
            // Before the very first sample lies what a ring holds from the beginning: silence.
            var slot = (int)((at - Ahead + 1 + capacity) % capacity);
            for (var tap = 0; tap < SincKernel.Taps; tap++)
            {
                var weight = SincKernel.Weight(row, fraction, tap);
                left += weight * ring[slot * Channels];
                right += weight * ring[slot * Channels + 1];
                if (++slot == capacity) slot = 0;
            }
            Put(into, to, channels, left, right);
        }

        private float Ring(long at, int ear)
        {
            return ring[(int)(at % capacity) * Channels + ear];
        }

        /// <summary>Whether sound has come out yet.</summary>
        public bool HasPlayed
        {
            get { return Volatile.Read(ref hasPlayed); }
        }

        private static void Put(float[] into, int at, int channels, float left, float right)
        {
            if (channels == 1)
            {
                into[at] = 0.5f * (left + right);
                return;
            }
            into[at] = left;
            into[at + 1] = right;
            for (var other = 2; other < channels; other++) into[at + other] = 0.0f;
        }

        /// <summary>Silence for blocks that were dropped, so that what follows keeps its time.</summary>
        private void Bridge(ulong position)
        {
            if (position < expected || position - expected > (ulong)capacity) return;
            var frames = (int)(position - expected);
            var end = Volatile.Read(ref written);
            if (frames > capacity - Ahead - (int)(end - Volatile.Read(ref read))) return;
            for (var index = 0; index < frames; index++)
            {
                var at = (int)((end + index) % capacity) * Channels;
                ring[at] = ring[at + 1] = 0.0f;
            }
            Interlocked.Add(ref lost, frames);
            Volatile.Write(ref written, end + frames);
        }

        private void Decode(ref BinaryFrame block, int from, int to, int frames)
        {
            var payload = block.Payload;
            if (block.Codec == Protocol.FrameCodec.Float32)
                WavReader.Float32(payload.Array, payload.Offset + 4 * Channels * from, ring, Channels * to, Channels * frames);
            else
                WavReader.Int16(payload.Array, payload.Offset + 2 * Channels * from, ring, Channels * to, Channels * frames);
        }
    }
}
