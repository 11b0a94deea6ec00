using System;
using System.Collections.Generic;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// A source of the scene, where it is and with its sound: made, moved and removed by <see cref="SonoramaClient"/>.
    /// Its AudioSources are on its children.
    /// </summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("")]
    public sealed class SonoramaSource : MonoBehaviour
    {
        private readonly List<Emitter> emitters = new List<Emitter>();
        private readonly List<AudioSource> audioSources = new List<AudioSource>();
        private SourceSettings settings;
        private ClipPool clips;
        private Action<AudioSource> made;
        private PooledClip clip;
        private SourceMotion motion;
        private Rolloff rolloff;
        private float scale = 1.0f;
        private bool isFlat;
        private Vector3 around;
        private bool isOutOfPlace;

        /// <summary>What the server says of it.</summary>
        public SceneSource State { get; private set; }

        /// <summary>What it is, for people.</summary>
        public string Label
        {
            get { return State.Label; }
        }

        /// <summary>The AudioSources that stand for it: one, or several for ambience and what is wide.</summary>
        public IList<AudioSource> AudioSources
        {
            get { return audioSources; }
        }

        /// <summary>Make it silent for this listener only; <see cref="SonoramaClient.Mute"/> does so for
        /// everybody.</summary>
        public bool MutedHere { get; set; }

        /// <summary>While any source is solo, only those that are sound here.</summary>
        public bool Solo { get; set; }

        /// <summary>Whether it is silent because others are nearer and no more AudioSources may play.</summary>
        public bool IsVirtual { get; internal set; }

        /// <summary>Whether it shall sound if there is a place for it.</summary>
        internal bool IsWanted { get; set; }

        /// <summary>Whether one AudioSource stands for all of its width, because others are nearer.</summary>
        public bool IsMerged { get; private set; }

        /// <summary>From the listener, metres; 0 for ambience.</summary>
        public float DistanceM { get; private set; }

        /// <summary>How loud it is: volume and rolloff.</summary>
        public Rolloff Rolloff
        {
            get { return rolloff; }
        }

        /// <param name="metre">So many of Unity's units.</param>
        /// <param name="tellMade">Told of each AudioSource that is made.</param>
        internal void Begin(
            SceneSource state, SourceSettings shared, ClipPool pool, float metre, Action<AudioSource> tellMade,
            double serverTimeS)
        {
            State = state;
            scale = metre;
            isFlat = WebAudio.IsUsed;
            settings = shared;
            clips = pool;
            made = tellMade;
            motion = new SourceMotion(state);
            Refresh(serverTimeS);
        }

        /// <summary>The server said something new of it.</summary>
        internal void Refresh(double serverTimeS)
        {
            gameObject.name = string.IsNullOrEmpty(State.Label) ? State.Id : State.Label + " (" + State.Id + ")";
            var count = EmitterLayout.Count(State.Kind, State.WidthDeg);
            var isNew = count != emitters.Count;
            if (isNew) MakeEmitters(count);
            var loudness = new Rolloff(State.Kind, State.LevelDbSpl1M + State.GainDb, settings.referenceDbSpl);
            var isOther = loudness.HasOtherCurve(rolloff) || isNew;
            rolloff = loudness;
            if (isOther) ApplyRolloff();
            IsMerged &= MayMerge;
            Spread();
            var sha256 = State.Clip == null ? null : State.Clip.Sha256;
            if (clip == null ? sha256 != null : clip.Sha256 != sha256) ChangeClip();
            foreach (var emitter in emitters) emitter.CheckSoon();
            isOutOfPlace = true;
            motion.Told(serverTimeS, settings.teleportM);
        }

        /// <summary>A metre is another number of Unity's units.</summary>
        internal void Rescale(float metre)
        {
            scale = metre;
            ApplyRolloff();
        }

        /// <summary>Plays its clip anew where that was dropped.</summary>
        internal void RenewClip()
        {
            if (clip == null || !clip.IsDropped) return;
            foreach (var emitter in emitters) emitter.SetClip(null);
            clip = clips.Acquire(State);
        }

        /// <summary>The server said that it moves.</summary>
        internal void Moved(double serverTimeS)
        {
            motion.Moved(serverTimeS, settings.teleportM);
        }

        /// <summary>Goes where it is by now.</summary>
        /// <param name="listener">In the client's frame.</param>
        internal void Move(double serverTimeS, float seconds, Vector3 listener)
        {
            if (State.IsAmbient)
            {
                DistanceM = 0.0f;
                if (isOutOfPlace || !around.Equals(listener)) Surround(listener);
                return;
            }
            motion.Step(serverTimeS, seconds);
            if (motion.HasMoved || isOutOfPlace) Place();
            DistanceM = Vector3.Distance(motion.Place, listener);
        }

        /// <summary>What is wide may have one AudioSource in its middle; ambience has none there.</summary>
        internal bool MayMerge
        {
            get { return emitters.Count > 1 && !State.IsAmbient; }
        }

        /// <summary>One AudioSource for all of it, or again as many as it has.</summary>
        internal void Merge(bool isMerged)
        {
            if (isMerged == IsMerged) return;
            IsMerged = isMerged;
            Spread();
        }

        /// <summary>Sounds, or doesn't.</summary>
        /// <param name="isHeard">Whether there is a place for it among those who play.</param>
        internal void Sound(bool isHeard, double serverTimeS, float seconds)
        {
            var sound = clip == null ? null : clip.Clip;
            var middle = emitters.Count / 2;
            var loudness = isFlat ? rolloff.Amplitude(DistanceM) : rolloff.Volume;
            var volume = loudness * EmitterLayout.Share(IsMerged ? 1 : emitters.Count);
            for (var index = 0; index < emitters.Count; index++)
            {
                var emitter = emitters[index];
                if (sound != null) emitter.SetClip(sound);
                emitter.SetDistance(DistanceM);
                var isOne = isHeard && sound != null && (!IsMerged || index == middle);
                emitter.Step(State, volume, isOne, serverTimeS, seconds);
            }
        }

        internal void End()
        {
            foreach (var audioSource in audioSources) audioSource.Stop();
            if (clip != null) clips.Release(clip);
            clip = null;
        }

        private void ApplyRolloff()
        {
            foreach (var audioSource in audioSources)
            {
                if (isFlat) WebAudio.Flatten(audioSource);
                else rolloff.ApplyTo(audioSource, scale);
            }
        }

        private void Spread()
        {
            var spreadDeg = EmitterLayout.SpreadDeg(State.Kind, State.WidthDeg, IsMerged ? 1 : emitters.Count);
            foreach (var audioSource in audioSources) audioSource.spread = spreadDeg;
        }

        private void ChangeClip()
        {
            if (clip != null) clips.Release(clip);
            clip = State.Clip == null ? null : clips.Acquire(State);
        }

        private void MakeEmitters(int count)
        {
            foreach (var audioSource in audioSources) Destroy(audioSource.gameObject);
            emitters.Clear();
            audioSources.Clear();
            for (var index = 0; index < count; index++)
            {
                var emitter = new Emitter(transform, index, count, settings);
                emitters.Add(emitter);
                audioSources.Add(emitter.Audio);
                made(emitter.Audio);
            }
        }

        private void Place()
        {
            isOutOfPlace = false;
            var place = motion.Place;
            transform.localPosition = place;
            if (emitters.Count == 1) return;
            var middle = Coordinates.PolarFromScene(UnityFrame.ToScene(place));
            for (var index = 0; index < emitters.Count; index++)
            {
                var there = EmitterLayout.Across(middle, State.WidthDeg, index, emitters.Count);
                audioSources[index].transform.localPosition = there - place;
            }
        }

        private void Surround(Vector3 listener)
        {
            isOutOfPlace = false;
            around = listener;
            transform.localPosition = listener;
            for (var index = 0; index < emitters.Count; index++)
                audioSources[index].transform.localPosition = EmitterLayout.AroundListener(index);
        }
    }
}
