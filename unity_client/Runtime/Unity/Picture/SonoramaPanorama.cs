using System.Threading;
using System.Threading.Tasks;
using Sonorama.Core;
using UnityEngine;
using UnityEngine.Rendering;

namespace Sonorama.Unity
{
    /// <summary>
    /// Shows the scene's picture on a sphere around this transform: put it on the client's GameObject, or on a child of
    /// it. Decoding a picture takes one long frame, once. A picture of the project's own is shown without any client.
    /// </summary>
    [DisallowMultipleComponent]
    [RequireComponent(typeof(MeshFilter))]
    [RequireComponent(typeof(MeshRenderer))]
    [AddComponentMenu("Sonorama/Sonorama Panorama")]
    public sealed class SonoramaPanorama : MonoBehaviour
    {
        // 2:1, but for a row or two.
        private const float Tolerance = 0.02f;

        // A build has it because it lies below a folder of the name Resources, and so the shader that it refers to.
        private const string OwnMaterial = "Sonorama/Panorama";

        [Tooltip("Empty: the one on this GameObject or above, or else the first one that is found.")]
        [SerializeField] private SonoramaClient client;

        [Tooltip("A panorama of the project's own, shown instead of the server's.")]
        [SerializeField] private Texture2D picture;

        [Tooltip("Metres. Less than the camera's far clipping plane.")]
        [Min(1.0f)]
        [SerializeField] private float radiusM = 50.0f;

        [Tooltip("What it is drawn with. Empty: as it is, whatever the project's render pipeline.")]
        [SerializeField] private Material material;

        private CancellationTokenSource cancel;
        private Task<byte[]> loading;
        private string imageUrl;
        private Mesh mesh;
        private Material ownMaterial;
        private Texture2D texture;

        /// <summary>Whose scene is shown.</summary>
        public SonoramaClient Client
        {
            get { return client; }
            set { client = value; }
        }

        /// <summary>A panorama of the project's own, shown instead of the server's; from the next time on that this is
        /// enabled.</summary>
        public Texture2D Picture
        {
            get { return picture; }
            set { picture = value; }
        }

        /// <summary>What is shown; null until it has come.</summary>
        public Texture2D Texture
        {
            get { return texture; }
        }

        private void OnEnable()
        {
            cancel = new CancellationTokenSource();
            if (picture != null)
            {
                Show(picture);
                return;
            }
            if (client == null) client = GetComponentInParent<SonoramaClient>();
            if (client == null) client = FindAnyObjectByType<SonoramaClient>();
            if (client == null) Debug.LogWarning("Sonorama: there is no Sonorama Client whose picture could be shown", this);
        }

        private void OnDisable()
        {
            cancel.Cancel();
            loading = null;
            imageUrl = null;
            Clear();
        }

        private void Update()
        {
            if (client == null || picture != null) return;
            var scene = client.Scene;
            if (scene != null && scene.ImageUrl != null && scene.ImageUrl != imageUrl)
            {
                imageUrl = scene.ImageUrl;
                loading = client.Stream.LoadImageAsync(scene, cancel.Token);
            }
            if (loading == null || !loading.IsCompleted) return;
            var came = loading;
            loading = null;
            if (came.Status == TaskStatus.RanToCompletion) Show(came.Result);
            else if (came.IsFaulted) Warn("the picture can't be had: " + came.Exception.InnerException.Message);
        }

        private void Show(byte[] file)
        {
            var decoded = new Texture2D(2, 2, TextureFormat.RGB24, true) { name = "Sonorama panorama" };
            if (!decoded.LoadImage(file, true))
            {
                Warn("the picture is neither PNG nor JPEG");
                Destroy(decoded);
                return;
            }
            // Left and right edge are one; top and bottom aren't.
            decoded.wrapModeU = TextureWrapMode.Repeat;
            decoded.wrapModeV = TextureWrapMode.Clamp;
            Show(decoded);
        }

        private void Show(Texture2D shownTexture)
        {
            Clear();
            texture = shownTexture;
            if (Mathf.Abs(texture.width / (2.0f * texture.height) - 1.0f) > Tolerance)
            {
                Warn("the picture isn't a panorama: it isn't twice as wide as high");
                Clear();
                return;
            }
            ownMaterial = NewMaterial();
            if (ownMaterial == null)
            {
                Warn("the package's material (Resources/Sonorama/Panorama) isn't in this project: assign another");
                Clear();
                return;
            }
            ownMaterial.mainTexture = texture;
            mesh = InsideSphere.Create(radiusM);
            mesh.RecalculateBounds();
            GetComponent<MeshFilter>().sharedMesh = mesh;
            var shown = GetComponent<MeshRenderer>();
            shown.sharedMaterial = ownMaterial;
            shown.shadowCastingMode = ShadowCastingMode.Off;
            shown.receiveShadows = false;
        }

        private Material NewMaterial()
        {
            var drawn = material != null ? material : Resources.Load<Material>(OwnMaterial);
            return drawn == null ? null : new Material(drawn);
        }

        private void Clear()
        {
            GetComponent<MeshFilter>().sharedMesh = null;
            if (mesh != null) Destroy(mesh);
            if (texture != null && texture != picture) Destroy(texture);
            if (ownMaterial != null) Destroy(ownMaterial);
            mesh = null;
            texture = null;
            ownMaterial = null;
        }

        private void Warn(string text)
        {
            Debug.LogWarning("Sonorama: " + text, this);
        }
    }
}
