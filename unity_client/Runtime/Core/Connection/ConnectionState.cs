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

        /// <summary>The connection broke or couldn't be made; another attempt follows by itself.</summary>
        Waiting,

        /// <summary>The server won't have this client as it is: see the text. No attempt follows.</summary>
        Refused,

        /// <summary>Stopped by the program.</summary>
        Stopped,
    }
}
