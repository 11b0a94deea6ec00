using System;
using System.Collections.Generic;

namespace UnityEngine
{
    /// <summary>
    /// AudioSource.html. Plays by AudioSettings.dspTime: timeSamples goes on while it plays, in a loop or to the end.
    /// </summary>
    public sealed class AudioSource : Behaviour
    {
        private readonly Dictionary<AudioSourceCurveType, AnimationCurve> curves =
            new Dictionary<AudioSourceCurveType, AnimationCurve>();

        private AudioClip sound;
        private float loudness = 1.0f;
        private float wide;
        private float speed = 1.0f;
        private bool wanted;
        private bool paused;
        private int device;
        private double beganAtS;
        private double beganAt;

        public AudioClip clip
        {
            get { Player.CheckThread(); return sound; }
            set
            {
                Player.CheckThread();
                // As documented: another clip stops the one that plays.
                if (!ReferenceEquals(sound, value)) Stop();
                sound = value;
            }
        }

        public float volume
        {
            get { Player.CheckThread(); return loudness; }
            set { Player.CheckThread(); loudness = Mathf.Clamp01(value); }
        }

        public float pitch
        {
            get { Player.CheckThread(); return speed; }
            set
            {
                Hold(Position());
                speed = value;
            }
        }

        /// <summary>0 to 360 degrees.</summary>
        public float spread
        {
            get { Player.CheckThread(); return wide; }
            set { Player.CheckThread(); wide = Mathf.Clamp(value, 0.0f, 360.0f); }
        }

        public bool loop { get; set; }

        public bool mute { get; set; }

        public bool playOnAwake { get; set; } = true;

        public float spatialBlend { get; set; }

        public bool spatialize { get; set; }

        public bool spatializePostEffects { get; set; }

        public bool bypassEffects { get; set; }

        public float dopplerLevel { get; set; } = 1.0f;

        public float minDistance { get; set; } = 1.0f;

        public float maxDistance { get; set; } = 500.0f;

        public float reverbZoneMix { get; set; } = 1.0f;

        public int priority { get; set; } = 128;

        public AudioRolloffMode rolloffMode { get; set; }

        public bool isVirtual { get { return false; } }

        /// <summary>True from Play or PlayScheduled on, until it stops or its clip is over.</summary>
        public bool isPlaying
        {
            get
            {
                Player.CheckThread();
                if (!IsRunning || sound == null || sound.IsDropped) return false;
                return loop || Position() < sound.samples;
            }
        }

        public int timeSamples
        {
            get
            {
                Player.CheckThread();
                if (wanted && device != AudioSettings.Device) return 0;
                if (sound == null) return (int)beganAt;
                var at = (long)Position();
                return (int)(loop ? at % sound.samples : Math.Min(at, sound.samples));
            }
            set
            {
                Player.CheckThread();
                if (sound != null && (value < 0 || value >= sound.samples))
                    throw new ArgumentException("timeSamples is out of range");
                Hold(value);
            }
        }

        public float time
        {
            get { return sound == null ? 0.0f : (float)timeSamples / sound.frequency; }
            set { timeSamples = (int)(value * sound.frequency); }
        }

        public void Play()
        {
            PlayScheduled(AudioSettings.dspTime);
        }

        public void PlayScheduled(double time)
        {
            Player.CheckThread();
            // As in Unity: a component that isn't active doesn't play.
            if (!isActiveAndEnabled) return;
            if (wanted && !paused) beganAt = 0;
            device = AudioSettings.Device;
            wanted = true;
            paused = false;
            beganAtS = time;
        }

        public void Stop()
        {
            Player.CheckThread();
            wanted = false;
            paused = false;
            beganAt = 0;
        }

        public void Pause()
        {
            Hold(timeSamples);
            paused = true;
        }

        public void UnPause()
        {
            Player.CheckThread();
            paused = false;
            beganAtS = AudioSettings.dspTime;
        }

        public void SetCustomCurve(AudioSourceCurveType type, AnimationCurve curve)
        {
            Player.CheckThread();
            curves[type] = new AnimationCurve(curve.keys);
            if (type == AudioSourceCurveType.CustomRolloff) rolloffMode = AudioRolloffMode.Custom;
        }

        public AnimationCurve GetCustomCurve(AudioSourceCurveType type)
        {
            Player.CheckThread();
            AnimationCurve curve;
            return curves.TryGetValue(type, out curve) ? new AnimationCurve(curve.keys) : null;
        }

        internal bool IsRunning
        {
            get { return wanted && !paused && device == AudioSettings.Device; }
        }

        private double Position()
        {
            if (!IsRunning || sound == null) return beganAt;
            return beganAt + Math.Max(AudioSettings.dspTime - beganAtS, 0.0) * sound.frequency * speed;
        }

        private void Hold(double at)
        {
            Player.CheckThread();
            beganAt = at;
            beganAtS = Math.Max(AudioSettings.dspTime, beganAtS);
        }
    }

    /// <summary>AudioRolloffMode.html</summary>
    public enum AudioRolloffMode
    {
        Logarithmic, Linear, Custom,
    }

    /// <summary>AudioSourceCurveType.html</summary>
    public enum AudioSourceCurveType
    {
        CustomRolloff, SpatialBlend, ReverbZoneMix, Spread,
    }
}
