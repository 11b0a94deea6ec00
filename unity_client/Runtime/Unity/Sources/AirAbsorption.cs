using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>What air takes from the treble of distant sources.</summary>
    public static class AirAbsorption
    {
        // Of ISO 9613-1:1993 at 20 °C, 50 % humidity and sea level, over 1 to 20 kHz: 0.0336 dB/m at 4 kHz, growing with
        // the frequency to the power of 1.654. The standard's own 3 dB points lie within 10 % from 5 to 500 m.
        private const float DbPerMAt4KHz = 0.0336f;
        private const float Power = 1.654f;

        /// <summary>The highest frequency of Unity's low-pass filter: nothing is lost.</summary>
        public const float OpenHz = 22000.0f;

        /// <summary>Where a tone has lost 3 dB on its way, Hz.</summary>
        public static float CutoffHz(float distanceM)
        {
            var cutoffHz = 4000.0f * Mathf.Pow(3.0f / (DbPerMAt4KHz * Mathf.Max(distanceM, 0.1f)), 1.0f / Power);
            return Mathf.Min(cutoffHz, OpenHz);
        }
    }
}
