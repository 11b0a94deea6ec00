namespace Sonorama.Core
{
    /// <summary>A direction and a distance, as the scene has them.</summary>
    public struct Polar
    {
        /// <summary>Degrees: 0 in the middle of the picture, growing to the left, in (−180, 180].</summary>
        public readonly double AzimuthDeg;

        /// <summary>Degrees, growing upwards, −90 to 90.</summary>
        public readonly double ElevationDeg;

        /// <summary>Metres, in a straight line from the origin.</summary>
        public readonly double DistanceM;

        public Polar(double azimuthDeg, double elevationDeg, double distanceM)
        {
            AzimuthDeg = azimuthDeg;
            ElevationDeg = elevationDeg;
            DistanceM = distanceM;
        }
    }
}
