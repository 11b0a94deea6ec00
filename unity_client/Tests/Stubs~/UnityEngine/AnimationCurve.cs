using System.Collections.Generic;

namespace UnityEngine
{
    /// <summary>Keyframe.html</summary>
    public struct Keyframe
    {
        public Keyframe(float time, float value) : this(time, value, 0.0f, 0.0f) { }

        public Keyframe(float time, float value, float inTangent, float outTangent) : this()
        {
            this.time = time;
            this.value = value;
            this.inTangent = inTangent;
            this.outTangent = outTangent;
        }

        public float time { get; set; }

        public float value { get; set; }

        public float inTangent { get; set; }

        public float outTangent { get; set; }
    }

    /// <summary>
    /// AnimationCurve.html: cubic Hermite segments between keys that aren't weighted, held constant before the first and
    /// after the last; a segment with an infinite tangent is constant.
    /// </summary>
    public class AnimationCurve
    {
        private readonly List<Keyframe> frames = new List<Keyframe>();

        public AnimationCurve(params Keyframe[] keys)
        {
            this.keys = keys;
        }

        public Keyframe[] keys
        {
            get { return frames.ToArray(); }
            set
            {
                frames.Clear();
                foreach (var key in value) AddKey(key);
            }
        }

        public int length { get { return frames.Count; } }

        public Keyframe this[int index] { get { return frames[index]; } }

        /// <summary>Its index; −1 where there's a key at this time already.</summary>
        public int AddKey(Keyframe key)
        {
            var index = frames.FindIndex(other => other.time >= key.time);
            if (index >= 0 && frames[index].time == key.time) return -1;
            if (index < 0) index = frames.Count;
            frames.Insert(index, key);
            return index;
        }

        public int AddKey(float time, float value)
        {
            return AddKey(new Keyframe(time, value));
        }

        public float Evaluate(float time)
        {
            if (frames.Count == 0) return 0.0f;
            if (time <= frames[0].time) return frames[0].value;
            for (var index = 1; index < frames.Count; index++)
                if (time < frames[index].time) return Between(frames[index - 1], frames[index], time);
            return frames[frames.Count - 1].value;
        }

        public static AnimationCurve Constant(float timeStart, float timeEnd, float value)
        {
            return new AnimationCurve(new Keyframe(timeStart, value), new Keyframe(timeEnd, value));
        }

        public static AnimationCurve Linear(float timeStart, float valueStart, float timeEnd, float valueEnd)
        {
            var slope = (valueEnd - valueStart) / (timeEnd - timeStart);
            return new AnimationCurve(
                new Keyframe(timeStart, valueStart, slope, slope), new Keyframe(timeEnd, valueEnd, slope, slope));
        }

        private static float Between(Keyframe from, Keyframe to, float time)
        {
            double span = to.time - from.time, t = (time - from.time) / span, t2 = t * t, t3 = t2 * t;
            if (float.IsInfinity(from.outTangent) || float.IsInfinity(to.inTangent)) return from.value;
            return (float)((2 * t3 - 3 * t2 + 1) * from.value + (t3 - 2 * t2 + t) * span * from.outTangent
                + (3 * t2 - 2 * t3) * to.value + (t3 - t2) * span * to.inTangent);
        }
    }
}
