using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Where a source is on its track.</summary>
    public static class TrackSampler
    {
        /// <summary>
        /// Front, left and up in metres at a server time: straight lines between keyframes, at constant speed along
        /// each. Before the track begins the source is at its first keyframe; after its end it stays at the last one,
        /// or, where the track loops, is back at the first and goes again. Allocates nothing.
        /// </summary>
        public static Point3 PositionM(SourceTrack track, double serverTimeS)
        {
            var frames = track.Keyframes;
            var lengthS = frames[frames.Length - 1].TimeS;
            var elapsedS = serverTimeS - track.BeginsAtS;
            if (!(elapsedS > 0.0)) elapsedS = 0.0;
            if (track.Loop) elapsedS %= lengthS;
            // The first keyframe that is later than now.
            int low = 0, high = frames.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (frames[middle].TimeS <= elapsedS) low = middle + 1;
                else high = middle;
            }
            if (low == frames.Length) return Point(frames[low - 1]);
            SourceKeyframe start = frames[low - 1], end = frames[low];
            var part = (elapsedS - start.TimeS) / (end.TimeS - start.TimeS);
            Point3 from = Point(start), to = Point(end);
            return new Point3(
                from.X + (to.X - from.X) * part, from.Y + (to.Y - from.Y) * part, from.Z + (to.Z - from.Z) * part);
        }

        /// <summary>Whether a track is one: two keyframes or more, the first at 0, each later than the one
        /// before.</summary>
        public static bool IsTrack(SourceTrack track)
        {
            var frames = track.Keyframes;
            if (frames == null || frames.Length < 2) return false;
            for (var index = 0; index < frames.Length; index++)
            {
                var frame = frames[index];
                if (frame == null || frame.PositionM == null || frame.PositionM.Length != 3) return false;
                if (index == 0 ? frame.TimeS != 0.0 : frame.TimeS <= frames[index - 1].TimeS) return false;
            }
            return true;
        }

        private static Point3 Point(SourceKeyframe frame)
        {
            return new Point3(frame.PositionM[0], frame.PositionM[1], frame.PositionM[2]);
        }
    }
}
