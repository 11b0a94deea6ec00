namespace Sonorama.Core
{
    /// <summary>Address patterns of OSC 1.0: ? * [a-c] [!a-c] {this,that}, none of which goes beyond a slash.</summary>
    public static class OscPattern
    {
        /// <summary>Whether it has its brackets and braces closed.</summary>
        public static bool IsOne(string pattern)
        {
            var closing = '\0';
            foreach (var sign in pattern)
            {
                if (closing != '\0')
                {
                    if (sign == '/') return false;
                    if (sign == closing) closing = '\0';
                }
                else if (sign == '[') closing = ']';
                else if (sign == '{') closing = '}';
                else if (sign == ']' || sign == '}') return false;
            }
            return closing == '\0' && pattern.Length > 0 && pattern[0] == '/';
        }

        /// <summary>Whether the pattern stands for this address, too. What is no pattern matches nothing.</summary>
        public static bool Matches(string pattern, string address)
        {
            return IsOne(pattern) && Matches(pattern, 0, address, 0);
        }

        private static bool Matches(string pattern, int at, string address, int from)
        {
            for (; at < pattern.Length; at++, from++)
            {
                var sign = pattern[at];
                if (sign == '*') return MatchesRun(pattern, at + 1, address, from);
                if (sign == '{') return MatchesWord(pattern, at, address, from);
                if (from == address.Length) return false;
                if (sign == '[')
                {
                    var end = pattern.IndexOf(']', at);
                    if (!IsAmong(pattern, at + 1, end, address[from])) return false;
                    at = end;
                }
                else if (sign == '?' ? address[from] == '/' : sign != address[from])
                {
                    return false;
                }
            }
            return from == address.Length;
        }

        private static bool MatchesRun(string pattern, int at, string address, int from)
        {
            // Several in a row are one: otherwise a few signs would keep this busy for long.
            while (at < pattern.Length && pattern[at] == '*') at++;
            for (; ; from++)
            {
                if (Matches(pattern, at, address, from)) return true;
                if (from == address.Length || address[from] == '/') return false;
            }
        }

        private static bool MatchesWord(string pattern, int at, string address, int from)
        {
            var end = pattern.IndexOf('}', at);
            for (var start = at + 1; start <= end;)
            {
                var comma = pattern.IndexOf(',', start, end - start);
                var length = (comma < 0 ? end : comma) - start;
                if (string.CompareOrdinal(pattern, start, address, from, length) == 0
                    && from + length <= address.Length && Matches(pattern, end + 1, address, from + length)) return true;
                start += length + 1;
            }
            return false;
        }

        private static bool IsAmong(string pattern, int start, int end, char sign)
        {
            if (sign == '/') return false;
            var negated = start < end && pattern[start] == '!';
            if (negated) start++;
            var found = false;
            for (var at = start; at < end; at++)
            {
                // A dash at the end is a dash.
                if (at + 2 < end && pattern[at + 1] == '-')
                {
                    found |= sign >= pattern[at] && sign <= pattern[at + 2];
                    at += 2;
                }
                else
                {
                    found |= pattern[at] == sign;
                }
            }
            return found != negated;
        }
    }
}
