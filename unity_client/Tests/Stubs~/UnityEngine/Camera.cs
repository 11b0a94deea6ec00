namespace UnityEngine
{
    /// <summary>Camera.html</summary>
    public sealed class Camera : Behaviour
    {
        public static Camera main
        {
            get
            {
                Player.CheckThread();
                foreach (var root in GameObject.Roots)
                    foreach (var camera in root.GetComponentsInChildren<Camera>())
                        if (camera.gameObject.tag == "MainCamera") return camera;
                return null;
            }
        }

        public float nearClipPlane { get; set; } = 0.3f;

        public float farClipPlane { get; set; } = 1000.0f;
    }

    /// <summary>Gizmos.html</summary>
    public sealed class Gizmos
    {
        public static Color color { get; set; }

        public static void DrawLine(Vector3 from, Vector3 to) { }

        public static void DrawSphere(Vector3 center, float radius) { }

        public static void DrawWireSphere(Vector3 center, float radius) { }
    }
}
