using System;
using System.Text;

namespace Sonorama.Core
{
    /// <summary>Writes OSC 1.0 packets into a buffer that is used again: a message, or a bundle of messages. What has
    /// only numbers for arguments is written without allocating.</summary>
    public sealed class OscWriter
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false);

        private bool isBundle;
        private int elementAt;

        /// <summary>The packet; only the first <see cref="Length"/> bytes are of it.</summary>
        public byte[] Bytes { get; private set; } = new byte[2048];

        /// <summary>How many bytes the packet has.</summary>
        public int Length { get; private set; }

        /// <summary>Begin anew, with a packet of one message.</summary>
        public OscWriter Begin()
        {
            Length = 0;
            isBundle = false;
            elementAt = -1;
            return this;
        }

        /// <summary>Begin anew, with a bundle to be done at once.</summary>
        public OscWriter BeginBundle()
        {
            Begin();
            isBundle = true;
            Text("#bundle");
            return Bits(1, 8);
        }

        /// <summary>Begin a message; its arguments must follow as the tags say.</summary>
        /// <param name="tags">One letter each: i int32, f float32, d float64, s text.</param>
        public OscWriter Message(string address, string tags)
        {
            if (!isBundle && Length > 0) throw new InvalidOperationException("only a bundle has several messages");
            if (isBundle)
            {
                elementAt = Length;
                Bits(0, 4);
            }
            Text(address);
            Reserve(tags.Length + 5);
            Bytes[Length++] = (byte)',';
            foreach (var tag in tags) Bytes[Length++] = (byte)tag;
            Pad();
            return Sized();
        }

        public OscWriter Int32(int value)
        {
            return Bits((uint)value, 4).Sized();
        }

        public OscWriter Float32(double value)
        {
            return Bits(LittleEndian.Float32Bits((float)value), 4).Sized();
        }

        public OscWriter Float64(double value)
        {
            return Bits((ulong)BitConverter.DoubleToInt64Bits(value), 8).Sized();
        }

        /// <summary>A text, which ends at its first zero.</summary>
        public OscWriter String(string value)
        {
            var zero = value.IndexOf('\0');
            return Text(zero < 0 ? value : value.Substring(0, zero)).Sized();
        }

        private OscWriter Bits(ulong value, int bytes)
        {
            Reserve(bytes);
            BigEndian.Write(Bytes, Length, value, bytes);
            Length += bytes;
            return this;
        }

        private OscWriter Text(string text)
        {
            Reserve(Utf8.GetMaxByteCount(text.Length) + 4);
            Length += Utf8.GetBytes(text, 0, text.Length, Bytes, Length);
            Pad();
            return this;
        }

        private void Pad()
        {
            Reserve(4);
            do Bytes[Length++] = 0;
            while (Length % 4 != 0);
        }

        private OscWriter Sized()
        {
            if (isBundle) BigEndian.Write(Bytes, elementAt, (ulong)(Length - elementAt - 4), 4);
            return this;
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
