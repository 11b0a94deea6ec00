using System;

namespace Sonorama.Unity
{
    /// <summary>
    /// Stereo from one sample rate to another while it comes: a windowed sinc (Smith, Digital Audio Resampling, 2002)
    /// with a Kaiser window. Flat within 0.1 dB and clean to 80 dB up to 20 kHz, between 44.1 and 48 kHz. Delays by half
    /// its length. For one thread; allocates nothing once it is made.
    /// </summary>
    internal sealed class SincResampler
    {
        private const int Channels = 2;
        private const int Taps = 64;
        private const int Phases = 512;
        private const double Beta = 8.0;
        private const int BlockFrames = 256;

        private readonly Action<float[], int> read;
        private readonly double step;
        private readonly float[] table = new float[(Phases + 1) * Taps];
        private readonly float[] history = new float[(Taps + BlockFrames) * Channels];
        private readonly float[] block = new float[BlockFrames * Channels];
        private int stored;
        private double at;

        /// <param name="read">Fills a block of interleaved stereo at the first rate.</param>
        internal SincResampler(Action<float[], int> read, int fromHz, int toHz)
        {
            this.read = read;
            step = (double)fromHz / toHz;
            // Half of the transition lies below the lower rate's Nyquist frequency, half above.
            var cutoff = Math.Min(1.0, (double)toHz / fromHz);
            for (var phase = 0; phase <= Phases; phase++) FillPhase(phase, cutoff);
            stored = Taps;
        }

        /// <summary>Fills a buffer of interleaved channels; beyond two they are silent, one has both mixed.</summary>
        internal void Read(float[] into, int channels)
        {
            var frames = into.Length / channels;
            for (var frame = 0; frame < frames; frame++)
            {
                while ((int)at + Taps > stored) Refill();
                Put(into, frame * channels, channels);
                at += step;
            }
        }

        private void Refill()
        {
            // What is behind the window is over.
            var over = (int)at;
            Array.Copy(history, over * Channels, history, 0, (stored - over) * Channels);
            at -= over;
            stored -= over;
            read(block, Channels);
            Array.Copy(block, 0, history, stored * Channels, block.Length);
            stored += BlockFrames;
        }

        private void Put(float[] into, int to, int channels)
        {
            var first = (int)at;
            var fine = (at - first) * Phases;
            var phase = (int)fine;
            var part = (float)(fine - phase);
            int one = phase * Taps, other = one + Taps;
            float left = 0.0f, right = 0.0f;
            for (var tap = 0; tap < Taps; tap++)
            {
                var weight = table[one + tap] + part * (table[other + tap] - table[one + tap]);
                left += weight * history[(first + tap) * Channels];
                right += weight * history[(first + tap) * Channels + 1];
            }
            if (channels == 1)
            {
                into[to] = 0.5f * (left + right);
                return;
            }
            into[to] = left;
            into[to + 1] = right;
            for (var channel = 2; channel < channels; channel++) into[to + channel] = 0.0f;
        }

        private void FillPhase(int phase, double cutoff)
        {
            var sum = 0.0;
            for (var tap = 0; tap < Taps; tap++)
            {
                var x = tap - (Taps / 2 - 1) - (double)phase / Phases;
                var weight = Sinc(x * cutoff) * Kaiser(x / (Taps / 2.0));
                table[phase * Taps + tap] = (float)weight;
                sum += weight;
            }
            for (var tap = 0; tap < Taps; tap++) table[phase * Taps + tap] /= (float)sum;
        }

        private static double Sinc(double x)
        {
            return Math.Abs(x) < 1e-9 ? 1.0 : Math.Sin(Math.PI * x) / (Math.PI * x);
        }

        private static double Kaiser(double x)
        {
            return Math.Abs(x) >= 1.0 ? 0.0 : Bessel(Beta * Math.Sqrt(1.0 - x * x)) / Bessel(Beta);
        }

        /// <summary>Modified, of the first kind and order 0, by its series.</summary>
        private static double Bessel(double x)
        {
            double sum = 1.0, term = 1.0;
            for (var k = 1; term > 1e-12 * sum; k++)
            {
                term *= x * x / (4.0 * k * k);
                sum += term;
            }
            return sum;
        }
    }
}
