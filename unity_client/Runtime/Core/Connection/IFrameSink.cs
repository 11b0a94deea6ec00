using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Who takes what comes in; called on the network's thread, one call after another.</summary>
    internal interface IFrameSink
    {
        void OnState(ConnectionState state, string text);

        /// <summary>A message that is new to the session.</summary>
        void OnMessage(Message message);

        /// <summary>Moves that are new to the session; the memory is the sink's from now on.</summary>
        void OnMoves(SourceMoves moves);

        /// <summary>The payload's bytes are used again after the call.</summary>
        void OnBinary(ref BinaryFrame frame);

        /// <summary>The connection is gone; what came through it won't be finished.</summary>
        void OnDisconnected();

        /// <summary>Memory for moves.</summary>
        SourceMoves RentMoves();

        /// <summary>Moves that were none, or not new.</summary>
        void ReturnMoves(SourceMoves moves);

        /// <summary>Something came that makes no sense; it was passed over.</summary>
        void OnNonsense(string what);
    }
}
