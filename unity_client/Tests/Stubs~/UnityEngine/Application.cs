using System.IO;

namespace UnityEngine
{
    /// <summary>Application.html</summary>
    public class Application
    {
        public static bool isPlaying { get { Player.CheckThread(); return Player.IsPlaying; } }

        public static string temporaryCachePath { get { Player.CheckThread(); return Path.GetTempPath(); } }

        public static string persistentDataPath { get { Player.CheckThread(); return Path.GetTempPath(); } }

        public static string dataPath { get { Player.CheckThread(); return Path.GetTempPath(); } }

        public static string unityVersion { get { return "2022.3.0f1"; } }
    }
}
