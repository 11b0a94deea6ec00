using System;
using System.Text;

namespace Sonorama.Core
{
    /// <summary>JSON text as UTF-8 in a buffer that is used again: what is said often is written without
    /// allocating.</summary>
    internal sealed class FrameWriter
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false);

        internal byte[] Bytes { get; private set; } = new byte[1024];
        internal int Length { get; private set; }

        internal void Clear()
        {
            Length = 0;
        }

        /// <summary>Text as it is.</summary>
        internal FrameWriter Raw(string text)
        {
            Reserve(Utf8.GetMaxByteCount(text.Length));
            Length += Utf8.GetBytes(text, 0, text.Length, Bytes, Length);
            return this;
        }

        /// <summary>A JSON string of an id or another text.</summary>
        internal FrameWriter Text(string text)
        {
            Raw("\"");
            var plain = true;
            foreach (var sign in text) plain &= sign >= ' ' && sign <= '~' && sign != '"' && sign != '\\';
            if (plain) Raw(text);
            else foreach (var sign in text) Escaped(sign);
            return Raw("\"");
        }

        internal FrameWriter Number(long value)
        {
            Reserve(20);
            if (value < 0) Bytes[Length++] = (byte)'-';
            var rest = value < 0 ? (ulong)-value : (ulong)value;
            var start = Length;
            do
            {
                Bytes[Length++] = (byte)('0' + rest % 10);
                rest /= 10;
            }
            while (rest != 0);
            Array.Reverse(Bytes, start, Length - start);
            return this;
        }

        /// <summary>A number with so many decimals, at most 9; what is no number or too large is 0.</summary>
        internal FrameWriter Number(double value, int decimals)
        {
            var scale = 1L;
            for (var index = 0; index < decimals; index++) scale *= 10;
            var scaled = Math.Abs(value) < 9e18 / scale ? (long)Math.Round(value * scale) : 0L;
            if (scaled < 0) Raw("-");
            scaled = Math.Abs(scaled);
            Number(scaled / scale).Raw(".");
            for (scale /= 10; scale > 0; scale /= 10)
            {
                Reserve(1);
                Bytes[Length++] = (byte)('0' + scaled / scale % 10);
            }
            return this;
        }

        private void Escaped(char sign)
        {
            const string digits = "0123456789abcdef";
            Reserve(6);
            Bytes[Length++] = (byte)'\\';
            Bytes[Length++] = (byte)'u';
            for (var shift = 12; shift >= 0; shift -= 4) Bytes[Length++] = (byte)digits[sign >> shift & 15];
        }

        private void Reserve(int more)
        {
            if (Length + more <= Bytes.Length) return;
            var larger = new byte[Math.Max(2 * Bytes.Length, Length + more)];
            Buffer.BlockCopy(Bytes, 0, larger, 0, Length);
            Bytes = larger;
        }
    }
}
