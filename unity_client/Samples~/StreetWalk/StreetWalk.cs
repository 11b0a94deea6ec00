using Sonorama.Unity;
using UnityEngine;

namespace Sonorama.Samples
{
    /// <summary>
    /// Stand in a panorama and hear it. Put this on an empty GameObject of an empty scene and press Play: everything else
    /// is made here. A headset turns the head if one runs; else the mouse does, or the head turns slowly by itself. Where
    /// an imported scene's prefab lies in the scene, that is heard, and no server is needed.
    /// </summary>
    [DefaultExecutionOrder(-10)]
    public sealed class StreetWalk : MonoBehaviour
    {
        private const float PanoramaRadiusM = 50.0f;

        [Tooltip("Such as http://192.168.1.20:8765. On a headset 127.0.0.1 is the headset itself.")]
        public string serverUrl = "http://127.0.0.1:8765";

        [Tooltip("Which of the server's scenes; sonorama serve lists them when it starts: the id is "
            + "what stands after the # of each address.")]
        public string sceneId = "street";

        [Tooltip("The server's token, if it asks for one.")]
        public string token = "";

        private Transform head;
        private Transform viewpoint;

        private void Start()
        {
            var camera = Camera.main != null ? Camera.main : NewCamera();
            camera.farClipPlane = Mathf.Max(camera.farClipPlane, 2.0f * PanoramaRadiusM);
            if (FindAnyObjectByType<AudioListener>() == null) camera.gameObject.AddComponent<AudioListener>();
            // The camera of an XR rig is below it, and turned by it.
            var isOfRig = camera.transform.parent != null && camera.transform.parent != transform;
            if (!isOfRig && camera.GetComponent<StreetHead>() == null) camera.gameObject.AddComponent<StreetHead>();
            head = camera.transform;
            // What was imported sounds by itself.
            var placed = FindAnyObjectByType<SonoramaPlacedScene>();
            viewpoint = placed != null ? placed.transform : transform;
            viewpoint.position = head.position;
            if (placed == null) Follow(camera);
        }

        // A panorama is right only from where it was taken: wherever the head is, that is there. Before anything else of
        // this frame looks where the head is in the scene.
        private void LateUpdate()
        {
            viewpoint.position = head.position;
        }

        /// <summary>The server's scene around this transform, and the pose of this head for the server.</summary>
        private void Follow(Camera camera)
        {
            // Not active yet, so that it doesn't connect before it knows where to.
            var host = new GameObject("Sonorama Client");
            host.SetActive(false);
            host.transform.SetParent(transform, false);
            var client = host.AddComponent<SonoramaClient>();
            client.ServerUrl = serverUrl;
            client.SceneId = sceneId;
            client.Token = token;
            client.Listener = camera.transform;
            var picture = new GameObject("Panorama");
            picture.transform.SetParent(host.transform, false);
            picture.AddComponent<SonoramaPanorama>().Client = client;
            host.SetActive(true);
            if (camera.GetComponent<SonoramaListener>() == null)
                camera.gameObject.AddComponent<SonoramaListener>().Client = client;
        }

        private Camera NewCamera()
        {
            var made = new GameObject("Head") { tag = "MainCamera" };
            made.transform.SetPositionAndRotation(transform.position, transform.rotation);
            return made.AddComponent<Camera>();
        }
    }
}
