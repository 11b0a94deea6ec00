namespace Sonorama.Core
{
    /// <summary>How clips come.</summary>
    public enum ClipDelivery
    {
        /// <summary>By HTTP, in one go, resumed by ranges.</summary>
        Http,

        /// <summary>Through the WebSocket, in chunks: for networks that let nothing else through.</summary>
        Stream,
    }
}
