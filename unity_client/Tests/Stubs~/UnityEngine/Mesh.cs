using UnityEngine.Rendering;

namespace UnityEngine
{
    /// <summary>Mesh.html</summary>
    public sealed class Mesh : Object
    {
        public Vector3[] vertices { get; set; }

        public Vector2[] uv { get; set; }

        public int[] triangles { get; set; }

        public void RecalculateBounds() { }

        public void UploadMeshData(bool markNoLongerReadable)
        {
            Player.CheckThread();
        }
    }

    /// <summary>MeshFilter.html</summary>
    public sealed class MeshFilter : Component
    {
        public Mesh mesh { get; set; }

        public Mesh sharedMesh { get; set; }
    }

    /// <summary>Renderer.html</summary>
    public class Renderer : Component
    {
        public bool enabled { get; set; } = true;

        public Material material { get; set; }

        public Material sharedMaterial { get; set; }

        public ShadowCastingMode shadowCastingMode { get; set; } = ShadowCastingMode.On;

        public bool receiveShadows { get; set; } = true;
    }

    /// <summary>MeshRenderer.html</summary>
    public sealed class MeshRenderer : Renderer { }

    /// <summary>Shader.html</summary>
    public sealed class Shader : Object
    {
        internal Shader() { }
    }

    /// <summary>Resources.html; the package's one resource is there, as in any project that has the package.</summary>
    public sealed class Resources
    {
        public static T Load<T>(string path) where T : Object
        {
            Player.CheckThread();
            return path == "Sonorama/Panorama" ? new Material(new Shader { name = path }) as T : null;
        }
    }

    /// <summary>Material.html</summary>
    public class Material : Object
    {
        public Material(Shader shader)
        {
            this.shader = shader;
        }

        public Material(Material source)
        {
            shader = source.shader;
        }

        public Shader shader { get; set; }

        public Texture mainTexture { get; set; }
    }
}

namespace UnityEngine.Rendering
{
    /// <summary>Rendering.ShadowCastingMode.html</summary>
    public enum ShadowCastingMode
    {
        Off, On, TwoSided, ShadowsOnly,
    }
}
