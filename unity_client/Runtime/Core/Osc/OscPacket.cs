using System;
using System.Collections.Generic;
using System.Text;

namespace Sonorama.Core
{
    /// <summary>
    /// What a datagram said in OSC 1.0: its messages in order, those of nested bundles too. The object is used again,
    /// and reads packet after packet without allocating where addresses repeat and arguments are numbers.
    /// </summary>
    public sealed class OscPacket
    {
        /// <summary>Larger packets are refused, bytes.</summary>
        public const int MaxBytes = 8192;

        /// <summary>How many messages a packet may hold.</summary>
        public const int MaxMessages = 256;

        /// <summary>How deeply bundles may be nested.</summary>
        public const int MaxDepth = 8;

        private const int BundleHeadBytes = 16;
        private const ulong Immediately = 1;
        private const double UnixOfNtpS = 2208988800.0;

        private static readonly byte[] Bundle = { 35, 98, 117, 110, 100, 108, 101, 0 };
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        private readonly List<OscMessage> messages = new List<OscMessage>();
        private readonly KnownNames names = new KnownNames();

        /// <summary>How many messages there are.</summary>
        public int Count { get; private set; }

        /// <summary>When it is to be done, seconds since 1970 UTC; NaN for at once.</summary>
        public double UnixS { get; private set; }

        /// <summary>A message, valid until the next packet is read.</summary>
        public OscMessage this[int index]
        {
            get
            {
                if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException("index");
                return messages[index];
            }
        }

        /// <summary>Reads a datagram. Null where it's a packet; otherwise what's wrong with it, in a line, and no
        /// messages.</summary>
        public string Read(byte[] data, int length)
        {
            Count = 0;
            UnixS = double.NaN;
            if (length > MaxBytes) return "it has too many bytes";
            var wrong = Element(data, 0, length, 0);
            if (wrong != null) Count = 0;
            else if (IsBundle(data, 0, length)) UnixS = UnixTime(data);
            return wrong;
        }

        private string Element(byte[] data, int start, int end, int depth)
        {
            if (!IsBundle(data, start, end)) return MessageAt(data, start, end);
            if (depth == MaxDepth) return "its bundles are nested too deep";
            if (end - start < BundleHeadBytes) return "it ends before its time tag does";
            for (var at = start + BundleHeadBytes; at < end;)
            {
                if (end - at < 4) return "a size is cut off";
                var size = BigEndian.Int32(data, at);
                at += 4;
                if (size <= 0 || size % 4 != 0 || size > end - at) return "an element's size is impossible";
                var wrong = Element(data, at, at + size, depth + 1);
                if (wrong != null) return wrong;
                at += size;
            }
            return null;
        }

        private string MessageAt(byte[] data, int start, int end)
        {
            if ((end - start) % 4 != 0 || end == start || data[start] != '/') return "it is neither message nor bundle";
            if (Count == MaxMessages) return "it holds too many messages";
            if (Count == messages.Count) messages.Add(new OscMessage());
            var message = messages[Count];
            var at = start;
            string address;
            if (!TryText(data, ref at, end, out address)) return "its address is cut off or no UTF-8";
            message.Begin(address);
            if (at < end)
            {
                // Old senders leave the type tags out where there are no arguments.
                var tags = at;
                if (!SkipText(data, ref at, end)) return "its type tags are cut off";
                if (data[tags] != ',') return "it doesn't say what its arguments are";
                for (tags++; data[tags] != 0; tags++)
                {
                    if (message.Count == OscMessage.MaxArguments) return "it has too many arguments";
                    var wrong = Argument(message, (char)data[tags], data, ref at, end);
                    if (wrong != null) return wrong;
                }
                if (at != end) return "it is longer than its arguments";
            }
            Count++;
            return null;
        }

        private string Argument(OscMessage message, char tag, byte[] data, ref int at, int end)
        {
            var bytes = tag == 'i' || tag == 'f' ? 4 : tag == 'h' || tag == 'd' ? 8 : 0;
            if (bytes > end - at) return "an argument is cut off";
            switch (tag)
            {
                case 'i':
                    message.Add(tag, BigEndian.Int32(data, at), BigEndian.Int32(data, at), null);
                    break;
                case 'h':
                    message.Add(tag, BigEndian.Int64(data, at), BigEndian.Int64(data, at), null);
                    break;
                case 'f':
                    message.Add(tag, BigEndian.Float32(data, at), 0, null);
                    break;
                case 'd':
                    message.Add(tag, BigEndian.Float64(data, at), 0, null);
                    break;
                case 's':
                    string text;
                    if (!TryText(data, ref at, end, out text)) return "a text is cut off or no UTF-8";
                    message.Add(tag, 0.0, 0, text);
                    break;
                case 'T':
                case 'I':
                    message.Add(tag, 1.0, 1, null);
                    break;
                case 'F':
                case 'N':
                    message.Add(tag, 0.0, 0, null);
                    break;
                default:
                    return "an argument is of an unknown type";
            }
            at += bytes;
            return null;
        }

        private bool TryText(byte[] data, ref int at, int end, out string text)
        {
            var start = at;
            text = null;
            if (!SkipText(data, ref at, end)) return false;
            var length = 0;
            var isAscii = true;
            for (; data[start + length] != 0; length++) isAscii &= data[start + length] < 128;
            if (isAscii)
            {
                text = names.Find(data, start, length);
                return true;
            }
            try
            {
                text = Utf8.GetString(data, start, length);
                return true;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        /// <summary>Texts end with one to four zeros, so that what follows begins at a multiple of four.</summary>
        private static bool SkipText(byte[] data, ref int at, int end)
        {
            var zero = at;
            while (zero < end && data[zero] != 0) zero++;
            if (zero == end) return false;
            var next = at + (zero - at) / 4 * 4 + 4;
            if (next > end) return false;
            at = next;
            return true;
        }

        private static bool IsBundle(byte[] data, int start, int end)
        {
            if (end - start < Bundle.Length) return false;
            for (var index = 0; index < Bundle.Length; index++)
                if (data[start + index] != Bundle[index]) return false;
            return true;
        }

        private static double UnixTime(byte[] data)
        {
            // RFC 5905: 32 bits of seconds since 1900, 32 bits of their fraction; 1 stands for at once.
            var tag = (ulong)BigEndian.Int64(data, Bundle.Length);
            return tag == Immediately ? double.NaN : (tag >> 32) - UnixOfNtpS + (uint)tag / 4294967296.0;
        }
    }
}
