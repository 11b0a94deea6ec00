using System;

namespace Sonorama.Core
{
    /// <summary>What a <see cref="StreamClient"/> has to know. It is read once, when the client is made.</summary>
    public sealed class ClientSettings
    {
        /// <summary>The server: scheme (http, https, ws or wss), host and port, for example
        /// http://192.168.0.7:8765.</summary>
        public Uri Server { get; set; }

        /// <summary>The server's token; null where it asks for none.</summary>
        public string Token { get; set; }

        /// <summary>Name and version, for the server's log.</summary>
        public string ClientName { get; set; } = "sonorama-unity 0.1.0";

        /// <summary>How long an attempt may take until the server's welcome, seconds.</summary>
        public double ConnectTimeoutS { get; set; } = 10.0;

        /// <summary>The wait after the first failure, seconds; each that follows is twice as long.</summary>
        public double FirstRetryS { get; set; } = 0.5;

        /// <summary>The longest wait between attempts, seconds.</summary>
        public double LongestRetryS { get; set; } = 30.0;

        /// <summary>How clips come.</summary>
        public ClipDelivery Delivery { get; set; }

        /// <summary>The folder that clips are kept in; null keeps none on the disk.</summary>
        public string CacheFolder { get; set; }

        /// <summary>How much the folder may hold, bytes.</summary>
        public long CacheBytes { get; set; } = 512L * 1024 * 1024;

        /// <summary>Larger clips are refused, bytes.</summary>
        public int MaxClipBytes { get; set; } = 256 * 1024 * 1024;
    }
}
