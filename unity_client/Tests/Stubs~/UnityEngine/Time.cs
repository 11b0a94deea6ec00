namespace UnityEngine
{
    /// <summary>Time.html</summary>
    public class Time
    {
        public static float time { get { Player.CheckThread(); return (float)Player.NowS; } }

        public static double timeAsDouble { get { Player.CheckThread(); return Player.NowS; } }

        public static float unscaledTime { get { return time; } }

        public static double unscaledTimeAsDouble { get { return timeAsDouble; } }

        public static float realtimeSinceStartup { get { return time; } }

        public static float deltaTime { get { Player.CheckThread(); return Player.DeltaS; } }

        public static float unscaledDeltaTime { get { return deltaTime; } }

        public static int frameCount { get { Player.CheckThread(); return Player.Frames; } }
    }
}
