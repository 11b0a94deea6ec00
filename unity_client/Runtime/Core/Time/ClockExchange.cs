namespace Sonorama.Core
{
    /// <summary>One clock_ping and its clock_pong: client times by the client's clock, server times by the server's,
    /// all in seconds.</summary>
    public struct ClockExchange
    {
        public readonly double ClientSentS;
        public readonly double ServerReceivedS;
        public readonly double ServerSentS;
        public readonly double ClientReceivedS;

        public ClockExchange(double clientSentS, double serverReceivedS, double serverSentS, double clientReceivedS)
        {
            ClientSentS = clientSentS;
            ServerReceivedS = serverReceivedS;
            ServerSentS = serverSentS;
            ClientReceivedS = clientReceivedS;
        }

        /// <summary>Server time less client time, if both ways took equally long (RFC 5905, section 8).</summary>
        public double OffsetS
        {
            get { return ((ServerReceivedS - ClientSentS) + (ServerSentS - ClientReceivedS)) / 2.0; }
        }

        /// <summary>How long ping and pong were under way, together.</summary>
        public double DelayS
        {
            get { return (ClientReceivedS - ClientSentS) - (ServerSentS - ServerReceivedS); }
        }
    }
}
