using System;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>One clip that comes in chunks: put together in order, and checked.</summary>
    internal sealed class ClipAssembly
    {
        private readonly ClipBegin begin;
        private byte[] bytes;
        private int length;
        private uint sequence;

        /// <exception cref="ClipException">It's larger than may be.</exception>
        internal ClipAssembly(ClipBegin begin, int maxBytes)
        {
            if (begin.SizeBytes > maxBytes)
                throw new ClipException(string.Format("the clip has {0} bytes, more than {1}", begin.SizeBytes, maxBytes));
            this.begin = begin;
            // A server that announces much and sends little costs little.
            bytes = new byte[(int)Math.Min(begin.SizeBytes, 1024 * 1024)];
        }

        /// <summary>Takes the next chunk in.</summary>
        /// <exception cref="ClipException">It isn't the next one, or there's more than was announced.</exception>
        internal void Take(ref BinaryFrame frame)
        {
            if (frame.Sequence != sequence || frame.Position != (ulong)length)
                throw new ClipException("a chunk of the clip is missing", true);
            var count = frame.Payload.Count;
            if (count > begin.SizeBytes - length) throw new ClipException("the clip is longer than announced", true);
            if (length + count > bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(begin.SizeBytes, Math.Max(2L * bytes.Length, length + count)));
            Buffer.BlockCopy(frame.Payload.Array, frame.Payload.Offset, bytes, length, count);
            length += count;
            sequence++;
        }

        /// <summary>The whole clip.</summary>
        /// <exception cref="ClipException">Bytes are missing, or aren't those that were sent or asked for.</exception>
        internal byte[] Whole(ClipEnd end, string sha256)
        {
            if (length != begin.SizeBytes) throw new ClipException("the clip ended early", true);
            var hash = ContentHash.Of(bytes, 0, length);
            if (hash != end.Sha256 || hash != sha256) throw new ClipException("the clip doesn't have its hash", true);
            return bytes;
        }
    }
}
