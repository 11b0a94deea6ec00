using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>The server's error that it doesn't have a scene that was subscribed to. It is made here and not
    /// sent.</summary>
    internal sealed class SceneRefused : Message
    {
        public override string Type { get { return "error"; } }

        internal string SceneId;

        /// <summary>One line for a person.</summary>
        internal string Text;
    }
}
