using System;

namespace Sonorama.Core
{
    /// <summary>
    /// Where a clip that plays is, by the clock of the sound card, and how fast to play it so that it stays where the
    /// server's clock says: the two differ by some 100 parts in a million, and what a network tells of the server's clock
    /// is never exact.
    /// </summary>
    public sealed class Playhead
    {
        // What is late is made good in so many seconds or so, by three cents at most, which no ear hears.
        private const double CatchUpS = 20.0;
        private const double LargestCorrection = 0.0017;

        // What of that is needed for good is learnt: crystals differ by less.
        private const double LargestDrift = 200e-6;

        // Of what an estimate of the clock says each time, a fifth is believed.
        private const double Smoothing = 0.2;

        private double beganS;
        private double clipS;
        private double loopS;
        private double pace;
        private double lateS;
        private double drift;

        /// <summary>A clip begins.</summary>
        /// <param name="cardS">The sound card's time at which it is,</param>
        /// <param name="clipTimeS">so many seconds after its beginning.</param>
        /// <param name="durationS">How long one round of it is; infinite for a clip that doesn't loop.</param>
        public void Begin(double cardS, double clipTimeS, double durationS)
        {
            beganS = cardS;
            clipS = clipTimeS;
            loopS = durationS;
            pace = 1.0;
            lateS = drift = 0.0;
        }

        /// <summary>The factor on its speed from now on; to be asked about once a second.</summary>
        /// <param name="cardS">The sound card's time.</param>
        /// <param name="wantedS">Where the clip should be.</param>
        public double Correct(double cardS, double wantedS)
        {
            var sinceS = cardS - beganS;
            clipS += sinceS * pace;
            beganS = cardS;
            var apartS = wantedS - clipS;
            // Round a loop, the short way.
            if (!double.IsInfinity(loopS)) apartS -= loopS * Math.Round(apartS / loopS);
            lateS += Smoothing * (apartS - lateS);
            drift = Clamp(drift + sinceS * lateS / (4.0 * CatchUpS * CatchUpS), LargestDrift);
            pace = 1.0 + Clamp(lateS / CatchUpS + drift, LargestCorrection);
            return pace;
        }

        private static double Clamp(double value, double most)
        {
            return Math.Min(most, Math.Max(-most, value));
        }
    }
}
