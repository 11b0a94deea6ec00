using Sonorama.Unity;
using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor
{
    /// <summary>GameObject > Audio > Sonorama Client.</summary>
    public static class CreateMenu
    {
        /// <summary>A client, and on the main camera what tells the server where the head is.</summary>
        [MenuItem("GameObject/Audio/Sonorama Client", false, 10)]
        public static void CreateClient(MenuCommand menuCommand)
        {
            var made = new GameObject("Sonorama Client", typeof(SonoramaClient));
            GameObjectUtility.SetParentAndAlign(made, menuCommand.context as GameObject);
            var camera = Camera.main;
            // Where the picture was taken: there stands who listens.
            if (camera != null && menuCommand.context == null) made.transform.position = camera.transform.position;
            Undo.RegisterCreatedObjectUndo(made, "Create Sonorama Client");
            if (camera != null && camera.gameObject.GetComponent<SonoramaListener>() == null)
                Undo.AddComponent<SonoramaListener>(camera.gameObject).Client = made.GetComponent<SonoramaClient>();
            Selection.activeObject = made;
        }

        /// <summary>The server's rendering of a client's scene, on a GameObject of its own, as it has to be.</summary>
        [MenuItem("GameObject/Audio/Sonorama Live Binaural", false, 11)]
        public static void CreateLiveBinaural(MenuCommand menuCommand)
        {
            var made = new GameObject("Sonorama Live Binaural", typeof(SonoramaLiveBinaural));
            GameObjectUtility.SetParentAndAlign(made, menuCommand.context as GameObject);
            Undo.RegisterCreatedObjectUndo(made, "Create Sonorama Live Binaural");
            Selection.activeObject = made;
        }
    }
}
