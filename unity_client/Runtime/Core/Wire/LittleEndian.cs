using System;
using System.Runtime.InteropServices;

namespace Sonorama.Core
{
    /// <summary>Little-endian numbers in byte arrays, whatever the machine.</summary>
    internal static class LittleEndian
    {
        internal static int UInt16(byte[] data, int at)
        {
            return data[at] | data[at + 1] << 8;
        }

        internal static uint UInt32(byte[] data, int at)
        {
            return (uint)(data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24);
        }

        internal static ulong UInt64(byte[] data, int at)
        {
            return UInt32(data, at) | (ulong)UInt32(data, at + 4) << 32;
        }

        internal static double Float64(byte[] data, int at)
        {
            return BitConverter.Int64BitsToDouble((long)UInt64(data, at));
        }

        internal static float Float32(byte[] data, int at)
        {
            return Float32FromBits(UInt32(data, at));
        }

        internal static float Float32FromBits(uint bits)
        {
            return new Bits { Integer = bits }.Number;
        }

        internal static uint Float32Bits(float value)
        {
            return new Bits { Number = value }.Integer;
        }

        internal static void Write(byte[] data, int at, ulong value, int bytes)
        {
            for (var index = 0; index < bytes; index++) data[at + index] = (byte)(value >> (8 * index));
        }

        // BitConverter has no float of an integer's bits in .NET Standard 2.0.
        [StructLayout(LayoutKind.Explicit)]
        private struct Bits
        {
            [FieldOffset(0)] internal uint Integer;
            [FieldOffset(0)] internal float Number;
        }
    }
}
