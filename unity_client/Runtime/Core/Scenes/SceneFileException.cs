using System;

namespace Sonorama.Core
{
    /// <summary>A scene's folder or archive can't be read; the message is one line for a person.</summary>
    public sealed class SceneFileException : Exception
    {
        public SceneFileException(string message, Exception cause = null) : base(message, cause) { }
    }
}
