using System;

namespace Sonorama.Core
{
    /// <summary>
    /// How much faster or slower to read, so that a store neither runs dry nor over when the server's clock and the sound
    /// card's differ. Within a wide range nothing is done, so that samples come out as they came in.
    /// </summary>
    internal sealed class DriftControl
    {
        // By so much the store's average must be off before anything is done, and to so much it's brought back.
        private const double Off = 0.6;
        private const double Near = 0.1;

        // Three cents: no ear hears it, and it outruns every clock's drift.
        private const double Correction = 0.0017;
        private const double Smoothing = 0.02;

        private double average;
        private bool isCorrecting;

        /// <summary>Playing begins with so many samples in store.</summary>
        internal void Begin(int stored)
        {
            average = stored;
            isCorrecting = false;
        }

        /// <summary>The factor on the reading speed: 1, or a little more or less.</summary>
        /// <param name="stored">Samples in store.</param>
        /// <param name="wanted">How many there should be.</param>
        internal double Pace(int stored, int wanted)
        {
            average += Smoothing * (stored - average);
            var deviation = (average - wanted) / wanted;
            if (Math.Abs(deviation) > Off) isCorrecting = true;
            else if (Math.Abs(deviation) < Near) isCorrecting = false;
            return isCorrecting ? 1.0 + Math.Sign(deviation) * Correction : 1.0;
        }
    }
}
