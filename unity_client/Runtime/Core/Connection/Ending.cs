using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>How a connection, or an attempt at one, ended.</summary>
    internal sealed class Ending
    {
        /// <summary>One line for a person.</summary>
        internal string Text { get; private set; }

        /// <summary>Whether another attempt of the same client may succeed (PROTOCOL.md, section 10).</summary>
        internal bool MayReconnect { get; private set; }

        private Ending(string text, bool mayReconnect)
        {
            Text = text;
            MayReconnect = mayReconnect;
        }

        internal static Ending Broken(string text)
        {
            return new Ending(text, true);
        }

        internal static Ending Hopeless(string text)
        {
            return new Ending(text, false);
        }

        /// <summary>The server closed.</summary>
        internal static Ending Closed(int code, string reason)
        {
            var words = string.IsNullOrEmpty(reason) ? Words(code) : reason;
            return new Ending(string.Format("the server closed with {0}: {1}", code, words), MayFollow(code));
        }

        private static bool MayFollow(int code)
        {
            switch (code)
            {
                case CloseCode.Normal:
                case CloseCode.TooBig:
                case CloseCode.BadMessages:
                case CloseCode.Unauthorised:
                case CloseCode.NoCommonVersion:
                case CloseCode.TakenOver:
                    return false;
                default:
                    return true;
            }
        }

        private static string Words(int code)
        {
            switch (code)
            {
                case CloseCode.Normal: return "nothing more to say";
                case CloseCode.GoingAway: return "it is shutting down";
                case CloseCode.Unauthorised: return "the token is missing or wrong";
                case CloseCode.NoCommonVersion: return "it speaks another version of the protocol";
                case CloseCode.TakenOver: return "this session goes on elsewhere";
                default: return "no reason given";
            }
        }
    }
}
