using System;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// The network's thread: connects, receives until the connection ends, waits, connects again.
    /// </summary>
    internal sealed class ConnectionLoop : IConnection
    {
        private readonly Uri address;
        private readonly ClientSettings settings;
        private readonly ClientSession session;
        private readonly IFrameSink sink;
        private readonly Backoff backoff;
        private readonly FrameIntake intake;
        private readonly FrameReceiver receiver;
        private readonly AutoResetEvent wake = new AutoResetEvent(false);
        private readonly ManualResetEventSlim stop = new ManualResetEventSlim();
        private readonly CancellationTokenSource cancel = new CancellationTokenSource();
        private readonly TaskCompletionSource<bool> ended = new TaskCompletionSource<bool>();
        private readonly object gate = new object();
        private FrameSender sender;

        internal ConnectionLoop(Uri address, ClientSettings settings, ClientSession session, IFrameSink sink)
        {
            this.address = address;
            this.settings = settings;
            this.session = session;
            this.sink = sink;
            backoff = new Backoff(settings.FirstRetryS, settings.LongestRetryS);
            intake = new FrameIntake(session, sink, Wake);
            receiver = new FrameReceiver(intake);
        }

        public Task Ended
        {
            get { return ended.Task; }
        }

        public void Start()
        {
            new Thread(Run) { IsBackground = true, Name = "sonorama network" }.Start();
        }

        public void Wake()
        {
            wake.Set();
        }

        // It has threads.
        public void Step() { }

        public void Stop()
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
                    if (intake.WasWelcomed) backoff.Reset();
                    var waitS = Math.Max(backoff.Next(), intake.RetryAfterS);
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
            intake.Reset();
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
                    return receiver.Run(socket, sending);
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
    }
}
