namespace Sonorama.Core
{
    /// <summary>An object of a scene that is told by ADM-OSC, as it is known now.</summary>
    public sealed class AdmObject
    {
        /// <summary>1 and more.</summary>
        public int Number { get; private set; }

        /// <summary>The source's id, as the WebSocket knows it; null with senders other than Sonorama.</summary>
        public string Id { get; internal set; }

        public string Label { get; internal set; }

        /// <summary>point, line, area or ambient.</summary>
        public string Kind { get; internal set; }

        /// <summary>Degrees: 0 in front, growing to the left.</summary>
        public double AzimuthDeg { get; internal set; }

        /// <summary>Degrees, growing upwards.</summary>
        public double ElevationDeg { get; internal set; }

        /// <summary>Metres: as told by Sonorama, or else the normalised distance times dmax.</summary>
        public double DistanceM { get; internal set; }

        /// <summary>How many metres the distance 1 is.</summary>
        public double DmaxM { get; internal set; }

        /// <summary>0 is a point, 1 is all around.</summary>
        public double Width { get; internal set; }

        /// <summary>Factor on the clip as it reaches the origin, distance included.</summary>
        public double Gain { get; internal set; }

        /// <summary>dB SPL at 1 m, for ambience at the listener, trim included; NaN until told.</summary>
        public double LevelDbSpl1M { get; internal set; }

        public bool Muted { get; internal set; }

        /// <summary>When its first sample sounds or sounded, seconds since 1970 UTC; NaN while it's silent.</summary>
        public double PlayingSinceUnixS { get; internal set; }

        /// <summary>Where its clip can be had; null until told.</summary>
        public string ClipUrl { get; internal set; }

        /// <summary>The clip's SHA-256; null until told.</summary>
        public string ClipSha256 { get; internal set; }

        /// <summary>Whether the clip's end joins its beginning.</summary>
        public bool Loop { get; internal set; }

        /// <summary>Whatever the program wants to find again with this object.</summary>
        public object Attachment { get; set; }

        /// <summary>Front, left and up in metres.</summary>
        public Point3 PositionM
        {
            get { return Coordinates.SceneFromPolar(AzimuthDeg, ElevationDeg, DistanceM); }
        }

        internal AdmObject(int number)
        {
            Number = number;
            Kind = "point";
            DmaxM = 100.0;
            Gain = 1.0;
            LevelDbSpl1M = double.NaN;
            PlayingSinceUnixS = double.NaN;
        }
    }
}
