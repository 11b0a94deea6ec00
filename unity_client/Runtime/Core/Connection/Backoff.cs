using System;

namespace Sonorama.Core
{
    /// <summary>How long to wait before the next attempt: twice as long each time, each varied by a random fifth, so
    /// that the clients of a server that was restarted don't all come back at once.</summary>
    internal sealed class Backoff
    {
        private readonly Random random = new Random();
        private readonly double firstS;
        private readonly double longestS;
        private double nextS;

        internal Backoff(double firstS, double longestS)
        {
            this.firstS = firstS;
            this.longestS = longestS;
            nextS = firstS;
        }

        /// <summary>An attempt succeeded.</summary>
        internal void Reset()
        {
            nextS = firstS;
        }

        /// <summary>Seconds to wait now.</summary>
        internal double Next()
        {
            var waitS = nextS * (0.8 + 0.4 * random.NextDouble());
            nextS = Math.Min(2.0 * nextS, longestS);
            return waitS;
        }
    }
}
