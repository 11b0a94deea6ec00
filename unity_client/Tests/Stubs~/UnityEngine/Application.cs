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

        /// <summary>Set by tests.</summary>
        public static RuntimePlatform platform { get; set; } = RuntimePlatform.LinuxPlayer;

        public static string unityVersion { get { return "2022.3.0f1"; } }
    }

    /// <summary>RuntimePlatform.html, as far as it is asked for.</summary>
    public enum RuntimePlatform
    {
        LinuxPlayer = 13, WebGLPlayer = 17,
    }
}
