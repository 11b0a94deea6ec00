using System;

namespace Sonorama.Core
{
    /// <summary>A clip can't be had, or isn't what it should be; the message is one line for a person.</summary>
    public sealed class ClipException : Exception
    {
        /// <summary>Whether another attempt may succeed.</summary>
        public bool MayRetry { get; private set; }

        public ClipException(string message, bool mayRetry = false, Exception cause = null) : base(message, cause)
        {
            MayRetry = mayRetry;
        }
    }
}
