namespace Sonorama.Core
{
    /// <summary>Reads WAV files (RIFF, EBU Tech 3285) of 16 or 24 bit integers or 32 bit floats.</summary>
    public static class WavReader
    {
        private const int Pcm = 1;
        private const int Float = 3;
        private const int Extensible = 0xFFFE;
        private const uint Riff = 0x46464952;
        private const uint Wave = 0x45564157;
        private const uint Format = 0x20746D66;
        private const uint Data = 0x61746164;

        /// <summary>The samples of a file, channels interleaved, full scale 1.</summary>
        /// <exception cref="ClipException">It is no such file, or is cut off.</exception>
        public static ClipSound Read(byte[] file, int length)
        {
            if (length < 12 || LittleEndian.UInt32(file, 0) != Riff || LittleEndian.UInt32(file, 8) != Wave)
                throw new ClipException("the clip is no WAV file");
            int kind = 0, channels = 0, rateHz = 0, bits = 0;
            for (var at = 12; at + 8 <= length;)
            {
                var name = LittleEndian.UInt32(file, at);
                var size = LittleEndian.UInt32(file, at + 4);
                at += 8;
                if (size > length - at) throw new ClipException("the clip's WAV file is cut off");
                if (name == Format && size >= 16)
                {
                    kind = LittleEndian.UInt16(file, at);
                    channels = LittleEndian.UInt16(file, at + 2);
                    rateHz = (int)LittleEndian.UInt32(file, at + 4);
                    bits = LittleEndian.UInt16(file, at + 14);
                    // The first two bytes of the sub-format are the kind that would stand there otherwise.
                    if (kind == Extensible && size >= 26) kind = LittleEndian.UInt16(file, at + 24);
                }
                else if (name == Data)
                {
                    return Sound(file, at, (int)size, kind, channels, rateHz, bits);
                }
                // Chunks begin at even places.
                at += (int)size + (int)(size & 1);
            }
            throw new ClipException("the clip's WAV file holds no sound");
        }

        private static ClipSound Sound(byte[] file, int at, int size, int kind, int channels, int rateHz, int bits)
        {
            if (channels < 1 || channels > 64 || rateHz < 8000 || rateHz > 192000)
                throw new ClipException("the clip's WAV file has an impossible format");
            var isKnown = kind == Pcm && (bits == 16 || bits == 24) || kind == Float && bits == 32;
            if (!isKnown) throw new ClipException(string.Format("WAV files of kind {0} with {1} bits aren't read", kind, bits));
            var sampleBytes = bits / 8;
            var samples = new float[size / (sampleBytes * channels) * channels];
            if (bits == 16) Int16(file, at, samples, 0, samples.Length);
            else if (bits == 24) Int24(file, at, samples);
            else Float32(file, at, samples, 0, samples.Length);
            return new ClipSound(samples, channels, rateHz);
        }

        internal static void Int16(byte[] file, int at, float[] samples, int start, int count)
        {
            for (var index = 0; index < count; index++, at += 2)
                samples[start + index] = (short)(file[at] | file[at + 1] << 8) * (1.0f / 32768.0f);
        }

        internal static void Float32(byte[] file, int at, float[] samples, int start, int count)
        {
            for (var index = 0; index < count; index++, at += 4)
            {
                var sample = LittleEndian.Float32(file, at);
                // An engine that is handed NaN falls silent for good.
                samples[start + index] = float.IsNaN(sample) || float.IsInfinity(sample) ? 0.0f : sample;
            }
        }

        private static void Int24(byte[] file, int at, float[] samples)
        {
            for (var index = 0; index < samples.Length; index++, at += 3)
                samples[index] = (file[at] << 8 | file[at + 1] << 16 | file[at + 2] << 24) * (1.0f / 2147483648.0f);
        }
    }
}
