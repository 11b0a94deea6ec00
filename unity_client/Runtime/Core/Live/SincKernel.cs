using System;

namespace Sonorama.Core
{
    /// <summary>
    /// The weights that read a sampled signal between its samples: a sinc in a Kaiser window (Smith, Digital Audio
    /// Resampling, 2002), so that what lies below 18 kHz at 48 kHz comes out right to 74 dB.
    /// </summary>
    internal static class SincKernel
    {
        /// <summary>How many samples have a weight: half of them up to the place, half of them behind it.</summary>
        internal const int Taps = 32;

        private const int Phases = 512;
        private const double Beta = 8.0;

        private static readonly float[] Table = NewTable();

        /// <summary>Where the row for a place between two samples begins, and how far it is on the way to the next
        /// row.</summary>
        /// <param name="part">Of the way from one sample to the next, 0 to 1.</param>
        internal static int Row(double part, out float fraction)
        {
            var fine = part * Phases;
            var phase = (int)fine;
            fraction = (float)(fine - phase);
            return phase * Taps;
        }

        /// <summary>The weight of the sample that is tap − Taps / 2 + 1 samples from the one before the place.</summary>
        internal static float Weight(int row, float fraction, int tap)
        {
            var weight = Table[row + tap];
            return weight + fraction * (Table[row + Taps + tap] - weight);
        }

        private static float[] NewTable()
        {
            // One row more, and one beyond it for a part that was rounded up to 1.
            var table = new float[(Phases + 2) * Taps];
            for (var phase = 0; phase <= Phases + 1; phase++)
            {
                var sum = 0.0;
                for (var tap = 0; tap < Taps; tap++)
                {
                    var x = tap - (Taps / 2 - 1) - (double)phase / Phases;
                    var weight = Sinc(x) * Kaiser(x / (Taps / 2.0));
                    table[phase * Taps + tap] = (float)weight;
                    sum += weight;
                }
                // What stands still stays as it is.
                for (var tap = 0; tap < Taps; tap++) table[phase * Taps + tap] /= (float)sum;
            }
            return table;
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
