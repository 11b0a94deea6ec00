using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Sorts what comes in: clips and live sound to who waits for them, everything else to the main
    /// thread.</summary>
    internal sealed class ClientSink : IFrameSink
    {
        private const int MostNonsense = 10;

        private readonly ClientSession session;
        private readonly Inbox inbox;
        private readonly ClipTransfers transfers;
        private readonly LiveStreams live;
        private int nonsense;

        internal ClientSink(ClientSession session, Inbox inbox, ClipTransfers transfers, LiveStreams live)
        {
            this.session = session;
            this.inbox = inbox;
            this.transfers = transfers;
            this.live = live;
        }

        public void OnState(ConnectionState state, string text)
        {
            inbox.PutState(state, text);
        }

        public void OnMessage(Message message)
        {
            var welcome = message as Welcome;
            if (welcome != null)
            {
                nonsense = 0;
                transfers.Connected(welcome);
                live.Connected();
                TellLost();
                return;
            }
            if (transfers.Take(message)) return;
            live.Take(message);
            Post(message);
        }

        public void OnMoves(SourceMoves moves)
        {
            if (!inbox.PutMoves(moves)) BeginAnew();
        }

        public void OnBinary(ref BinaryFrame frame)
        {
            if (frame.Kind == FrameKind.LiveBlock) live.Take(ref frame);
            else transfers.Take(ref frame);
        }

        public void OnDisconnected()
        {
            transfers.Disconnected();
            live.Disconnected();
        }

        public SourceMoves RentMoves()
        {
            return inbox.Rent();
        }

        public void ReturnMoves(SourceMoves moves)
        {
            inbox.Recycle(moves);
        }

        public void OnNonsense(string what)
        {
            // A server that says nothing else would fill the log.
            if (nonsense++ < MostNonsense) Post(new Notice { Text = "passed over: " + what });
        }

        private void TellLost()
        {
            for (;;)
            {
                Message command;
                lock (session) command = session.TakeLost();
                if (command == null) return;
                Post(command);
            }
        }

        private void Post(Message message)
        {
            if (!inbox.Put(message)) BeginAnew();
        }

        private void BeginAnew()
        {
            lock (session) session.SubscribeAgain();
        }
    }
}
