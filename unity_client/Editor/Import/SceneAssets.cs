using System.Collections.Generic;
using System.IO;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor
{
    /// <summary>
    /// A scene as assets of Unity's own: its clips as audio files with import settings, its picture as a texture, and a
    /// prefab that refers to them. Imported again, everything keeps its GUID.
    /// </summary>
    public static class SceneAssets
    {
        // Unity's 2048 would blur a panorama.
        private const int MaxPictureSizePx = 8192;

        /// <summary>Writes a scene below a folder of the project.</summary>
        /// <param name="scene">What to write.</param>
        /// <param name="folder">Such as Assets/Sonorama; the scene gets a folder of its own in it.</param>
        /// <returns>The prefab's path.</returns>
        /// <exception cref="SceneFileException">A clip or the picture is missing or damaged. Nothing is written
        /// then.</exception>
        public static string Write(PlacedScene scene, string folder)
        {
            var home = folder.TrimEnd('/') + "/" + scene.Name;
            var files = new Dictionary<string, byte[]>();
            foreach (var source in scene.Sources)
                if (!files.ContainsKey(source.ClipPath)) files.Add(source.ClipPath, scene.ReadClip(source));
            files[scene.PicturePath] = scene.ReadPicture();
            foreach (var file in files)
            {
                var path = home + "/" + file.Key;
                Directory.CreateDirectory(Path.GetDirectoryName(path));
                File.WriteAllBytes(path, file.Value);
                AssetDatabase.ImportAsset(path);
            }
            var prefab = home + "/" + scene.Name + ".prefab";
            var placed = SonoramaPlacedScene.Place(
                scene,
                Picture(home + "/" + scene.PicturePath),
                (source, host) => host.Clip = AssetDatabase.LoadAssetAtPath<AudioClip>(home + "/" + source.ClipPath));
            PrefabUtility.SaveAsPrefabAsset(placed.gameObject, prefab);
            Object.DestroyImmediate(placed.gameObject);
            return prefab;
        }

        private static Texture2D Picture(string path)
        {
            var importer = (TextureImporter)AssetImporter.GetAtPath(path);
            importer.maxTextureSize = MaxPictureSizePx;
            // Left and right edge of a panorama are one; top and bottom aren't.
            importer.wrapModeU = TextureWrapMode.Repeat;
            importer.wrapModeV = TextureWrapMode.Clamp;
            importer.SaveAndReimport();
            return AssetDatabase.LoadAssetAtPath<Texture2D>(path);
        }
    }
}
