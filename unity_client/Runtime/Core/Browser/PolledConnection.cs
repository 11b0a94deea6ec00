using System;
using System.Text;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// What ConnectionLoop is elsewhere, for a browser: no threads; a step a frame connects, receives, sends, waits and
    /// connects again.
    /// </summary>
    internal sealed class PolledConnection : IConnection
    {
        private const int Open = 1;
        private const int Closing = 2;
        private const int MaxReasonBytes = 128;

        private readonly IBrowser browser;
        private readonly Uri address;
        private readonly ClientSettings settings;
        private readonly ClientSession session;
        private readonly IFrameSink sink;
        private readonly Backoff backoff;
        private readonly FrameIntake intake;
        private readonly FrameWriter writer = new FrameWriter();
        private readonly TaskCompletionSource<bool> ended = new TaskCompletionSource<bool>();
        private byte[] buffer = new byte[64 * 1024];
        private Vigil vigil;
        private int socket;
        private bool isOpen;
        private double nextAttemptS = double.PositiveInfinity;
        private double openByS;

        internal PolledConnection(
            IBrowser browser, Uri address, ClientSettings settings, ClientSession session, IFrameSink sink)
        {
            this.browser = browser;
            this.address = address;
            this.settings = settings;
            this.session = session;
            this.sink = sink;
            backoff = new Backoff(settings.FirstRetryS, settings.LongestRetryS);
            intake = new FrameIntake(session, sink, Wake);
        }

        public Task Ended
        {
            get { return ended.Task; }
        }

        public void Start()
        {
            nextAttemptS = double.NegativeInfinity;
        }

        // The next step sends what waits.
        public void Wake() { }

        public void Step()
        {
            var nowS = MonotonicClock.NowS;
            if (socket == 0)
            {
                if (nowS < nextAttemptS) return;
                Attempt(nowS);
            }
            var ending = Progress(nowS);
            if (ending != null) End(ending, nowS);
        }

        public void Stop()
        {
            session.Send(new Bye());
            if (isOpen) SendWaiting(MonotonicClock.NowS);
            Forget();
            Finish(ConnectionState.Stopped, null);
        }

        private void Attempt(double nowS)
        {
            intake.Reset();
            sink.OnState(ConnectionState.Connecting, null);
            openByS = nowS + settings.ConnectTimeoutS;
            socket = browser.SocketOpen(address.AbsoluteUri, Subprotocol.Name);
        }

        /// <summary>Null where the connection, or the attempt at one, goes on.</summary>
        private Ending Progress(double nowS)
        {
            if (socket == 0) return Ending.Broken("the browser doesn't connect to " + address);
            var state = browser.SocketState(socket);
            if (!isOpen)
            {
                // Why, a browser tells nobody but its own console.
                if (state >= Closing) return Ending.Broken("can't connect; the browser's console says why");
                if (state != Open) return nowS > openByS ? Ending.Broken("the server can't be reached in time") : null;
                isOpen = true;
                vigil = new Vigil(session, openByS);
                session.Connected(nowS);
            }
            var ending = Receive();
            if (ending != null) return ending;
            if (state == Open) SendWaiting(nowS);
            else if (state > Closing) return Closed();
            var trouble = vigil.Trouble(nowS);
            return trouble == null ? null : Ending.Broken(trouble);
        }

        private Ending Receive()
        {
            for (var length = browser.SocketNext(socket); length >= 0; length = browser.SocketNext(socket))
            {
                if (length > FrameIntake.MaxFrameBytes) return Ending.Broken("the server sent a frame that is too large");
                if (length > buffer.Length) buffer = new byte[length];
                var isText = browser.SocketTake(socket, buffer) == 1;
                vigil.Heard();
                var ending = intake.Take(buffer, length, isText);
                if (ending != null) return ending;
            }
            return null;
        }

        private void SendWaiting(double nowS)
        {
            session.Tick(nowS);
            while (session.WriteNext(MonotonicClock.NowS, writer)) browser.SocketSend(socket, writer.Bytes, writer.Length);
        }

        private Ending Closed()
        {
            var reason = new byte[MaxReasonBytes];
            var length = browser.SocketCloseReason(socket, reason, reason.Length);
            return Ending.Closed(browser.SocketCloseCode(socket), Encoding.UTF8.GetString(reason, 0, length));
        }

        private void End(Ending ending, double nowS)
        {
            Forget();
            if (!ending.MayReconnect)
            {
                Finish(ConnectionState.Refused, ending.Text);
                return;
            }
            if (intake.WasWelcomed) backoff.Reset();
            nextAttemptS = nowS + Math.Max(backoff.Next(), intake.RetryAfterS);
            sink.OnState(ConnectionState.Waiting, ending.Text);
        }

        private void Forget()
        {
            if (socket != 0) browser.SocketForget(socket);
            socket = 0;
            if (!isOpen) return;
            isOpen = false;
            session.Disconnected();
            sink.OnDisconnected();
        }

        private void Finish(ConnectionState state, string text)
        {
            nextAttemptS = double.PositiveInfinity;
            if (ended.TrySetResult(true)) sink.OnState(state, text);
        }
    }
}
