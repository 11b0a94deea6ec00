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

        private readonly float[] ring;
        private readonly int capacity;
        private readonly int target;
        private long written;
        private long read;
        private ulong expected;
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
            var room = capacity - (int)(end - Volatile.Read(ref read));
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
        public void Read(float[] into, int channels)
        {
            var wanted = into.Length / channels;
            var start = Volatile.Read(ref read);
            var stored = (int)(Volatile.Read(ref written) - start);
            // A reader that takes much at once needs that much more in store.
            var enough = Math.Min(Math.Max(target, 2 * wanted), capacity / 2);
            if (!isPlaying) isPlaying = stored >= enough;
            if (isPlaying && stored > 3 * enough)
            {
                var surplus = stored - enough;
                Interlocked.Add(ref skipped, surplus);
                start += surplus;
                stored = enough;
            }
            var count = isPlaying ? Math.Min(wanted, stored) : 0;
            for (var index = 0; index < count; index++)
            {
                var at = (int)((start + index) % capacity) * Channels;
                Put(into, index * channels, channels, ring[at], ring[at + 1]);
            }
            Array.Clear(into, count * channels, into.Length - count * channels);
            Volatile.Write(ref read, start + count);
            if (isPlaying && count < wanted)
            {
                isPlaying = false;
                Interlocked.Increment(ref underruns);
            }
            hasPlayed |= isPlaying;
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
            if (frames > capacity - (int)(end - Volatile.Read(ref read))) return;
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
