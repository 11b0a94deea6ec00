namespace Sonorama.Core
{
    /// <summary>A clip's samples, ready for an engine.</summary>
    public sealed class ClipSound
    {
        /// <summary>Channels interleaved; full scale is 1.</summary>
        public float[] Samples { get; private set; }

        public int Channels { get; private set; }

        public int SampleRateHz { get; private set; }

        /// <summary>Samples per channel.</summary>
        public int Frames
        {
            get { return Samples.Length / Channels; }
        }

        public ClipSound(float[] samples, int channels, int sampleRateHz)
        {
            Samples = samples;
            Channels = channels;
            SampleRateHz = sampleRateHz;
        }
    }
}
