using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// Clips as Unity's: each once, however many sources play it, and gone some time after the last one stopped wanting
    /// it. They're fetched and decoded on other threads; a part of their samples is copied each frame, so that no frame
    /// is late.
    /// </summary>
    internal sealed class ClipPool
    {
        /// <summary>So long a clip that nobody wants is kept. Seconds.</summary>
        internal const double KeepS = 10.0;

        // A quarter of a megabyte: about a tenth of a millisecond; ten seconds of sound take eight frames.
        internal const int SamplesPerFrame = 65536;

        private readonly Func<SceneSource, CancellationToken, Task<ClipSound>> load;
        private readonly Dictionary<string, PooledClip> clips = new Dictionary<string, PooledClip>();
        private readonly List<PooledClip> unfinished = new List<PooledClip>();
        private readonly List<PooledClip> unused = new List<PooledClip>();
        private readonly float[] part = new float[SamplesPerFrame];
        private readonly bool isWhole = WebAudio.IsUsed;

        /// <param name="load">Begins to fetch a source's clip.</param>
        internal ClipPool(Func<SceneSource, CancellationToken, Task<ClipSound>> load)
        {
            this.load = load;
        }

        /// <summary>A clip can't be had: one line for a person.</summary>
        internal event Action<string> Failed;

        internal int Count
        {
            get { return clips.Count; }
        }

        /// <summary>The clip of a source that has one; it may not be there yet.</summary>
        internal PooledClip Acquire(SceneSource source)
        {
            PooledClip clip;
            if (!clips.TryGetValue(source.Clip.Sha256, out clip))
            {
                clip = new PooledClip(source.Clip.Sha256, source.Id);
                clip.Loading = load(source, clip.Cancel.Token);
                clips.Add(clip.Sha256, clip);
                unfinished.Add(clip);
            }
            clip.Users++;
            unused.Remove(clip);
            return clip;
        }

        internal void Release(PooledClip clip)
        {
            clip.Users--;
            if (clip.Users > 0) return;
            clip.UnusedSinceS = Time.unscaledTimeAsDouble;
            unused.Add(clip);
        }

        /// <summary>A frame: copies what has come, as much as a frame can bear, and frees what nobody wants.</summary>
        internal void Step()
        {
            var budget = SamplesPerFrame;
            for (var index = 0; index < unfinished.Count && budget > 0; index++)
            {
                if (!Advance(unfinished[index], ref budget)) continue;
                unfinished.RemoveAt(index--);
            }
            while (unused.Count > 0 && Time.unscaledTimeAsDouble - unused[0].UnusedSinceS > KeepS) Free(unused[0]);
        }

        /// <summary>Unity has dropped the samples that it had: a clip that is done has to be acquired again, one that
        /// isn't goes on.</summary>
        internal void Drop()
        {
            foreach (var clip in new List<PooledClip>(clips.Values))
            {
                if (clip.Clip != null)
                {
                    clip.IsDropped = true;
                    Free(clip);
                }
                else if (clip.Filling != null)
                {
                    UnityEngine.Object.Destroy(clip.Filling);
                    clip.Filling = null;
                    clip.FilledFrames = 0;
                }
            }
        }

        internal void Clear()
        {
            foreach (var clip in new List<PooledClip>(clips.Values)) Free(clip);
        }

        /// <summary>Whether it is finished, for better or worse.</summary>
        private bool Advance(PooledClip clip, ref int budget)
        {
            if (clip.Loading != null)
            {
                if (!clip.Loading.IsCompleted) return false;
                var loaded = clip.Loading;
                clip.Loading = null;
                if (loaded.Status != TaskStatus.RanToCompletion)
                {
                    if (loaded.IsFaulted && Failed != null) Failed(Words(clip, loaded.Exception.InnerException));
                    return true;
                }
                clip.Sound = loaded.Result;
            }
            if (clip.Filling == null)
            {
                var sound = clip.Sound;
                clip.Filling = AudioClip.Create(clip.Sha256, sound.Frames, sound.Channels, sound.SampleRateHz, false);
            }
            Fill(clip, ref budget);
            if (clip.FilledFrames < clip.Sound.Frames) return false;
            clip.Clip = clip.Filling;
            // The samples are Unity's now.
            clip.Filling = null;
            clip.Sound = null;
            return true;
        }

        private void Fill(PooledClip clip, ref int budget)
        {
            var sound = clip.Sound;
            if (isWhole)
            {
                clip.Filling.SetData(sound.Samples, 0);
                clip.FilledFrames = sound.Frames;
                budget = 0;
                return;
            }
            var channels = sound.Channels;
            // SetData takes whole arrays, and goes on at the beginning beyond the end: the last part reaches back.
            var blockFrames = Math.Min(part.Length / channels, sound.Frames);
            var block = blockFrames * channels == part.Length ? part : new float[blockFrames * channels];
            var from = Math.Min(clip.FilledFrames, sound.Frames - blockFrames);
            Array.Copy(sound.Samples, from * channels, block, 0, block.Length);
            clip.Filling.SetData(block, from);
            clip.FilledFrames = from + blockFrames;
            budget -= block.Length;
        }

        private void Free(PooledClip clip)
        {
            clip.Cancel.Cancel();
            clips.Remove(clip.Sha256);
            unused.Remove(clip);
            unfinished.Remove(clip);
            if (clip.Clip != null) UnityEngine.Object.Destroy(clip.Clip);
            if (clip.Filling != null) UnityEngine.Object.Destroy(clip.Filling);
        }

        private static string Words(PooledClip clip, Exception error)
        {
            return "the clip of " + clip.SourceId + " can't be had: " + error.Message;
        }
    }
}
