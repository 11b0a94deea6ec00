using System;

namespace Sonorama.Core
{
    /// <summary>
    /// How loud an engine plays a source that was placed for good: a volume of at most 1, and the distance up to which
    /// it's heard with that, further away falling by its kind's law.
    /// </summary>
    public struct PlacedVolume
    {
        /// <summary>0 to 1.</summary>
        public readonly double Volume;

        /// <summary>Metres, <see cref="Levels.MinDistanceM"/> or more.</summary>
        public readonly double FullWithinM;

        /// <summary>By which power of the distance the amplitude falls: 1, ½ for lines, 0 for ambience.</summary>
        public readonly double Exponent;

        /// <param name="source">Whose level and kind it is.</param>
        /// <param name="referenceDbSpl">The level that a volume of 1 stands for.</param>
        public PlacedVolume(PlacedSource source, double referenceDbSpl)
        {
            Exponent = Levels.FalloffDbPerDecade(source.Kind) / 20.0;
            var nearestDb = Levels.ReceivedDbSpl(source.Kind, source.LevelDbSpl1M, 0.0, Levels.MinDistanceM) - referenceDbSpl;
            FullWithinM = Levels.MinDistanceM;
            // What is louder than full scale close by is held until it has fallen to full scale by itself.
            if (nearestDb > 0.0 && Exponent > 0.0) FullWithinM *= Math.Pow(10.0, nearestDb / (20.0 * Exponent));
            Volume = Math.Pow(10.0, Math.Min(nearestDb, 0.0) / 20.0);
        }

        /// <summary>The factor on the clip's samples at a distance.</summary>
        public double GainAt(double distanceM)
        {
            return Volume * Math.Pow(Math.Max(distanceM, FullWithinM) / FullWithinM, -Exponent);
        }
    }
}
