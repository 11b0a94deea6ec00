namespace Sonorama.Core
{
    /// <summary>When to send the next clock_ping: quickly at first, so that the clock is right early, then twice a
    /// heartbeat.</summary>
    internal sealed class Heartbeat
    {
        private const double EarlyS = 0.25;

        private int sent;
        private double lastS;

        internal void Begin(double nowS)
        {
            sent = 1;
            lastS = nowS;
        }

        internal bool IsDue(double nowS, double heartbeatS)
        {
            var waitS = heartbeatS / 2.0;
            if (sent < ClockSync.FirstPings && EarlyS < waitS) waitS = EarlyS;
            if (nowS - lastS < waitS) return false;
            sent++;
            lastS = nowS;
            return true;
        }
    }
}
