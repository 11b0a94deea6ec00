namespace Sonorama.Core
{
    /// <summary>One source of a scene that was read from files: what sounds, and where it stands.</summary>
    public sealed class PlacedSource
    {
        /// <summary>Its name, unique in its scene.</summary>
        public string Id { get; internal set; }

        /// <summary>What it is, for people.</summary>
        public string Label { get; internal set; }

        /// <summary>point, line, area or ambient.</summary>
        public string Kind { get; internal set; }

        /// <summary>Degrees: 0 in the middle of the picture, growing to the left, in (−180, 180].</summary>
        public double AzimuthDeg { get; internal set; }

        /// <summary>Degrees, growing upwards, −90 to 90.</summary>
        public double ElevationDeg { get; internal set; }

        /// <summary>Metres from the origin; 0 for ambience, which is all around.</summary>
        public double DistanceM { get; internal set; }

        /// <summary>The distance's standard deviation in metres; NaN where there is none.</summary>
        public double DistanceSigmaM { get; internal set; }

        /// <summary>How wide it looks, degrees.</summary>
        public double WidthDeg { get; internal set; }

        /// <summary>How high it looks, degrees.</summary>
        public double HeightDeg { get; internal set; }

        /// <summary>Sound pressure level at 1 m, for ambience at the listener, dB.</summary>
        public double LevelDbSpl1M { get; internal set; }

        /// <summary>Whether it is kept, but not heard.</summary>
        public bool Muted { get; internal set; }

        /// <summary>Its clip's file within the scene. Sources may share one.</summary>
        public string ClipPath { get; internal set; }

        /// <summary>The SHA-256 of its clip's file.</summary>
        public string ClipSha256 { get; internal set; }

        /// <summary>Whether the clip's end joins its beginning.</summary>
        public bool Loop { get; internal set; }

        /// <summary>Whether it comes from all around.</summary>
        public bool IsAmbient
        {
            get { return Kind == "ambient"; }
        }

        /// <summary>Where it stands in Unity's frame: right, up, forward in metres; ambience at the origin.</summary>
        public Point3 UnityPositionM
        {
            get { return Coordinates.UnityFromPolar(AzimuthDeg, ElevationDeg, DistanceM); }
        }

        /// <summary>The level that reaches the origin, in dB SPL.</summary>
        public double ReceivedDbSpl
        {
            get { return Levels.ReceivedDbSpl(Kind, LevelDbSpl1M, 0.0, DistanceM); }
        }

        internal PlacedSource() { }
    }
}
