namespace UnityEngine
{
    /// <summary>AudioSettings.html; dspTime may be read on any thread.</summary>
    public static class AudioSettings
    {
        /// <summary>Set by tests; Unity lets it be set, too.</summary>
        public static int outputSampleRate { get; set; } = 48000;

        public static double dspTime { get { return Player.NowS; } }

        /// <summary>AudioSettings.AudioConfigurationChangeHandler.html</summary>
        public delegate void AudioConfigurationChangeHandler(bool deviceWasChanged);

        /// <summary>AudioSettings-OnAudioConfigurationChanged.html</summary>
        public static event AudioConfigurationChangeHandler OnAudioConfigurationChanged;

        /// <summary>Which of the devices that there were is in use, counted.</summary>
        internal static int Device { get; private set; }

        /// <summary>How many wait to be told of another device: what outlives a scene or play mode shows here.</summary>
        internal static int Handlers
        {
            get { return OnAudioConfigurationChanged == null ? 0 : OnAudioConfigurationChanged.GetInvocationList().Length; }
        }

        /// <summary>As documented: clips that scripts made and play states are lost, and then it is told.</summary>
        internal static void ChangeDevice(int sampleRateHz)
        {
            Device++;
            outputSampleRate = sampleRateHz;
            if (OnAudioConfigurationChanged != null) OnAudioConfigurationChanged(true);
        }

        /// <summary>"" where none is chosen.</summary>
        public static string GetSpatializerPluginName()
        {
            Player.CheckThread();
            return "";
        }

        public static void GetDSPBufferSize(out int bufferLength, out int numBuffers)
        {
            bufferLength = 1024;
            numBuffers = 4;
        }
    }

    /// <summary>AudioListener.html</summary>
    public sealed class AudioListener : Behaviour
    {
        public static float volume { get; set; } = 1.0f;

        public static bool pause { get; set; }
    }

    /// <summary>AudioLowPassFilter.html</summary>
    public sealed class AudioLowPassFilter : Behaviour
    {
        private float cutoff = 5000.0f;

        /// <summary>10 to 22000 Hz.</summary>
        public float cutoffFrequency
        {
            get { Player.CheckThread(); return cutoff; }
            set { Player.CheckThread(); cutoff = Mathf.Clamp(value, 10.0f, 22000.0f); }
        }

        public float lowpassResonanceQ { get; set; } = 1.0f;
    }
}
