using System;
using System.Net.WebSockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Newtonsoft.Json;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// The network's thread: connects, receives until the connection ends, waits, connects again. A receive is always
    /// under way, since Mono's ClientWebSocket answers pings only then.
    /// </summary>
    internal sealed class ConnectionLoop
    {
        private const int FirstBufferBytes = 128 * 1024;
        private const int MaxFrameBytes = 4 * 1024 * 1024;

        private readonly Uri address;
        private readonly ClientSettings settings;
        private readonly ClientSession session;
        private readonly IFrameSink sink;
        private readonly Backoff backoff;
        private readonly KnownNames names = new KnownNames();
        private readonly MovesParser moves;
        private readonly AutoResetEvent wake = new AutoResetEvent(false);
        private readonly ManualResetEventSlim stop = new ManualResetEventSlim();
        private readonly CancellationTokenSource cancel = new CancellationTokenSource();
        private readonly TaskCompletionSource<bool> ended = new TaskCompletionSource<bool>();
        private readonly object gate = new object();
        private byte[] buffer = new byte[FirstBufferBytes];
        private FrameSender sender;
        private double retryAfterS;

        internal ConnectionLoop(Uri address, ClientSettings settings, ClientSession session, IFrameSink sink)
        {
            this.address = address;
            this.settings = settings;
            this.session = session;
            this.sink = sink;
            backoff = new Backoff(settings.FirstRetryS, settings.LongestRetryS);
            moves = new MovesParser(names);
        }

        /// <summary>Done when the loop is over: stopped, or refused by the server.</summary>
        internal Task Ended
        {
            get { return ended.Task; }
        }

        internal void Start()
        {
            new Thread(Run) { IsBackground = true, Name = "sonorama network" }.Start();
        }

        /// <summary>There may be something to send.</summary>
        internal void Wake()
        {
            wake.Set();
        }

        /// <summary>Say goodbye and end; returns at once.</summary>
        internal void Stop()
        {
            stop.Set();
            lock (session) session.Send(new Bye());
            lock (gate)
            {
                if (sender != null) sender.Leave();
                else cancel.Cancel();
            }
        }

        private void Run()
        {
            var last = ConnectionState.Stopped;
            string text = null;
            try
            {
                while (!stop.IsSet)
                {
                    sink.OnState(ConnectionState.Connecting, null);
                    var ending = Attempt();
                    if (stop.IsSet) break;
                    if (!ending.MayReconnect)
                    {
                        last = ConnectionState.Refused;
                        text = ending.Text;
                        break;
                    }
                    var waitS = Math.Max(backoff.Next(), retryAfterS);
                    retryAfterS = 0.0;
                    sink.OnState(ConnectionState.Waiting, ending.Text);
                    stop.Wait(TimeSpan.FromSeconds(waitS));
                }
            }
            catch (Exception error)
            {
                last = ConnectionState.Refused;
                text = "the client failed: " + Causes.Line(error);
            }
            sink.OnState(last, text);
            ended.TrySetResult(true);
        }

        private Ending Attempt()
        {
            using (var socket = new ClientWebSocket())
            {
                socket.Options.AddSubProtocol(Subprotocol.Name);
                var welcomeByS = MonotonicClock.NowS + settings.ConnectTimeoutS;
                try
                {
                    // On another thread, since looking up a name may keep this one longer than the time-out.
                    var connecting = Task.Run(() => socket.ConnectAsync(address, cancel.Token));
                    if (!connecting.Wait((int)(1000.0 * settings.ConnectTimeoutS), cancel.Token))
                    {
                        Abandon(connecting, socket);
                        return Ending.Broken("the server can't be reached in time");
                    }
                }
                catch (Exception error)
                {
                    socket.Abort();
                    return Ending.Broken("can't connect: " + Causes.Line(error));
                }
                lock (session) session.Connected(MonotonicClock.NowS);
                var sending = new FrameSender(socket, session, wake, welcomeByS);
                lock (gate)
                {
                    sender = sending;
                    if (stop.IsSet) sending.Leave();
                }
                sending.Start();
                try
                {
                    return ReceiveAll(socket, sending);
                }
                catch (Exception error)
                {
                    return Ending.Broken(sending.Problem ?? "the connection broke: " + Causes.Line(error));
                }
                finally
                {
                    lock (gate) sender = null;
                    sending.Stop();
                    socket.Abort();
                    lock (session) session.Disconnected();
                    sink.OnDisconnected();
                }
            }
        }

        private static void Abandon(Task connecting, ClientWebSocket socket)
        {
            socket.Abort();
            // Nobody waits for it any more; that it failed is no news.
            connecting.ContinueWith(task => task.Exception, TaskContinuationOptions.OnlyOnFaulted);
        }

        private Ending ReceiveAll(ClientWebSocket socket, FrameSender sending)
        {
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
            if (bye != null && bye.RetryAfterS.HasValue) retryAfterS = Math.Min(bye.RetryAfterS.Value, 300.0);
            bool isNews, isWelcomed;
            lock (session)
            {
                isNews = session.Receive(message, MonotonicClock.NowS);
                isWelcomed = session.Welcome != null;
            }
            wake.Set();
            var welcome = message as Welcome;
            if (welcome != null)
            {
                if (!isWelcomed) return Misunderstood(welcome);
                if (!isNews) return null;
                backoff.Reset();
                sink.OnState(ConnectionState.Connected, null);
            }
            if (!isNews) return null;
            if (message is SourceMoved) Pass((SourceMoved)message);
            else sink.OnMessage(message);
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
