using System;

namespace Sonorama.Core
{
    /// <summary>
    /// How far a server's clock is ahead, by the clock filter of RFC 5905, section 10: of the last eight exchanges the
    /// one with the smallest error bound counts, each bound growing with age. Safe for several threads.
    /// </summary>
    public sealed class ClockSync
    {
        /// <summary>How many exchanges are remembered (NSTAGE).</summary>
        public const int Stages = 8;

        /// <summary>By how many seconds a second two clocks may drift apart (PHI).</summary>
        public const double Drift = 15e-6;

        private const double ResolutionS = 1e-6;

        // Offsets that are so much further apart than they can be are no drift.
        private const double JumpS = 0.001;

        private readonly ClockExchange[] exchanges = new ClockExchange[Stages];
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
                next = (next + 1) % Stages;
                count = Math.Min(count + 1, Stages);
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
        /// <param name="delayS">There and back, of the exchange that the offset is from.</param>
        public bool TryEstimate(double nowS, out double offsetS, out double errorS, out double delayS)
        {
            offsetS = delayS = 0.0;
            errorS = double.PositiveInfinity;
            lock (exchanges)
            {
                for (var index = 0; index < count; index++)
                {
                    // The oldest first: of equal ones it counts.
                    var exchange = exchanges[(next - count + index + Stages) % Stages];
                    var boundS = ErrorS(exchange, nowS);
                    if (boundS >= errorS) continue;
                    errorS = boundS;
                    offsetS = exchange.OffsetS;
                    delayS = Math.Max(exchange.DelayS, 0.0);
                }
                return count > 0;
            }
        }

        private bool Contradicts(ClockExchange exchange)
        {
            double offsetS, errorS, delayS;
            var nowS = exchange.ClientReceivedS;
            if (!TryEstimate(nowS, out offsetS, out errorS, out delayS)) return false;
            return Math.Abs(exchange.OffsetS - offsetS) > ErrorS(exchange, nowS) + errorS + JumpS;
        }

        private static double ErrorS(ClockExchange exchange, double nowS)
        {
            var ageS = Math.Max(nowS - exchange.ClientReceivedS, 0.0);
            return Math.Max(exchange.DelayS, 0.0) / 2.0 + Drift * ageS + ResolutionS;
        }
    }
}
