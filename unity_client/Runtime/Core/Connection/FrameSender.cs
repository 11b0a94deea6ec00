using System;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sonorama.Core
{
    /// <summary>
    /// One connection's sending thread: writes what the session has to say, keeps its heartbeat, and gives the
    /// connection up when the server is silent or takes nothing in.
    /// </summary>
    internal sealed class FrameSender
    {
        private const int TickMs = 50;
        private const double SendTimeoutS = 10.0;
        private const double GoodbyeS = 2.0;

        private readonly ClientWebSocket socket;
        private readonly ClientSession session;
        private readonly AutoResetEvent wake;
        private readonly Vigil vigil;
        private readonly FrameWriter writer = new FrameWriter();
        private readonly Thread thread;
        private double leaveByS;
        private volatile bool stopped;
        private volatile string problem;

        /// <param name="wake">Set whenever there may be something to say.</param>
        /// <param name="welcomeByS">Until when the server must have said welcome, by the client's clock.</param>
        internal FrameSender(ClientWebSocket socket, ClientSession session, AutoResetEvent wake, double welcomeByS)
        {
            this.socket = socket;
            this.session = session;
            this.wake = wake;
            vigil = new Vigil(session, welcomeByS);
            leaveByS = double.PositiveInfinity;
            thread = new Thread(Run) { IsBackground = true, Name = "sonorama sender" };
        }

        /// <summary>Why the sender gave the connection up; null where it didn't.</summary>
        internal string Problem
        {
            get { return problem; }
        }

        internal void Start()
        {
            thread.Start();
        }

        /// <summary>Something came from the server.</summary>
        internal void Heard()
        {
            vigil.Heard();
        }

        /// <summary>Send what waits, close, and don't wait long for the server to close as well.</summary>
        internal void Leave()
        {
            Volatile.Write(ref leaveByS, MonotonicClock.NowS + GoodbyeS);
            wake.Set();
        }

        /// <summary>The connection is over; returns when nothing more is sent.</summary>
        internal void Stop()
        {
            stopped = true;
            wake.Set();
            thread.Join();
        }

        private void Run()
        {
            try
            {
                var said = false;
                while (!stopped)
                {
                    var nowS = MonotonicClock.NowS;
                    var leaving = !double.IsPositiveInfinity(Volatile.Read(ref leaveByS));
                    if (!said) SendWaiting(nowS);
                    if (leaving && !said)
                    {
                        said = true;
                        Finish(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None));
                    }
                    problem = leaving ? null : vigil.Trouble(nowS);
                    if (problem != null || nowS > Volatile.Read(ref leaveByS)) break;
                    wake.WaitOne(TickMs);
                }
            }
            catch (Exception error)
            {
                // A socket that broke says so in many kinds of exception; the receiver tells of it.
                problem = problem ?? Causes.Line(error);
            }
            // Ends the receiver's wait, too.
            if (!stopped) socket.Abort();
        }

        private void SendWaiting(double nowS)
        {
            while (!stopped)
            {
                lock (session)
                {
                    session.Tick(nowS);
                    if (!session.WriteNext(MonotonicClock.NowS, writer)) return;
                }
                var frame = new ArraySegment<byte>(writer.Bytes, 0, writer.Length);
                Finish(socket.SendAsync(frame, WebSocketMessageType.Text, true, CancellationToken.None));
            }
        }

        private static void Finish(Task task)
        {
            if (!task.Wait(TimeSpan.FromSeconds(SendTimeoutS)))
                throw new TimeoutException(string.Format("the server took nothing in for {0} s", SendTimeoutS));
        }
    }
}
