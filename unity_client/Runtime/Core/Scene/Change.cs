using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// One thing that happened, told to the main thread in order by <see cref="StreamClient.TryTake"/>. The model
    /// (Scene, Source) already is as it is after the change.
    /// </summary>
    public struct Change
    {
        public readonly ChangeKind Kind;

        /// <summary>The scene that it's about; null where it's about none.</summary>
        public readonly SceneModel Scene;

        /// <summary>The source that it's about; null where it's about none.</summary>
        public readonly SceneSource Source;

        /// <summary>The message, where the kind says that there is one.</summary>
        public readonly Message Message;

        /// <summary>The connection's state, with <see cref="ChangeKind.StateChanged"/>.</summary>
        public readonly ConnectionState State;

        /// <summary>One line for a person; null where there's nothing to say.</summary>
        public readonly string Text;

        internal Change(ChangeKind kind, SceneModel scene, SceneSource source, Message message)
        {
            Kind = kind;
            Scene = scene;
            Source = source;
            Message = message;
            State = ConnectionState.Idle;
            Text = null;
        }

        internal Change(SceneModel scene, Notice notice, string text)
            : this(ChangeKind.Notice, scene, null, notice)
        {
            Text = text;
        }

        internal Change(SceneModel scene, ErrorMessage error, string text)
            : this(ChangeKind.Refused, scene, null, error)
        {
            Text = text;
        }

        internal Change(SceneModel missing, string text)
            : this(ChangeKind.SceneMissing, missing, null, null)
        {
            Text = text;
        }

        internal Change(ChangeKind kind, ConnectionState state, string text)
        {
            Kind = kind;
            Scene = null;
            Source = null;
            Message = null;
            State = state;
            Text = text;
        }
    }
}
