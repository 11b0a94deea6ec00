using System;
using System.Collections;
using System.Threading.Tasks;
using Sonorama.Core;
using Sonorama.Protocol;
using UnityEngine;

namespace Sonorama.Unity.Tests
{
    /// <summary>A scene without a server: tells a stage what a server would, and counts frames.</summary>
    internal sealed class Place
    {
        internal const int RateHz = 48000;
        internal const double ClipS = 2.0;

        internal readonly GameObject Origin = new GameObject("scene");
        internal readonly SourceSettings Settings = new SourceSettings();
        internal readonly ClipPool Clips;
        internal readonly SourceStage Stage;
        internal Vector3 Listener = Vector3.zero;

        /// <summary>How much faster the server's clock is than the sound card's.</summary>
        internal double Drift;

        private readonly SceneBook book = new SceneBook();

        internal Place()
        {
            Clips = new ClipPool((source, token) => Task.Run(() => Noise(source.Clip.Sha256)));
            Stage = new SourceStage(Origin.transform, Settings, Clips);
            book.Open("square");
        }

        /// <summary>The server's clock, some way ahead of the sound card's.</summary>
        internal double NowS
        {
            get { return (1.0 + Drift) * AudioSettings.dspTime + 1000.0; }
        }

        internal void Tell(params SourceState[] sources)
        {
            book.Apply(new SceneSnapshot { SceneId = "square", CameraHeightM = 1.6, Sources = sources });
        }

        internal void Update(SourceState source)
        {
            book.Apply(new SourceUpdated { SceneId = "square", Source = source });
        }

        internal void Remove(string id)
        {
            book.Apply(new SourceRemoved { SceneId = "square", SourceId = id });
        }

        internal void Move(string id, double azimuthDeg, double elevationDeg, double distanceM)
        {
            var moves = new SourceMoves();
            moves.Begin("square");
            moves.Add(id, azimuthDeg, elevationDeg, distanceM);
            book.Apply(moves);
        }

        internal SonoramaSource this[string id]
        {
            get { return (SonoramaSource)book.Find("square").Find(id).Attachment; }
        }

        /// <summary>What SonoramaClient does each frame.</summary>
        internal void Step()
        {
            Change change;
            while (book.TryTake(out change)) Stage.Apply(ref change, NowS);
            Clips.Step();
            Stage.Step(NowS, Time.unscaledDeltaTime, Listener);
        }

        /// <summary>So many frames.</summary>
        internal IEnumerator Frames(int count)
        {
            for (var frame = 0; frame < count; frame++)
            {
                Step();
                yield return null;
            }
        }

        /// <summary>Frames until everything has its clip and is faded in.</summary>
        internal IEnumerator Settled()
        {
            for (var frame = 0; frame < 600; frame++)
            {
                Step();
                if (Stage.IsSettled()) yield break;
                yield return null;
                // Clips come from another thread.
                System.Threading.Thread.Sleep(1);
            }
        }

        internal static SourceState Source(string id, string kind = "point", double distanceM = 5.0)
        {
            return new SourceState
            {
                Id = id, Label = id, Kind = kind, DistanceM = distanceM, LevelDbSpl1m = 60.0, PlayingSinceS = 900.0,
                Clip = Clip(id[0]),
            };
        }

        internal static ClipReference Clip(char letter)
        {
            return new ClipReference
            {
                Url = "/clip", Sha256 = new string("0123456789abcdef"[letter % 16], 64), SampleRateHz = RateHz,
                DurationS = ClipS, Loop = true,
            };
        }

        /// <summary>The same for the same name, other for others.</summary>
        internal static ClipSound Noise(string sha256, int frames = (int)(ClipS * RateHz), int channels = 1)
        {
            var random = new System.Random(sha256[0]);
            var samples = new float[frames * channels];
            for (var index = 0; index < samples.Length; index++) samples[index] = (float)(random.NextDouble() - 0.5);
            return new ClipSound(samples, channels, RateHz);
        }
    }

    internal static class StageExtensions
    {
        /// <summary>Whether every source that shall sound does so at its full volume.</summary>
        internal static bool IsSettled(this SourceStage stage)
        {
            if (stage.Sources.Count == 0) return false;
            foreach (var source in stage.Sources)
            {
                if (source.IsVirtual || source.State.Muted) continue;
                var count = source.AudioSources.Count;
                var volume = source.Rolloff.Volume * EmitterLayout.Share(source.IsMerged ? 1 : count);
                for (var index = 0; index < count; index++)
                {
                    var audio = source.AudioSources[index];
                    if (source.IsMerged && index != count / 2) continue;
                    if (!audio.isPlaying || Math.Abs(audio.volume - volume) > 1e-6f) return false;
                }
            }
            return true;
        }
    }
}
