using System;

namespace Sonorama.Core
{
    /// <summary>Big-endian numbers in byte arrays, as OSC has them, whatever the machine.</summary>
    internal static class BigEndian
    {
        internal static int Int32(byte[] data, int at)
        {
            return data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
        }

        internal static long Int64(byte[] data, int at)
        {
            return (long)Int32(data, at) << 32 | (uint)Int32(data, at + 4);
        }

        internal static float Float32(byte[] data, int at)
        {
            return LittleEndian.Float32FromBits((uint)Int32(data, at));
        }

        internal static double Float64(byte[] data, int at)
        {
            return BitConverter.Int64BitsToDouble(Int64(data, at));
        }

        internal static void Write(byte[] data, int at, ulong value, int bytes)
        {
            for (var index = 0; index < bytes; index++) data[at + index] = (byte)(value >> (8 * (bytes - 1 - index)));
        }
    }
}
