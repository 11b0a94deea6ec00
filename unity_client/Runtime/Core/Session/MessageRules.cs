using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>What holds for messages on their way to the server, as protocol/wire declares it.</summary>
    internal static class MessageRules
    {
        /// <summary>Whether the server acknowledges it, so that it's carried out once even when the connection
        /// breaks.</summary>
        internal static bool IsCommand(Message message)
        {
            return message is Subscribe || message is Unsubscribe || message is Play || message is Stop
                || message is Mute || message is SetSource || message is SourcePath;
        }

        /// <summary>Whether it still means something on the next connection of the same session.</summary>
        internal static bool Survives(Message message)
        {
            return IsCommand(message) || message is Ack;
        }

        /// <summary>Of two waiting messages with the same key the newer says all that the older said; null: nothing
        /// replaces it.</summary>
        internal static string Key(Message message)
        {
            var subscribe = message as Subscribe;
            if (subscribe != null) return "subscription/" + subscribe.SceneId;
            var unsubscribe = message as Unsubscribe;
            if (unsubscribe != null) return "subscription/" + unsubscribe.SceneId;
            if (message is Ack) return "ack";
            return message is Bye ? "bye" : null;
        }
    }
}
