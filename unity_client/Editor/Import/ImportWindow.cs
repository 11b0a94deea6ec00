using System;
using System.IO;
using Sonorama.Core;
using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor
{
    /// <summary>Window > Sonorama > Import scene: a scene's folder or archive, from anywhere on the disk, as assets.</summary>
    public sealed class ImportWindow : EditorWindow
    {
        private string path = "";
        private string folder = "Assets/Sonorama";
        private PlacedScene scene;
        private string problem;

        /// <summary>The scene's folder, or its .sonorama or .zip file.</summary>
        public string Path
        {
            get { return path; }
            set
            {
                path = value;
                Read();
            }
        }

        /// <summary>Why it can't be imported, in a line; null where it can.</summary>
        public string Problem
        {
            get { return problem; }
        }

        [MenuItem("Window/Sonorama/Import scene")]
        public static void Open()
        {
            GetWindow<ImportWindow>("Import scene");
        }

        /// <summary>Writes the assets, and selects the prefab.</summary>
        /// <returns>The prefab's path; null where there is a <see cref="Problem"/>.</returns>
        public string Import()
        {
            try
            {
                if (folder != "Assets" && !folder.StartsWith("Assets/", StringComparison.Ordinal))
                    throw new SceneFileException("choose a folder in Assets");
                scene = PlacedSceneReader.ReadPath(path);
                var prefab = SceneAssets.Write(scene, folder);
                problem = null;
                Selection.activeObject = AssetDatabase.LoadAssetAtPath<GameObject>(prefab);
                return prefab;
            }
            catch (SceneFileException error)
            {
                problem = error.Message;
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                problem = error.Message;
            }
            return null;
        }

        private void OnGUI()
        {
            EditorGUILayout.LabelField("A scene that sonorama made: its folder, or a .sonorama or .zip file.");
            EditorGUI.BeginChangeCheck();
            var typed = EditorGUILayout.DelayedTextField("Scene", path);
            if (EditorGUI.EndChangeCheck()) Path = typed;
            if (GUILayout.Button("Choose a folder…")) Choose(EditorUtility.OpenFolderPanel("A scene's folder", path, ""));
            if (GUILayout.Button("Choose a file…")) Choose(EditorUtility.OpenFilePanel("A scene", path, "sonorama,zip"));
            folder = EditorGUILayout.TextField("Into", folder);
            if (problem != null) EditorGUILayout.HelpBox(problem, MessageType.Error);
            EditorGUI.BeginDisabledGroup(scene == null);
            if (scene != null)
                EditorGUILayout.LabelField(string.Format("{0}: {1} sources", scene.Name, scene.Sources.Count));
            if (GUILayout.Button("Import")) Import();
            EditorGUI.EndDisabledGroup();
        }

        private void Choose(string chosen)
        {
            // Empty where the panel was closed.
            if (!string.IsNullOrEmpty(chosen)) Path = chosen;
        }

        private void Read()
        {
            scene = null;
            problem = null;
            try
            {
                if (path.Length > 0) scene = PlacedSceneReader.ReadPath(path);
            }
            catch (SceneFileException error)
            {
                problem = error.Message;
            }
        }
    }
}
