using System;
using System.Net.WebSockets;
using System.Threading;

namespace Sonorama.Core
{
    /// <summary>
    /// Takes in what comes through one connection after another, on the network's thread. A receive is always under way,
    /// since Mono's ClientWebSocket answers pings only then.
    /// </summary>
    internal sealed class FrameReceiver
    {
        private const int FirstBufferBytes = 128 * 1024;

        private readonly FrameIntake intake;
        private byte[] buffer = new byte[FirstBufferBytes];

        internal FrameReceiver(FrameIntake intake)
        {
            this.intake = intake;
        }

        /// <summary>Receives until the connection ends. What the socket throws when it breaks goes to the
        /// caller.</summary>
        internal Ending Run(ClientWebSocket socket, FrameSender sending)
        {
            for (;;)
            {
                var length = 0;
                WebSocketReceiveResult part;
                do
                {
                    if (length == buffer.Length)
                    {
                        if (length >= FrameIntake.MaxFrameBytes) return Ending.Broken("the server sent a frame that is too large");
                        Array.Resize(ref buffer, Math.Min(2 * length, FrameIntake.MaxFrameBytes));
                    }
                    var rest = new ArraySegment<byte>(buffer, length, buffer.Length - length);
                    part = socket.ReceiveAsync(rest, CancellationToken.None).GetAwaiter().GetResult();
                    if (part.MessageType == WebSocketMessageType.Close) return Closed(socket);
                    length += part.Count;
                    sending.Heard();
                }
                while (!part.EndOfMessage);
                var ending = intake.Take(buffer, length, part.MessageType == WebSocketMessageType.Text);
                if (ending != null) return ending;
            }
        }

        private static Ending Closed(ClientWebSocket socket)
        {
            var ending = Ending.Closed((int)(socket.CloseStatus ?? 0), socket.CloseStatusDescription);
            try
            {
                // The server waits for this answer before it lets go of the connection.
                if (socket.State == WebSocketState.CloseReceived)
                    socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None).Wait(1000);
            }
            catch (Exception)
            {
                // It's closed either way.
            }
            return ending;
        }
    }
}
