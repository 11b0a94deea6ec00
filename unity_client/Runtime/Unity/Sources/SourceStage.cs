using System;
using System.Collections.Generic;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>The sources of one scene below one transform: takes the core's changes in, and lets those sound that
    /// may.</summary>
    internal sealed class SourceStage
    {
        // One that plays gives way only to one that is so much nearer, so that no two change places all the time.
        private const float Loyalty = 0.9f;

        private readonly Transform origin;
        private readonly SourceSettings settings;
        private readonly ClipPool clips;
        private readonly List<SonoramaSource> sources = new List<SonoramaSource>();
        private float scale = 1.0f;

        internal SourceStage(Transform origin, SourceSettings settings, ClipPool clips)
        {
            this.origin = origin;
            this.settings = settings;
            this.clips = clips;
        }

        internal event Action<SonoramaSource> Added;

        internal event Action<SonoramaSource> Removed;

        /// <summary>One of a source's AudioSources was made.</summary>
        internal event Action<AudioSource> Made;

        /// <summary>The sources, those that shall sound first at the beginning.</summary>
        internal IList<SonoramaSource> Sources
        {
            get { return sources; }
        }

        /// <summary>False while something else, such as the server's own rendering, is heard instead.</summary>
        internal bool IsAudible { get; set; } = true;

        /// <summary>How many sources are silent because others are nearer.</summary>
        internal int Waiting { get; private set; }

        /// <param name="serverTimeS">NaN where it isn't known.</param>
        internal void Apply(ref Change change, double serverTimeS)
        {
            switch (change.Kind)
            {
                case ChangeKind.SourceAdded: Add(change.Source, serverTimeS); break;
                case ChangeKind.SourceUpdated: Of(change.Source).Refresh(serverTimeS); break;
                case ChangeKind.SourceMoved: Of(change.Source).Moved(serverTimeS); break;
                case ChangeKind.SourceRemoved: Remove(Of(change.Source)); break;
            }
        }

        /// <summary>A frame.</summary>
        /// <param name="listener">In the frame of the origin.</param>
        internal void Step(double serverTimeS, float seconds, Vector3 listener)
        {
            Rescale();
            var isAnySolo = false;
            foreach (var source in sources)
            {
                source.Move(serverTimeS, seconds, listener);
                isAnySolo |= source.Solo;
            }
            Sort();
            Merge(isAnySolo);
            var free = settings.maxAudioSources;
            Waiting = 0;
            foreach (var source in sources)
            {
                var count = source.IsMerged ? 1 : source.AudioSources.Count;
                source.IsVirtual = source.IsWanted && count > free;
                if (source.IsVirtual) Waiting++;
                var isHeard = source.IsWanted && count <= free;
                if (isHeard) free -= count;
                source.Sound(isHeard, serverTimeS, seconds);
            }
        }

        /// <summary>Rather than that one is silent, what is wide gets one AudioSource, the farthest first.</summary>
        private void Merge(bool isAnySolo)
        {
            var excess = -settings.maxAudioSources;
            foreach (var source in sources)
            {
                source.IsWanted = IsAudible && !source.State.Muted && !source.MutedHere && (source.Solo || !isAnySolo);
                if (source.IsWanted) excess += source.AudioSources.Count;
            }
            for (var index = sources.Count - 1; index >= 0; index--)
            {
                var source = sources[index];
                var isMerged = excess > 0 && source.IsWanted && source.MayMerge;
                if (isMerged) excess -= source.AudioSources.Count - 1;
                source.Merge(isMerged);
            }
        }

        /// <summary>Another audio device is in use: what Unity has dropped comes again, and plays where it is by then.</summary>
        internal void BeginAnew()
        {
            clips.Drop();
            foreach (var source in sources) source.RenewClip();
        }

        internal void Clear()
        {
            while (sources.Count > 0) Remove(sources[sources.Count - 1]);
        }

        /// <summary>What is heard at a place of the scene doesn't depend on how large the scene is shown.</summary>
        private void Rescale()
        {
            var now = Viewpoint.Scale(origin);
            if (now == scale) return;
            scale = now;
            foreach (var source in sources) source.Rescale(scale);
        }

        private void Add(SceneSource state, double serverTimeS)
        {
            var host = new GameObject(state.Id);
            host.transform.SetParent(origin, false);
            var source = host.AddComponent<SonoramaSource>();
            state.Attachment = source;
            source.Begin(state, settings, clips, scale, TellMade, serverTimeS);
            sources.Add(source);
            if (Added != null) Added(source);
        }

        private void Remove(SonoramaSource source)
        {
            sources.Remove(source);
            source.State.Attachment = null;
            if (Removed != null) Removed(source);
            source.End();
            UnityEngine.Object.Destroy(source.gameObject);
        }

        private void TellMade(AudioSource audioSource)
        {
            if (Made != null) Made(audioSource);
        }

        private static SonoramaSource Of(SceneSource state)
        {
            return (SonoramaSource)state.Attachment;
        }

        /// <summary>Ambience first, then by distance. They are nearly sorted from the frame before.</summary>
        private void Sort()
        {
            for (var index = 1; index < sources.Count; index++)
            {
                var source = sources[index];
                var distance = Urgency(source);
                var at = index - 1;
                for (; at >= 0 && Urgency(sources[at]) > distance; at--) sources[at + 1] = sources[at];
                sources[at + 1] = source;
            }
        }

        private static float Urgency(SonoramaSource source)
        {
            return source.IsVirtual ? source.DistanceM : source.DistanceM * Loyalty;
        }
    }
}
