using System;
using System.Collections.Generic;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// A source that was placed for good: its AudioSources, on its children, begin when it's enabled. Its game object may
    /// be moved like any other.
    /// </summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("")]
    public sealed class SonoramaPlacedSource : MonoBehaviour
    {
        // An end of a clip that nobody misses.
        private const double NegligibleS = 0.05;

        [SerializeField]
        private string label;

        [SerializeField]
        private string kind;

        [SerializeField]
        private float levelDbSpl1M;

        [SerializeField]
        private float distanceSigmaM;

        [SerializeField]
        private bool loop;

        [SerializeField]
        private bool muted;

        [SerializeField]
        private float fullWithinM;

        [SerializeField]
        private AudioClip clip;

        [SerializeField]
        private SonoramaClip packed;

        [SerializeField]
        private List<AudioSource> audioSources = new List<AudioSource>();

        private bool solo;
        private bool isDropped;
        private float scale = 1.0f;
        private float[] flatVolumes;
        private double endsAtS;
        private Transform listener;

        /// <summary>What it is, for people.</summary>
        public string Label
        {
            get { return label; }
        }

        /// <summary>point, line, area or ambient.</summary>
        public string Kind
        {
            get { return kind; }
        }

        /// <summary>Sound pressure level at 1 m, for ambience at the listener, dB.</summary>
        public float LevelDbSpl1M
        {
            get { return levelDbSpl1M; }
        }

        /// <summary>The standard deviation of its distance when it was found, metres; NaN where there is none.</summary>
        public float DistanceSigmaM
        {
            get { return distanceSigmaM; }
        }

        /// <summary>Up to here it's as loud as it gets. Metres.</summary>
        public float FullWithinM
        {
            get { return fullWithinM; }
        }

        /// <summary>Whether it comes from all around, wherever the listener goes.</summary>
        public bool IsAmbient
        {
            get { return kind == "ambient"; }
        }

        /// <summary>The AudioSources that stand for it: one, or several for ambience and what is wide.</summary>
        public IList<AudioSource> AudioSources
        {
            get { return audioSources; }
        }

        /// <summary>Kept, but not heard.</summary>
        public bool Muted
        {
            get { return muted; }
            set
            {
                muted = value;
                Hush();
            }
        }

        /// <summary>While any source of its scene is solo, only those that are sound. It isn't saved.</summary>
        public bool Solo
        {
            get { return solo; }
            set
            {
                solo = value;
                Hush();
            }
        }

        /// <summary>Its sound as an asset of Unity's own.</summary>
        public AudioClip Clip
        {
            get { return clip; }
            set { clip = value; }
        }

        /// <summary>Its sound as an importer packs it; used where there's no <see cref="Clip"/>.</summary>
        public SonoramaClip Packed
        {
            get { return packed; }
            set { packed = value; }
        }

        /// <summary>Plays its clip from the beginning.</summary>
        public void Play()
        {
            Play(double.PositiveInfinity);
        }

        /// <param name="leftS">How much of a clip that plays once is left to play.</param>
        private void Play(double leftS)
        {
            var sound = Sound();
            if (sound == null) return;
            var fromS = loop ? 0.0 : Math.Max(0.0, sound.length - leftS);
            endsAtS = loop ? double.PositiveInfinity : Time.unscaledTimeAsDouble + sound.length - fromS;
            for (var index = 0; index < audioSources.Count; index++)
            {
                var one = audioSources[index];
                one.clip = sound;
                one.Play();
                // Copies that play other parts of a loop don't melt into one.
                if (loop) one.timeSamples = (int)(EmitterLayout.Phase(index, audioSources.Count) * sound.samples);
                else one.timeSamples = (int)(fromS * sound.frequency);
            }
        }

        internal void Set(PlacedSource source, double referenceDbSpl)
        {
            label = source.Label;
            kind = source.Kind;
            levelDbSpl1M = (float)source.LevelDbSpl1M;
            distanceSigmaM = (float)source.DistanceSigmaM;
            loop = source.Loop;
            muted = source.Muted;
            transform.localPosition = UnityFrame.FromPolar(source.AzimuthDeg, source.ElevationDeg, source.DistanceM);
            var rolloff = new Rolloff(source.Kind, source.LevelDbSpl1M, referenceDbSpl);
            fullWithinM = rolloff.MinDistanceM;
            var count = EmitterLayout.Count(source.Kind, source.WidthDeg);
            var middle = new Polar(source.AzimuthDeg, source.ElevationDeg, source.DistanceM);
            for (var index = 0; index < count; index++)
            {
                var host = new GameObject("emitter " + (index + 1));
                host.transform.SetParent(transform, false);
                // With several, each stands where its part of the whole is.
                if (count > 1)
                {
                    host.transform.localPosition = IsAmbient
                        ? EmitterLayout.AroundListener(index)
                        : EmitterLayout.Across(middle, source.WidthDeg, index, count) - transform.localPosition;
                }
                audioSources.Add(Emitter(host, source, rolloff, count));
            }
        }

        internal void SetSilent(bool isSilent)
        {
            foreach (var one in audioSources) one.mute = isSilent;
        }

        private static AudioSource Emitter(GameObject host, PlacedSource source, Rolloff rolloff, int count)
        {
            var made = host.AddComponent<AudioSource>();
            made.playOnAwake = false;
            made.loop = source.Loop;
            made.spatialBlend = 1.0f;
            made.spatialize = true;
            made.dopplerLevel = 0.0f;
            made.spread = EmitterLayout.SpreadDeg(source.Kind, source.WidthDeg, count);
            made.volume = rolloff.Volume * EmitterLayout.Share(count);
            rolloff.ApplyTo(made);
            return made;
        }

        private AudioClip Sound()
        {
            if (clip != null || packed == null) return clip;
            try
            {
                return packed.Clip;
            }
            catch (ClipException error)
            {
                Debug.LogError("Sonorama: " + label + ": " + error.Message, this);
                return null;
            }
        }

        private void Hush()
        {
            var scene = GetComponentInParent<SonoramaPlacedScene>();
            if (scene != null) scene.Hush();
            else SetSilent(muted);
        }

        private void OnEnable()
        {
            AudioSettings.OnAudioConfigurationChanged += BeginAnewSoon;
            isDropped = false;
            if (flatVolumes == null && WebAudio.IsUsed) Flatten();
            Hush();
            Play();
        }

        private void OnDisable()
        {
            AudioSettings.OnAudioConfigurationChanged -= BeginAnewSoon;
            foreach (var one in audioSources) one.Stop();
        }

        // Not at once: packed clips, which are told in no particular order, have to be told first.
        private void BeginAnewSoon(bool deviceWasChanged)
        {
            isDropped = true;
        }

        /// <summary>What is heard at a place of the scene doesn't depend on how large the scene is shown. Distances that
        /// somebody has edited are scaled as they are.</summary>
        private void Rescale()
        {
            var now = Viewpoint.Scale(transform);
            if (now == scale || now == 0.0f) return;
            foreach (var one in audioSources)
            {
                one.minDistance *= now / scale;
                one.maxDistance *= now / scale;
            }
            scale = now;
        }

        /// <summary>Another audio device plays nothing of what the last one played.</summary>
        private void BeginAnew()
        {
            isDropped = false;
            var leftS = endsAtS - Time.unscaledTimeAsDouble;
            if (leftS > NegligibleS) Play(leftS);
        }

        /// <summary>From here on the volume is set by the distance.</summary>
        private void Flatten()
        {
            flatVolumes = audioSources.ConvertAll(one => one.volume).ToArray();
            foreach (var one in audioSources) WebAudio.Flatten(one);
        }

        private void SetVolumes()
        {
            var awayM = Vector3.Distance(transform.position, listener.position) / Viewpoint.Scale(transform);
            var fall = Mathf.Pow(Mathf.Clamp(awayM, fullWithinM, Rolloff.MaxDistanceM) / fullWithinM, -Rolloff.Power(kind));
            for (var index = 0; index < flatVolumes.Length; index++) audioSources[index].volume = flatVolumes[index] * fall;
        }

        private void LateUpdate()
        {
            if (isDropped) BeginAnew();
            if (flatVolumes == null) Rescale();
            if (!IsAmbient && flatVolumes == null) return;
            if (listener == null) listener = Viewpoint.FindListener();
            if (listener == null) return;
            if (IsAmbient) transform.position = listener.position;
            if (flatVolumes != null) SetVolumes();
        }
    }
}
