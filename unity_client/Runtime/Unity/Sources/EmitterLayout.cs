using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// How many AudioSources stand for a source, and where: one for what is narrow, several side by side for what is
    /// wide, a ring around the listener for ambience. Each plays another part of the clip, so that they don't melt into
    /// one in the middle, and has its share of the power.
    /// </summary>
    public static class EmitterLayout
    {
        /// <summary>So far from the listener stand those of ambience; their level doesn't depend on it. Metres.</summary>
        public const float AmbienceRadiusM = 10.0f;

        private const int OfAmbience = 4;
        private const double NarrowDeg = 20.0;
        private const double WideDeg = 80.0;

        /// <summary>How many there are: 1, 3, 4 or 5.</summary>
        public static int Count(string kind, double widthDeg)
        {
            if (kind == "ambient") return OfAmbience;
            if (widthDeg <= NarrowDeg) return 1;
            return widthDeg <= WideDeg ? 3 : 5;
        }

        /// <summary>The factor on each one's amplitude that keeps their power that of one.</summary>
        public static float Share(int count)
        {
            return 1.0f / Mathf.Sqrt(count);
        }

        /// <summary>By how much of its clip one is ahead, 0 to 1.</summary>
        public static float Phase(int index, int count)
        {
            return (float)index / count;
        }

        /// <summary>For AudioSource.spread: how wide one is by itself, degrees.</summary>
        public static float SpreadDeg(string kind, double widthDeg, int count)
        {
            if (kind == "ambient") return 360.0f / OfAmbience;
            return Mathf.Min((float)widthDeg / count, 180.0f);
        }

        /// <summary>Where one of ambience stands, seen from the listener: half-way between front, left, back and
        /// right.</summary>
        public static Vector3 AroundListener(int index)
        {
            return UnityFrame.FromPolar(45.0 + 360.0 / OfAmbience * index, 0.0, AmbienceRadiusM);
        }

        /// <summary>Where one stands, seen from the scene's origin, if the source's middle is there.</summary>
        public static Vector3 Across(Polar middle, double widthDeg, int index, int count)
        {
            var aside = widthDeg * ((index + 0.5) / count - 0.5);
            return UnityFrame.FromPolar(middle.AzimuthDeg + aside, middle.ElevationDeg, middle.DistanceM);
        }
    }
}
