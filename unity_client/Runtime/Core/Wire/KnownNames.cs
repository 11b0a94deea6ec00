using System.Text;

namespace Sonorama.Core
{
    /// <summary>
    /// One string for each name that comes again and again as UTF-8, found without making another. Not safe for
    /// several threads at once.
    /// </summary>
    internal sealed class KnownNames
    {
        // A hostile server may name millions of things: beyond this many, names are made anew each time.
        private const int Most = 4096;
        private const int Buckets = 8192;

        private readonly string[] names = new string[Buckets];
        private int count;

        /// <summary>The name that these bytes, all ASCII, spell.</summary>
        internal string Find(byte[] bytes, int start, int length)
        {
            var hash = 2166136261u;
            for (var index = 0; index < length; index++) hash = (hash ^ bytes[start + index]) * 16777619u;
            var bucket = (int)(hash % Buckets);
            while (names[bucket] != null)
            {
                if (IsSame(names[bucket], bytes, start, length)) return names[bucket];
                bucket = (bucket + 1) % Buckets;
            }
            var name = Encoding.ASCII.GetString(bytes, start, length);
            if (count < Most)
            {
                names[bucket] = name;
                count++;
            }
            return name;
        }

        private static bool IsSame(string name, byte[] bytes, int start, int length)
        {
            if (name.Length != length) return false;
            for (var index = 0; index < length; index++)
                if (name[index] != bytes[start + index]) return false;
            return true;
        }
    }
}
