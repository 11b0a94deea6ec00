using System.Threading;

namespace Sonorama.Core
{
    /// <summary>Whether the server of one connection still gives signs of life.</summary>
    internal sealed class Vigil
    {
        private const int SilentHeartbeats = 3;

        private readonly ClientSession session;
        private readonly double welcomeByS;
        private double heardS;

        /// <param name="welcomeByS">Until when the server must have said welcome, by the client's clock.</param>
        internal Vigil(ClientSession session, double welcomeByS)
        {
            this.session = session;
            this.welcomeByS = welcomeByS;
            heardS = MonotonicClock.NowS;
        }

        /// <summary>Something came from the server.</summary>
        internal void Heard()
        {
            Volatile.Write(ref heardS, MonotonicClock.NowS);
        }

        /// <summary>Why to give the connection up; null where nothing is wrong.</summary>
        internal string Trouble(double nowS)
        {
            double heartbeatS;
            lock (session)
            {
                if (session.Welcome == null) return nowS > welcomeByS ? "the server didn't answer in time" : null;
                heartbeatS = session.Welcome.HeartbeatS;
            }
            return nowS - Volatile.Read(ref heardS) > SilentHeartbeats * heartbeatS ? "the server fell silent" : null;
        }
    }
}
