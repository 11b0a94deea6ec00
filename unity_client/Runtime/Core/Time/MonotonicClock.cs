using System.Diagnostics;

namespace Sonorama.Core
{
    /// <summary>The client's own steady clock: seconds since it was first asked, never set back.</summary>
    public static class MonotonicClock
    {
        private static readonly long Start = Stopwatch.GetTimestamp();

        /// <summary>Seconds.</summary>
        public static double NowS
        {
            get { return (Stopwatch.GetTimestamp() - Start) / (double)Stopwatch.Frequency; }
        }
    }
}
