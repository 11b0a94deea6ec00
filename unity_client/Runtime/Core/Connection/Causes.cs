using System;

namespace Sonorama.Core
{
    /// <summary>What an exception of the network's comes to, for a person.</summary>
    internal static class Causes
    {
        /// <summary>The innermost cause, in one line.</summary>
        internal static string Line(Exception error)
        {
            while (error.InnerException != null) error = error.InnerException;
            var text = error.Message.Replace('\r', ' ').Replace('\n', ' ').Trim();
            return text.Length == 0 ? error.GetType().Name : text;
        }
    }
}
