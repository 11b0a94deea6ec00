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
            Undo.RegisterCreatedObjectUndo(made, "Create Sonorama Client");
            var camera = Camera.main;
            if (camera != null && camera.gameObject.GetComponent<SonoramaListener>() == null)
                Undo.AddComponent<SonoramaListener>(camera.gameObject).Client = made.GetComponent<SonoramaClient>();
            Selection.activeObject = made;
        }
    }
}
