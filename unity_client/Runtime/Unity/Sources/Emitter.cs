using System;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// One AudioSource of a source: plays its clip in step with the server's time, and never begins or ends with a
    /// click. A silent one is stopped and costs nothing; it comes in again where its clip is by then.
    /// </summary>
    internal sealed class Emitter
    {
        private const float FadeS = 0.05f;
        private const double CheckEveryS = 1.0;

        // More than three blocks of 1,024 samples, by which the playing position steps: for what the pace doesn't make good,
        // such as a first, hasty estimate of the server's clock.
        private const double OutOfStepS = 0.065;

        private readonly float phase;
        private readonly GameObject host;
        private readonly AudioLowPassFilter filter;
        private readonly Playhead playhead = new Playhead();
        private bool isActive = true;
        private float filteredForM = float.NaN;
        private float fade;
        private double checkAtS;
        private double beginsAtDspS;
        private bool isOutOfStep;

        internal Emitter(Transform parent, int index, int count, SourceSettings settings)
        {
            host = new GameObject("emitter " + (index + 1));
            host.transform.SetParent(parent, false);
            phase = EmitterLayout.Phase(index, count);
            Audio = host.AddComponent<AudioSource>();
            Audio.playOnAwake = false;
            Audio.spatialBlend = 1.0f;
            Audio.spatialize = settings.useSpatializer;
            // Doppler would take the clip out of step.
            Audio.dopplerLevel = 0.0f;
            Audio.volume = 0.0f;
            if (settings.airAbsorption) filter = host.AddComponent<AudioLowPassFilter>();
        }

        internal AudioSource Audio { get; private set; }

        internal void SetClip(AudioClip clip)
        {
            if (Audio.clip == clip) return;
            Audio.Stop();
            Audio.clip = clip;
            fade = 0.0f;
        }

        internal void SetDistance(float distanceM)
        {
            if (filter == null || distanceM == filteredForM) return;
            filteredForM = distanceM;
            filter.cutoffFrequency = AirAbsorption.CutoffHz(distanceM);
        }

        /// <summary>Where its clip should be may have changed.</summary>
        internal void CheckSoon()
        {
            checkAtS = double.NegativeInfinity;
        }

        /// <param name="volume">When it is heard.</param>
        /// <param name="isHeard">Whether it shall be.</param>
        /// <param name="serverTimeS">NaN where it isn't known: nothing begins then.</param>
        internal void Step(SceneSource source, float volume, bool isHeard, double serverTimeS, float seconds)
        {
            var clipTimeS = double.IsNaN(serverTimeS) || Audio.clip == null ? double.NaN : source.ClipTimeS(serverTimeS);
            var isPlaying = Audio.isPlaying;
            var shall = isHeard && !double.IsNaN(clipTimeS);
            // What plays goes on while nobody knows the time.
            if (isPlaying && isHeard && double.IsNaN(serverTimeS)) shall = true;
            if (isPlaying) CheckStep(source, clipTimeS, serverTimeS);
            fade = Mathf.MoveTowards(fade, shall && !isOutOfStep && isPlaying ? 1.0f : 0.0f, seconds / FadeS);
            if (isPlaying && fade == 0.0f && (!shall || isOutOfStep))
            {
                Audio.Stop();
                isPlaying = false;
            }
            var begins = !isPlaying && shall && !double.IsNaN(clipTimeS);
            // What is silent costs nothing, whatever a spatializer has added to it.
            SetActive(isPlaying || begins);
            if (begins) Begin(source, clipTimeS, serverTimeS);
            if (Audio.volume != volume * fade) Audio.volume = volume * fade;
        }

        private void SetActive(bool wanted)
        {
            if (wanted == isActive) return;
            isActive = wanted;
            host.SetActive(wanted);
        }

        private void Begin(SceneSource source, double clipTimeS, double serverTimeS)
        {
            isOutOfStep = false;
            checkAtS = serverTimeS + CheckEveryS;
            Audio.loop = source.Clip.Loop;
            Audio.timeSamples = Sample(source, Math.Max(clipTimeS, 0.0));
            Audio.pitch = 1.0f;
            var dspS = AudioSettings.dspTime;
            playhead.Begin(dspS, clipTimeS, source.Clip.Loop ? source.Clip.DurationS : double.PositiveInfinity);
            beginsAtDspS = dspS - Math.Min(clipTimeS, 0.0);
            if (clipTimeS >= 0.0)
            {
                Audio.Play();
                return;
            }
            // To the sample, whatever the frame rate; the silence before is the fade.
            Audio.PlayScheduled(beginsAtDspS);
            fade = 1.0f;
        }

        private void CheckStep(SceneSource source, double clipTimeS, double serverTimeS)
        {
            if (isOutOfStep || double.IsNaN(clipTimeS) || serverTimeS < checkAtS) return;
            checkAtS = serverTimeS + CheckEveryS;
            var dspS = AudioSettings.dspTime;
            isOutOfStep = clipTimeS < 0.0 || dspS < beginsAtDspS
                ? Math.Abs(dspS - clipTimeS - beginsAtDspS) > OutOfStepS
                : Apart(source, clipTimeS) > OutOfStepS * Audio.clip.frequency;
            if (!isOutOfStep && clipTimeS >= 0.0) Audio.pitch = (float)playhead.Correct(dspS, clipTimeS);
        }

        /// <summary>In samples, the shorter way round.</summary>
        private int Apart(SceneSource source, double clipTimeS)
        {
            var apart = Math.Abs(Audio.timeSamples - Sample(source, clipTimeS));
            return source.Clip.Loop ? Math.Min(apart, Audio.clip.samples - apart) : apart;
        }

        private int Sample(SceneSource source, double clipTimeS)
        {
            var clip = Audio.clip;
            var at = (long)(clipTimeS * clip.frequency);
            if (!source.Clip.Loop) return (int)Math.Min(at, clip.samples - 1);
            return (int)((at + (long)(phase * clip.samples)) % clip.samples);
        }
    }
}
