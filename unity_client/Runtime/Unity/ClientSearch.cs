using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>The client that a component belongs to; another one where that was destroyed, as it is when another Unity
    /// scene is loaded around a rig that stays.</summary>
    internal struct ClientSearch
    {
        private const double EveryS = 1.0;

        private double searchAtS;

        /// <summary>Whether there is one, found now if it has to be and may be.</summary>
        internal bool Find(ref SonoramaClient client)
        {
            if (client != null) return true;
            var nowS = Time.unscaledTimeAsDouble;
            if (nowS < searchAtS) return false;
            searchAtS = nowS + EveryS;
            client = Object.FindAnyObjectByType<SonoramaClient>();
            return client != null;
        }
    }
}
