using System;
using System.Net.WebSockets;
using System.Text;
using System.Threading;
using Newtonsoft.Json;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// Takes in what comes through one connection after another, on the network's thread. A receive is always under way,
    /// since Mono's ClientWebSocket answers pings only then.
    /// </summary>
    internal sealed class FrameReceiver
    {
        private const int FirstBufferBytes = 128 * 1024;
        private const int MaxFrameBytes = 4 * 1024 * 1024;
        private const double LongestRetryAfterS = 300.0;

        private readonly ClientSession session;
        private readonly IFrameSink sink;
        private readonly MovesParser moves = new MovesParser(new KnownNames());
        private byte[] buffer = new byte[FirstBufferBytes];
        private AutoResetEvent wake;

        internal FrameReceiver(ClientSession session, IFrameSink sink)
        {
            this.session = session;
            this.sink = sink;
        }

        /// <summary>Whether the newest attempt came as far as the server's welcome.</summary>
        internal bool WasWelcomed { get; private set; }

        /// <summary>How long the server wants to be left alone, seconds; 0 where it didn't say.</summary>
        internal double RetryAfterS { get; private set; }

        /// <summary>Another attempt begins.</summary>
        internal void Reset()
        {
            WasWelcomed = false;
            RetryAfterS = 0.0;
        }

        /// <summary>Receives until the connection ends. What the socket throws when it breaks goes to the
        /// caller.</summary>
        internal Ending Run(ClientWebSocket socket, FrameSender sending, AutoResetEvent sendingWake)
        {
            wake = sendingWake;
            for (;;)
            {
                var length = 0;
                WebSocketReceiveResult part;
                do
                {
                    if (length == buffer.Length)
                    {
                        if (length >= MaxFrameBytes) return Ending.Broken("the server sent a frame that is too large");
                        Array.Resize(ref buffer, Math.Min(2 * length, MaxFrameBytes));
                    }
                    var rest = new ArraySegment<byte>(buffer, length, buffer.Length - length);
                    part = socket.ReceiveAsync(rest, CancellationToken.None).GetAwaiter().GetResult();
                    if (part.MessageType == WebSocketMessageType.Close) return Closed(socket);
                    length += part.Count;
                    sending.Heard();
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Binary) TakeBinary(length);
                else
                {
                    var ending = TakeText(length);
                    if (ending != null) return ending;
                }
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

        private void TakeBinary(int length)
        {
            BinaryFrame frame;
            var wrong = BinaryFrame.Read(buffer, length, out frame);
            if (wrong == null) sink.OnBinary(ref frame);
            else sink.OnNonsense("binary frame: " + wrong);
        }

        /// <summary>Null where the connection goes on.</summary>
        private Ending TakeText(int length)
        {
            if (TakeMoves(length)) return null;
            Message message;
            try
            {
                message = MessageReader.Read(Encoding.UTF8.GetString(buffer, 0, length));
            }
            catch (JsonException error)
            {
                sink.OnNonsense("message: " + Causes.Line(error));
                return null;
            }
            if (message == null) return null;
            var bye = message as Bye;
            if (bye != null && bye.RetryAfterS.HasValue) RetryAfterS = Math.Min(bye.RetryAfterS.Value, LongestRetryAfterS);
            Message news;
            bool isWelcomed;
            lock (session)
            {
                news = session.Receive(message, MonotonicClock.NowS);
                isWelcomed = session.Welcome != null;
            }
            wake.Set();
            var welcome = message as Welcome;
            if (welcome != null)
            {
                if (!isWelcomed) return Misunderstood(welcome);
                if (news == null) return null;
                WasWelcomed = true;
                sink.OnState(ConnectionState.Connected, null);
            }
            if (news == null) return null;
            if (news is SourceMoved) Pass((SourceMoved)news);
            else sink.OnMessage(news);
            return null;
        }

        private static Ending Misunderstood(Welcome welcome)
        {
            return welcome.Major == ClientSession.Major
                ? Ending.Broken("the server's welcome makes no sense")
                : Ending.Hopeless(string.Format("the server speaks version {0} of the protocol", welcome.Major));
        }

        private bool TakeMoves(int length)
        {
            var batch = sink.RentMoves();
            if (!moves.TryRead(buffer, length, batch))
            {
                sink.ReturnMoves(batch);
                return false;
            }
            bool isNews;
            lock (session) isNews = session.Accept(batch.Seq);
            if (isNews) sink.OnMoves(batch);
            else sink.ReturnMoves(batch);
            return true;
        }

        private void Pass(SourceMoved message)
        {
            var batch = sink.RentMoves();
            batch.Set(message);
            sink.OnMoves(batch);
        }
    }
}
