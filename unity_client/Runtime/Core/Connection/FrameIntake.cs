using System;
using System.Text;
using Newtonsoft.Json;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Takes frames in, whole, from one connection after another: messages to the session and what is new to the
    /// sink.</summary>
    internal sealed class FrameIntake
    {
        /// <summary>Larger frames make no sense, bytes.</summary>
        internal const int MaxFrameBytes = 4 * 1024 * 1024;

        private const double LongestRetryAfterS = 300.0;

        private readonly ClientSession session;
        private readonly IFrameSink sink;
        private readonly Action wake;
        private readonly MovesParser moves = new MovesParser(new KnownNames());

        /// <param name="wake">Called where the session may have something to say now; not after moves and sound, which come
        /// all the time.</param>
        internal FrameIntake(ClientSession session, IFrameSink sink, Action wake)
        {
            this.session = session;
            this.sink = sink;
            this.wake = wake;
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

        /// <summary>Takes a frame in; null where the connection goes on.</summary>
        internal Ending Take(byte[] frame, int length, bool isText)
        {
            if (isText) return TakeText(frame, length);
            TakeBinary(frame, length);
            return null;
        }

        private void TakeBinary(byte[] buffer, int length)
        {
            BinaryFrame frame;
            var wrong = BinaryFrame.Read(buffer, length, out frame);
            if (wrong == null) sink.OnBinary(ref frame);
            else sink.OnNonsense("binary frame: " + wrong);
        }

        private Ending TakeText(byte[] buffer, int length)
        {
            if (TakeMoves(buffer, length)) return null;
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
            wake();
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

        private bool TakeMoves(byte[] buffer, int length)
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
