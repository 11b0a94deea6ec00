using System;

namespace Sonorama.Core
{
    /// <summary>
    /// How far a server's clock is ahead: each exchange bounds the offset from both sides, and it lies where the bounds
    /// of the last ones overlap, each loosened with age. Safe for several threads.
    /// </summary>
    public sealed class ClockSync
    {
        /// <summary>How many exchanges count.</summary>
        public const int Remembered = 24;

        /// <summary>So many exchanges, quickly one after another, tell the offset well enough to begin.</summary>
        public const int FirstPings = 8;

        /// <summary>By how many seconds a second two clocks may drift apart: the crystals of sound cards are no
        /// better.</summary>
        public const double Drift = 100e-6;

        private const double ResolutionS = 1e-6;

        // Offsets that are so much further apart than they can be are no drift.
        private const double JumpS = 0.001;

        private readonly ClockExchange[] exchanges = new ClockExchange[Remembered];
        private int count;
        private int next;

        /// <summary>Take an exchange in; one that can't have happened is ignored. One that can't be true together with
        /// what is known tells that a clock was set, or stood still while a machine slept: what was known is
        /// forgotten.</summary>
        public void Add(ClockExchange exchange)
        {
            // NaN and infinities fail these, too.
            var possible = exchange.ClientReceivedS >= exchange.ClientSentS
                && exchange.ServerSentS >= exchange.ServerReceivedS
                && exchange.DelayS >= -ResolutionS
                && Math.Abs(exchange.OffsetS) < 1e13
                && exchange.DelayS < 1e13;
            if (!possible) return;
            lock (exchanges)
            {
                if (Contradicts(exchange)) Clear();
                exchanges[next] = exchange;
                next = (next + 1) % Remembered;
                count = Math.Min(count + 1, Remembered);
            }
        }

        /// <summary>Forget everything: for a new session.</summary>
        public void Clear()
        {
            lock (exchanges) count = next = 0;
        }

        /// <summary>
        /// The best estimate at this client time; false before the first exchange.
        /// </summary>
        /// <param name="nowS">The client's time in seconds.</param>
        /// <param name="offsetS">Server time less client time.</param>
        /// <param name="errorS">The offset is wrong by no more, however unequal the two ways.</param>
        /// <param name="delayS">There and back, of the quickest exchange.</param>
        public bool TryEstimate(double nowS, out double offsetS, out double errorS, out double delayS)
        {
            offsetS = delayS = 0.0;
            errorS = double.PositiveInfinity;
            lock (exchanges)
            {
                if (count == 0) return false;
                double leastS = double.NegativeInfinity, mostS = double.PositiveInfinity;
                delayS = double.PositiveInfinity;
                for (var index = 0; index < count; index++)
                {
                    double ownLeastS, ownMostS;
                    Bounds(exchanges[index], nowS, out ownLeastS, out ownMostS);
                    leastS = Math.Max(leastS, ownLeastS);
                    mostS = Math.Min(mostS, ownMostS);
                    delayS = Math.Min(delayS, exchanges[index].DelayS);
                }
                offsetS = (leastS + mostS) / 2.0;
                errorS = Math.Max((mostS - leastS) / 2.0, 0.0) + ResolutionS;
                delayS = Math.Max(delayS, 0.0);
                return true;
            }
        }

        private bool Contradicts(ClockExchange exchange)
        {
            double offsetS, errorS, delayS, leastS, mostS;
            if (!TryEstimate(exchange.ClientReceivedS, out offsetS, out errorS, out delayS)) return false;
            Bounds(exchange, exchange.ClientReceivedS, out leastS, out mostS);
            return Math.Max(leastS - (offsetS + errorS), offsetS - errorS - mostS) > JumpS;
        }

        // The least and the most that the offset can be, by one exchange.
        private static void Bounds(ClockExchange exchange, double nowS, out double leastS, out double mostS)
        {
            var driftS = Drift * Math.Max(nowS - exchange.ClientReceivedS, 0.0);
            leastS = exchange.ServerSentS - exchange.ClientReceivedS - driftS;
            mostS = exchange.ServerReceivedS - exchange.ClientSentS + driftS;
        }
    }
}
