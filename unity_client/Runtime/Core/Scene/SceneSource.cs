using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// A source as it is known now. The object stays the same from its addition to its removal, over reconnections
    /// too; only the thread that calls <see cref="StreamClient.TryTake"/> may read it.
    /// </summary>
    public sealed class SceneSource
    {
        /// <summary>Its name, unique in its scene.</summary>
        public string Id { get; private set; }

        /// <summary>The id of its scene.</summary>
        public string SceneId { get; private set; }

        /// <summary>What it is, for people.</summary>
        public string Label { get; private set; }

        /// <summary>point, line, area or ambient.</summary>
        public string Kind { get; private set; }

        /// <summary>Degrees: 0 in the middle of the picture, growing to the left, in (−180, 180].</summary>
        public double AzimuthDeg { get; private set; }

        /// <summary>Degrees, growing upwards, −90 to 90.</summary>
        public double ElevationDeg { get; private set; }

        /// <summary>Metres from the origin; 0 for ambience, which is all around.</summary>
        public double DistanceM { get; private set; }

        /// <summary>The distance's standard deviation in metres; NaN where it isn't known.</summary>
        public double DistanceSigmaM { get; private set; }

        /// <summary>How wide it looks, degrees.</summary>
        public double WidthDeg { get; private set; }

        /// <summary>How high it looks, degrees.</summary>
        public double HeightDeg { get; private set; }

        /// <summary>Sound pressure level at 1 m, for ambience at the listener, dB.</summary>
        public double LevelDbSpl1M { get; private set; }

        /// <summary>A trim on top of the level, dB.</summary>
        public double GainDb { get; private set; }

        public bool Muted { get; private set; }

        /// <summary>How sure the server is that it is there, 0 to 1.</summary>
        public double Confidence { get; private set; }

        /// <summary>The server time of its clip's first sample in seconds; null while it is silent.</summary>
        public double? PlayingSinceS { get; private set; }

        /// <summary>The way that it takes; null where it takes none. The server tells every move, too.</summary>
        public SourceTrack Path { get; private set; }

        /// <summary>Where its sound is; null until it exists.</summary>
        public ClipReference Clip { get; private set; }

        /// <summary>Whatever the program wants to find again with this source.</summary>
        public object Attachment { get; set; }

        /// <summary>Whether it comes from all around.</summary>
        public bool IsAmbient
        {
            get { return Kind == "ambient"; }
        }

        /// <summary>Front, left and up in metres, as last told.</summary>
        public Point3 PositionM
        {
            get { return Coordinates.SceneFromPolar(AzimuthDeg, ElevationDeg, DistanceM); }
        }

        /// <summary>Front, left and up in metres at a server time: on its path, or else as last told.</summary>
        public Point3 PositionAtM(double serverTimeS)
        {
            return Path == null ? PositionM : TrackSampler.PositionM(Path, serverTimeS);
        }

        /// <summary>
        /// Where its clip stands at a server time, in seconds from its beginning; negative before it begins; NaN where
        /// it is silent: stopped, over, or without a clip.
        /// </summary>
        public double ClipTimeS(double serverTimeS)
        {
            if (Clip == null || PlayingSinceS == null) return double.NaN;
            var elapsedS = serverTimeS - PlayingSinceS.Value;
            if (elapsedS < 0.0) return elapsedS;
            if (Clip.Loop) return elapsedS % Clip.DurationS;
            return elapsedS < Clip.DurationS ? elapsedS : double.NaN;
        }

        internal SceneSource(string sceneId, SourceState state)
        {
            SceneId = sceneId;
            Id = state.Id;
            Set(state);
        }

        internal void Set(SourceState state)
        {
            Label = state.Label;
            Kind = state.Kind;
            AzimuthDeg = state.AzimuthDeg;
            ElevationDeg = state.ElevationDeg;
            DistanceM = state.DistanceM ?? 0.0;
            DistanceSigmaM = state.DistanceSigmaM ?? double.NaN;
            WidthDeg = state.WidthDeg;
            HeightDeg = state.HeightDeg;
            LevelDbSpl1M = state.LevelDbSpl1m;
            GainDb = state.GainDb;
            Muted = state.Muted;
            Confidence = state.Confidence;
            PlayingSinceS = state.PlayingSinceS;
            Path = state.Path;
            Clip = state.Clip;
        }

        internal void Move(double azimuthDeg, double elevationDeg, double distanceM)
        {
            AzimuthDeg = azimuthDeg;
            ElevationDeg = elevationDeg;
            DistanceM = distanceM;
        }
    }
}
