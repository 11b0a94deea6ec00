namespace Sonorama.Core
{
    /// <summary>How a <see cref="StreamClient"/> stands with its server.</summary>
    public enum ConnectionState
    {
        /// <summary>Not started yet.</summary>
        Idle,

        /// <summary>On the way to the server's welcome.</summary>
        Connecting,

        /// <summary>Welcomed.</summary>
        Connected,

        /// <summary>Welcomed, but the server doesn't have the scene that is followed: see the text. A
        /// <see cref="StreamClient"/> may follow several, and leaves it to them (<see cref="SceneModel.Problem"/>).</summary>
        SceneMissing,

        /// <summary>The connection broke or couldn't be made; another attempt follows by itself.</summary>
        Waiting,

        /// <summary>The server won't have this client as it is: see the text. No attempt follows.</summary>
        Refused,

        /// <summary>Stopped by the program.</summary>
        Stopped,
    }
}
