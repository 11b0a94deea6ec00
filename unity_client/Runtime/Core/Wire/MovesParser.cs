namespace Sonorama.Core
{
    /// <summary>
    /// Reads the text of source_moved, which comes 60 times a second, straight from its bytes and without allocating,
    /// if it's written as servers write it: known fields in their order, no white space, no escapes. Whatever is
    /// written otherwise is for <see cref="Protocol.MessageReader"/>.
    /// </summary>
    internal sealed class MovesParser
    {
        private static readonly byte[] Head = Ascii("{\"type\":\"source_moved\",\"seq\":");
        private static readonly byte[] Scene = Ascii(",\"scene_id\":\"");
        private static readonly byte[] At = Ascii("\",\"at_s\":");
        private static readonly byte[] Moves = Ascii(",\"moves\":[");
        private static readonly byte[] Source = Ascii("{\"source_id\":\"");
        private static readonly byte[] Azimuth = Ascii("\",\"azimuth_deg\":");
        private static readonly byte[] Elevation = Ascii(",\"elevation_deg\":");
        private static readonly byte[] Distance = Ascii(",\"distance_m\":");

        // 10^22 is the largest power of ten that a double holds exactly.
        private static readonly double[] Powers = MakePowers(23);

        private readonly KnownNames names;
        private byte[] bytes;
        private int at;
        private int end;

        internal MovesParser(KnownNames names)
        {
            this.names = names;
        }

        /// <summary>Reads a frame; false, and nothing of use in moves, where it isn't source_moved as servers write
        /// it.</summary>
        internal bool TryRead(byte[] frame, int length, SourceMoves moves)
        {
            bytes = frame;
            at = 0;
            end = length;
            string sceneId, sourceId;
            double seq, atS, azimuthDeg, elevationDeg, distanceM;
            if (!Skip(Head) || !Number(out seq) || !(seq >= 1.0 && seq <= Protocol.MessageReader.MaxSeq)) return false;
            if (seq != (long)seq || !Skip(Scene) || !Name(out sceneId)) return false;
            if (!Skip(At) || !Number(out atS) || !Skip(Moves)) return false;
            moves.Seq = (long)seq;
            moves.Begin(sceneId);
            do
            {
                if (!Skip(Source) || !Name(out sourceId) || !Skip(Azimuth) || !Number(out azimuthDeg)) return false;
                if (!Skip(Elevation) || !Number(out elevationDeg) || !Skip(Distance)) return false;
                if (!Number(out distanceM) || !Skip('}')) return false;
                moves.Add(sourceId, azimuthDeg, elevationDeg, distanceM);
            }
            while (Skip(','));
            return Skip(']') && Skip('}') && at == end;
        }

        private bool Skip(char sign)
        {
            if (at >= end || bytes[at] != sign) return false;
            at++;
            return true;
        }

        private bool Skip(byte[] text)
        {
            if (end - at < text.Length) return false;
            for (var index = 0; index < text.Length; index++)
                if (bytes[at + index] != text[index]) return false;
            at += text.Length;
            return true;
        }

        private bool Name(out string name)
        {
            var start = at;
            while (at < end && bytes[at] != '"')
            {
                if (bytes[at] == '\\' || bytes[at] < ' ' || bytes[at] > '~')
                {
                    name = null;
                    return false;
                }
                at++;
            }
            name = at == start || at == end ? null : names.Find(bytes, start, at - start);
            return name != null;
        }

        /// <summary>A JSON number, right to within two units of the last place of a double.</summary>
        private bool Number(out double value)
        {
            value = 0.0;
            var negative = Skip('-');
            var digits = 0L;
            int exponent = 0, kept = 0, start = at;
            for (; at < end && IsDigit(bytes[at]); at++) Keep(bytes[at], ref digits, ref kept, ref exponent, false);
            if (at == start || at - start > 1 && bytes[start] == '0') return false;
            if (Skip('.'))
            {
                start = at;
                for (; at < end && IsDigit(bytes[at]); at++) Keep(bytes[at], ref digits, ref kept, ref exponent, true);
                if (at == start) return false;
            }
            if (Skip('e') || Skip('E'))
            {
                var less = Skip('-');
                if (!less) Skip('+');
                var power = 0;
                start = at;
                for (; at < end && IsDigit(bytes[at]) && at - start < 4; at++) power = power * 10 + (bytes[at] - '0');
                if (at == start || at < end && IsDigit(bytes[at])) return false;
                exponent += less ? -power : power;
            }
            value = digits;
            if (exponent > 0 && digits != 0)
            {
                if (exponent > 22) return false;
                value *= Powers[exponent];
            }
            for (; exponent < 0 && digits != 0; exponent += 22) value /= Powers[exponent < -22 ? 22 : -exponent];
            if (negative) value = -value;
            return true;
        }

        private static void Keep(byte digit, ref long digits, ref int kept, ref int exponent, bool isFraction)
        {
            if (kept < 18)
            {
                digits = digits * 10 + (digit - '0');
                if (digits != 0) kept++;
                if (isFraction) exponent--;
            }
            else if (!isFraction)
            {
                exponent++;
            }
        }

        private static bool IsDigit(byte sign)
        {
            return sign >= '0' && sign <= '9';
        }

        private static byte[] Ascii(string text)
        {
            return System.Text.Encoding.ASCII.GetBytes(text);
        }

        private static double[] MakePowers(int count)
        {
            var powers = new double[count];
            powers[0] = 1.0;
            for (var index = 1; index < count; index++) powers[index] = powers[index - 1] * 10.0;
            return powers;
        }
    }
}
