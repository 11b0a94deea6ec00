using System;

namespace UnityEngine
{
    /// <summary>AudioClip.html</summary>
    public sealed class AudioClip : Object
    {
        public delegate void PCMReaderCallback(float[] data);

        private float[] data;
        private int device = AudioSettings.Device;

        internal AudioClip() { }

        public int samples { get; private set; }

        public int channels { get; private set; }

        public int frequency { get; private set; }

        public float length { get { return (float)samples / frequency; } }

        /// <summary>Whether its samples went with a device that is gone.</summary>
        internal bool IsDropped
        {
            get { return device >= 0 && device != AudioSettings.Device; }
        }

        internal void Keep()
        {
            device = -1;
        }

        public static AudioClip Create(string name, int lengthSamples, int channels, int frequency, bool stream)
        {
            Player.CheckThread();
            if (lengthSamples <= 0) throw new ArgumentException("Length of created clip must be larger than 0");
            if (channels <= 0) throw new ArgumentException("Number of channels in created clip must be greater than 0");
            if (frequency <= 0) throw new ArgumentException("Frequency in created clip must be greater than 0");
            return new AudioClip
            {
                name = name, samples = lengthSamples, channels = channels, frequency = frequency,
                data = new float[lengthSamples * channels],
            };
        }

        /// <summary>What goes beyond the clip's end goes on at its beginning, as documented.</summary>
        public bool SetData(float[] data, int offsetSamples)
        {
            Player.CheckThread();
            if (offsetSamples < 0 || offsetSamples >= samples) throw new ArgumentException("offsetSamples is out of range");
            // As documented of browsers: all of it is replaced, wherever it should go.
            if (Application.platform == RuntimePlatform.WebGLPlayer)
            {
                this.data = new float[samples * channels];
                offsetSamples = 0;
            }
            var at = offsetSamples * channels;
            for (var done = 0; done < data.Length;)
            {
                var count = Math.Min(data.Length - done, this.data.Length - at);
                Array.Copy(data, done, this.data, at, count);
                done += count;
                at = 0;
            }
            return true;
        }

        public bool GetData(float[] data, int offsetSamples)
        {
            Player.CheckThread();
            for (var index = 0; index < data.Length; index++)
                data[index] = IsDropped ? 0.0f : this.data[(offsetSamples * channels + index) % this.data.Length];
            return true;
        }
    }
}
