using System;
using System.Collections.Generic;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// What is known of one subscribed scene. Only the thread that calls <see cref="StreamClient.TryTake"/> may read
    /// it. After a lost connection it stays as it was until the server tells it anew.
    /// </summary>
    public sealed class SceneModel
    {
        private readonly Dictionary<string, SceneSource> sources = new Dictionary<string, SceneSource>();
        private readonly List<string> vanished = new List<string>();

        /// <summary>The scene's id.</summary>
        public string Id { get; private set; }

        /// <summary>Whether a snapshot has come: without one there are no sources yet.</summary>
        public bool HasBegun { get; private set; }

        /// <summary>Why the server doesn't have it, in a line; null where it does, or hasn't said yet.</summary>
        public string Problem { get; internal set; }

        /// <summary>Whether it has been made to its end.</summary>
        public bool Complete { get; private set; }

        /// <summary>How high the origin is above the ground, metres.</summary>
        public double CameraHeightM { get; private set; }

        /// <summary>Compass heading of azimuth 0 in degrees, clockwise from north; NaN where it isn't known.</summary>
        public double HeadingDeg { get; private set; }

        /// <summary>outdoor, covered, indoor, unknown, or a newer word.</summary>
        public string Setting { get; private set; }

        /// <summary>The panorama's path on the server; null where there is none.</summary>
        public string ImageUrl { get; private set; }

        /// <summary>How many sources there are.</summary>
        public int Count
        {
            get { return sources.Count; }
        }

        /// <summary>The sources. A foreach over it allocates nothing; don't take changes meanwhile.</summary>
        public Dictionary<string, SceneSource>.ValueCollection Sources
        {
            get { return sources.Values; }
        }

        /// <summary>The source of this name; null where there is none.</summary>
        public SceneSource Find(string sourceId)
        {
            SceneSource found;
            return sourceId != null && sources.TryGetValue(sourceId, out found) ? found : null;
        }

        internal SceneModel(string id)
        {
            Id = id;
            HeadingDeg = double.NaN;
            Setting = "unknown";
        }

        internal void Begin(SceneSnapshot snapshot, Queue<Change> changes)
        {
            HasBegun = true;
            Problem = null;
            Complete = snapshot.Complete;
            CameraHeightM = snapshot.CameraHeightM;
            HeadingDeg = snapshot.HeadingDeg ?? double.NaN;
            Setting = snapshot.Setting;
            ImageUrl = IsPath(snapshot.ImageUrl) ? snapshot.ImageUrl : null;
            changes.Enqueue(new Change(ChangeKind.SceneBegun, this, null, null));
            // Who is still there keeps its object, so that a reconnection doesn't silence it.
            vanished.AddRange(sources.Keys);
            foreach (var state in snapshot.Sources)
                if (state != null) vanished.Remove(state.Id);
            foreach (var id in vanished) Remove(id, changes);
            vanished.Clear();
            foreach (var state in snapshot.Sources) Put(state, changes);
        }

        internal void Put(SourceState state, Queue<Change> changes)
        {
            if (!HasBegun || !MakesSense(state)) return;
            SceneSource source;
            if (sources.TryGetValue(state.Id, out source))
            {
                source.Set(state);
                changes.Enqueue(new Change(ChangeKind.SourceUpdated, this, source, null));
                return;
            }
            source = new SceneSource(Id, state);
            sources.Add(state.Id, source);
            changes.Enqueue(new Change(ChangeKind.SourceAdded, this, source, null));
        }

        internal void Move(SourceMoves moves, Queue<Change> changes)
        {
            for (var index = 0; index < moves.Count; index++)
            {
                var move = moves[index];
                var source = Find(move.SourceId);
                if (source == null || !(move.DistanceM > 0.0)) continue;
                source.Move(move.AzimuthDeg, move.ElevationDeg, move.DistanceM);
                changes.Enqueue(new Change(ChangeKind.SourceMoved, this, source, null));
            }
        }

        internal void Remove(string sourceId, Queue<Change> changes)
        {
            var source = Find(sourceId);
            if (source == null) return;
            sources.Remove(sourceId);
            changes.Enqueue(new Change(ChangeKind.SourceRemoved, this, source, null));
        }

        internal void Finish(Queue<Change> changes)
        {
            Complete = true;
            changes.Enqueue(new Change(ChangeKind.SceneReady, this, null, null));
        }

        internal void End(Queue<Change> changes)
        {
            Forget(changes);
            changes.Enqueue(new Change(ChangeKind.SceneEnded, this, null, null));
        }

        /// <summary>The server doesn't have it, or has it no more.</summary>
        internal void Miss(string problem, Queue<Change> changes)
        {
            Forget(changes);
            Problem = problem;
            changes.Enqueue(new Change(this, problem));
        }

        private void Forget(Queue<Change> changes)
        {
            vanished.AddRange(sources.Keys);
            foreach (var id in vanished) Remove(id, changes);
            vanished.Clear();
            HasBegun = false;
            ImageUrl = null;
        }

        /// <summary>Whether it is a path on the server that sent it, and so can't lead to another host.</summary>
        internal static bool IsPath(string url)
        {
            return url != null && url.Length > 1 && url[0] == '/' && url[1] != '/' && url.IndexOf('\\') < 0;
        }

        private static bool MakesSense(SourceState state)
        {
            if (state == null || string.IsNullOrEmpty(state.Id)) return false;
            if (state.DistanceM.HasValue ? !(state.DistanceM.Value > 0.0) : state.Kind != "ambient") return false;
            if (state.Path != null && !TrackSampler.IsTrack(state.Path)) return false;
            var clip = state.Clip;
            return clip == null || IsPath(clip.Url) && ContentHash.IsOne(clip.Sha256) && clip.DurationS > 0.0;
        }
    }
}
