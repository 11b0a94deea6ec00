using System.Collections.Generic;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>The subscribed scenes: messages in, ordered changes out. For one thread.</summary>
    internal sealed class SceneBook
    {
        private readonly Dictionary<string, SceneModel> scenes = new Dictionary<string, SceneModel>();
        private readonly Queue<Change> changes = new Queue<Change>();

        internal SceneModel Find(string sceneId)
        {
            SceneModel scene;
            return sceneId != null && scenes.TryGetValue(sceneId, out scene) ? scene : null;
        }

        internal void Open(string sceneId)
        {
            var scene = Find(sceneId);
            if (scene == null) scenes.Add(sceneId, new SceneModel(sceneId));
            else scene.Problem = null;
        }

        internal void Close(string sceneId)
        {
            var scene = Find(sceneId);
            if (scene == null) return;
            scenes.Remove(sceneId);
            scene.End(changes);
        }

        internal bool TryTake(out Change change)
        {
            if (changes.Count == 0)
            {
                change = default(Change);
                return false;
            }
            change = changes.Dequeue();
            return true;
        }

        internal void Tell(Change change)
        {
            changes.Enqueue(change);
        }

        internal void Apply(SourceMoves moves)
        {
            var scene = Find(moves.SceneId);
            if (scene != null) scene.Move(moves, changes);
        }

        /// <summary>Takes a message in; those about scenes that aren't open change nothing.</summary>
        internal void Apply(Message message)
        {
            if (!ApplyToScene(message)) Tell(message);
        }

        private bool ApplyToScene(Message message)
        {
            var snapshot = message as SceneSnapshot;
            if (snapshot != null)
            {
                var scene = Find(snapshot.SceneId);
                if (scene != null) scene.Begin(snapshot, changes);
                return true;
            }
            var added = message as SourceAdded;
            if (added != null) return Put(added.SceneId, added.Source);
            var updated = message as SourceUpdated;
            if (updated != null) return Put(updated.SceneId, updated.Source);
            var removed = message as SourceRemoved;
            if (removed != null)
            {
                var scene = Find(removed.SceneId);
                if (scene != null) scene.Remove(removed.SourceId, changes);
                return true;
            }
            var refused = message as SceneRefused;
            if (refused != null) return Miss(refused.SceneId, refused.Text);
            var deleted = message as SceneRemoved;
            if (deleted != null) return Miss(deleted.SceneId, "scene \"" + deleted.SceneId + "\" was deleted on the server");
            var ready = message as SceneReady;
            if (ready == null) return false;
            var complete = Find(ready.SceneId);
            if (complete != null) complete.Finish(changes);
            return true;
        }

        private bool Put(string sceneId, SourceState source)
        {
            var scene = Find(sceneId);
            if (scene != null) scene.Put(source, changes);
            return true;
        }

        private bool Miss(string sceneId, string text)
        {
            var scene = Find(sceneId);
            if (scene != null) scene.Miss(text, changes);
            return true;
        }

        private void Tell(Message message)
        {
            var progress = message as SceneProgress;
            if (progress != null) Tell(ChangeKind.Progress, progress.SceneId, message);
            var notice = message as Notice;
            if (notice != null) changes.Enqueue(new Change(Find(notice.SceneId), notice, notice.Text));
            var error = message as ErrorMessage;
            if (error != null) changes.Enqueue(new Change(Find(error.SceneId), error, error.Message));
            var moved = message as ListenerPose;
            if (moved != null && IsPose(moved)) Tell(ChangeKind.ListenerMoved, moved.SceneId, message);
            var left = message as ListenerLeft;
            if (left != null) Tell(ChangeKind.ListenerLeft, left.SceneId, message);
            if (message is LiveStarted || message is LiveReport) Tell(ChangeKind.Live, null, message);
            if (MessageRules.IsCommand(message)) Tell(ChangeKind.CommandLost, null, message);
        }

        private static bool IsPose(ListenerPose pose)
        {
            return pose.ListenerId != null && pose.PositionM.Length == 3 && pose.Orientation.Length == 4;
        }

        private void Tell(ChangeKind kind, string sceneId, Message message)
        {
            changes.Enqueue(new Change(kind, Find(sceneId), null, message));
        }
    }
}
