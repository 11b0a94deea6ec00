using System;
using System.Threading;

namespace Sonorama.Core
{
    /// <summary>A scene rendered by the server for this listener's head: two ears of sound, to be read on the audio
    /// thread.</summary>
    public sealed class LiveBinaural : IDisposable
    {
        /// <summary>What servers render at, as a rule.</summary>
        public const int UsualSampleRateHz = 48000;

        private readonly JitterBuffer buffer;
        private Action<LiveBinaural> end;
        private int sampleRateHz;

        /// <summary>The scene.</summary>
        public string SceneId { get; private set; }

        /// <summary>0 until the server has begun.</summary>
        public int SampleRateHz
        {
            get { return Volatile.Read(ref sampleRateHz); }
        }

        /// <summary>How much is in store and how often too little was.</summary>
        public JitterBuffer Buffer
        {
            get { return buffer; }
        }

        internal LiveBinaural(string sceneId, double bufferS, Action<LiveBinaural> end)
        {
            SceneId = sceneId;
            this.end = end;
            buffer = new JitterBuffer((int)(bufferS * UsualSampleRateHz));
        }

        /// <summary>0 where no stream runs. Used by <see cref="LiveStreams"/>, under its lock.</summary>
        internal uint StreamId { get; set; }

        /// <summary>Fills the buffer of an audio callback; see <see cref="JitterBuffer.Read"/>.</summary>
        /// <param name="outputRateHz">The engine's sample rate: what differs is resampled.</param>
        public void Read(float[] into, int channels, int outputRateHz)
        {
            var rateHz = SampleRateHz;
            buffer.Read(into, channels, rateHz == 0 ? 1.0 : (double)rateHz / outputRateHz);
        }

        /// <summary>No more sound.</summary>
        public void Dispose()
        {
            var ending = Interlocked.Exchange(ref end, null);
            if (ending != null) ending(this);
        }

        internal void Begin(uint streamId, int rateHz)
        {
            StreamId = streamId;
            Volatile.Write(ref sampleRateHz, rateHz);
            buffer.Restart();
        }

        internal void Take(ref BinaryFrame block)
        {
            if (block.Channels == 2) buffer.Write(block.Position, ref block);
        }
    }
}
