using System.Security.Cryptography;

namespace Sonorama.Core
{
    /// <summary>SHA-256 as 64 lower-case hexadecimal digits, by which clips are known.</summary>
    public static class ContentHash
    {
        /// <summary>Whether it could be one; nothing else may become part of a file's name.</summary>
        public static bool IsOne(string text)
        {
            if (text == null || text.Length != 64) return false;
            foreach (var digit in text)
                if (!(digit >= '0' && digit <= '9' || digit >= 'a' && digit <= 'f')) return false;
            return true;
        }

        /// <summary>The hash of these bytes.</summary>
        public static string Of(byte[] data, int start, int length)
        {
            using (var algorithm = new SHA256Managed()) return Text(algorithm.ComputeHash(data, start, length));
        }

        private static string Text(byte[] hash)
        {
            const string digits = "0123456789abcdef";
            var text = new char[2 * hash.Length];
            for (var index = 0; index < hash.Length; index++)
            {
                text[2 * index] = digits[hash[index] >> 4];
                text[2 * index + 1] = digits[hash[index] & 15];
            }
            return new string(text);
        }
    }
}
