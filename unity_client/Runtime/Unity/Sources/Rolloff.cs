using System;
using System.Collections.Generic;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// How loud an AudioSource is at which distance, so that a source is received as PROTOCOL.md, section 7, has it: a
    /// tenfold distance takes 20 dB from a point or an area, 10 dB from a line, nothing from ambience.
    /// </summary>
    /// <remarks>
    /// Neither a volume nor a rolloff curve may be more than 1 in Unity. Where a source would have to be louder than
    /// its clip, it is as loud as its clip, and the curve falls only from where that is too much. Beyond there the law
    /// holds, so that sources keep their proportions.
    /// </remarks>
    public struct Rolloff
    {
        /// <summary>The curve ends here; Unity holds its last value beyond. Metres.</summary>
        public const float MaxDistanceM = 500.0f;

        // Between keys so far apart, a cubic that has value and slope of 1/d at both strays by less than 0.02 dB.
        private const double KeyRatio = 1.5;

        /// <summary>For AudioSource.volume, 0 to 1.</summary>
        public readonly float Volume;

        /// <summary>Up to here it is as loud as at the source. Metres.</summary>
        public readonly float MinDistanceM;

        /// <summary>By which power of the distance the amplitude falls: 1, ½ for line, 0 for ambience.</summary>
        public readonly float Exponent;

        /// <param name="kind">point, line, area or ambient.</param>
        /// <param name="levelDbSpl">At 1 m, for ambience at the listener; gain included.</param>
        /// <param name="referenceDbSpl">The level at the listener that plays a clip as it is.</param>
        public Rolloff(string kind, double levelDbSpl, double referenceDbSpl)
        {
            var perDecadeDb = Levels.FalloffDbPerDecade(kind);
            var nearest = perDecadeDb == 0.0 ? 1.0 : Levels.MinDistanceM;
            var excessDb = levelDbSpl - perDecadeDb * Math.Log10(nearest) - referenceDbSpl;
            if (excessDb > 0.0 && perDecadeDb > 0.0)
                nearest = Math.Min(nearest * Math.Pow(10.0, excessDb / perDecadeDb), MaxDistanceM / KeyRatio);
            Volume = (float)Math.Pow(10.0, Math.Min(excessDb, 0.0) / 20.0);
            MinDistanceM = (float)nearest;
            Exponent = Power(kind);
        }

        /// <summary>By which power of the distance the amplitude of a kind falls: 1, ½ for line, 0 for ambience.</summary>
        public static float Power(string kind)
        {
            return (float)(Levels.FalloffDbPerDecade(kind) / 20.0);
        }

        /// <summary>Whether the curve, and not only the volume, is another one.</summary>
        public bool HasOtherCurve(Rolloff other)
        {
            return MinDistanceM != other.MinDistanceM || Exponent != other.Exponent;
        }

        /// <summary>The factor on the clip at a distance in metres, volume included: what Unity makes of it.</summary>
        public float Amplitude(float distanceM)
        {
            var away = Mathf.Clamp(distanceM, MinDistanceM, MaxDistanceM) / MinDistanceM;
            return Volume * Mathf.Pow(away, -Exponent);
        }

        /// <summary>Sets an AudioSource's distances and curve, but not its volume.</summary>
        /// <param name="scale">So many of Unity's units are a metre.</param>
        public void ApplyTo(AudioSource source, float scale = 1.0f)
        {
            source.rolloffMode = AudioRolloffMode.Custom;
            source.minDistance = MinDistanceM * scale;
            source.maxDistance = MaxDistanceM * scale;
            source.SetCustomCurve(AudioSourceCurveType.CustomRolloff, Curve());
        }

        /// <summary>The curve over distance, as Unity wants it: in parts of the maximum distance.</summary>
        public AnimationCurve Curve()
        {
            if (Exponent == 0.0f) return new AnimationCurve(new Keyframe(0.0f, 1.0f), new Keyframe(1.0f, 1.0f));
            var keys = new List<Keyframe> { new Keyframe(0.0f, 1.0f, 0.0f, 0.0f) };
            var count = (int)Math.Ceiling(Math.Log(MaxDistanceM / MinDistanceM) / Math.Log(KeyRatio));
            for (var index = 0; index <= count; index++)
            {
                var away = Math.Pow(MaxDistanceM / MinDistanceM, (double)index / count);
                var value = Math.Pow(away, -Exponent);
                var slope = (float)(-Exponent * value / away * MaxDistanceM / MinDistanceM);
                var part = (float)(away * MinDistanceM / MaxDistanceM);
                keys.Add(new Keyframe(part, (float)value, index == 0 ? 0.0f : slope, index == count ? 0.0f : slope));
            }
            return new AnimationCurve(keys.ToArray());
        }
    }
}
