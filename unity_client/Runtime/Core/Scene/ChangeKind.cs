namespace Sonorama.Core
{
    /// <summary>What a <see cref="Change"/> is about.</summary>
    public enum ChangeKind
    {
        /// <summary>The connection is in another state: see State and Text.</summary>
        StateChanged,

        /// <summary>All of a scene is about to be told: Scene is new or begins anew; its sources follow.</summary>
        SceneBegun,

        /// <summary>Source is new in Scene.</summary>
        SourceAdded,

        /// <summary>Anything about Source may be different, its place and its clip included.</summary>
        SourceUpdated,

        /// <summary>Source is elsewhere, and nothing else about it changed.</summary>
        SourceMoved,

        /// <summary>Source is gone from Scene.</summary>
        SourceRemoved,

        /// <summary>Scene has been made to its end.</summary>
        SceneReady,

        /// <summary>Scene isn't followed any more; its sources were removed before.</summary>
        SceneEnded,

        /// <summary>The server doesn't have Scene, or has it no more: see Text. Its sources were removed before.</summary>
        SceneMissing,

        /// <summary>Message is a <see cref="Protocol.SceneProgress"/> about Scene.</summary>
        Progress,

        /// <summary>Text is for a person.</summary>
        Notice,

        /// <summary>Message is an <see cref="Protocol.ErrorMessage"/>: something can't be done.</summary>
        Refused,

        /// <summary>Message is a <see cref="Protocol.ListenerPose"/>: another listener of Scene is elsewhere.</summary>
        ListenerMoved,

        /// <summary>Message is a <see cref="Protocol.ListenerLeft"/>.</summary>
        ListenerLeft,

        /// <summary>Message is a command of a session that is gone: whether it was carried out nobody knows.</summary>
        CommandLost,

        /// <summary>Message is a <see cref="Protocol.LiveStarted"/> or <see cref="Protocol.LiveReport"/>.</summary>
        Live,
    }
}
