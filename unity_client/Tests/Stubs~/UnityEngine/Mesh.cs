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

    /// <summary>Shader.html; only the built-in pipeline's shaders are there.</summary>
    public sealed class Shader : Object
    {
        public static Shader Find(string name)
        {
            Player.CheckThread();
            return name == "Unlit/Texture" ? new Shader { name = name } : null;
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
