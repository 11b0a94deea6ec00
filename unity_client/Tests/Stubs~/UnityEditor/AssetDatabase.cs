using System;
using System.Collections.Generic;
using System.IO;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    /// <summary>AssetDatabase.html. The project is the current folder, as it is in Unity.</summary>
    public sealed class AssetDatabase
    {
        internal static readonly Dictionary<string, GameObject> Prefabs = new Dictionary<string, GameObject>();
        private static readonly Dictionary<string, Object> Imported = new Dictionary<string, Object>();

        public static void ImportAsset(string path)
        {
            if (!path.StartsWith("Assets/", StringComparison.Ordinal)) throw new ArgumentException(path + " is no asset");
            if (!File.Exists(path)) throw new FileNotFoundException(path);
            Imported[path] = path.EndsWith(".wav", StringComparison.Ordinal) ? (Object)Sound(path) : Picture(path);
        }

        private static Texture2D Picture(string path)
        {
            var picture = new Texture2D(2, 2);
            if (!picture.LoadImage(File.ReadAllBytes(path))) throw new NotSupportedException(path);
            return picture;
        }

        /// <summary>Null where there is no such asset, or one of another type.</summary>
        public static T LoadAssetAtPath<T>(string assetPath) where T : Object
        {
            GameObject prefab;
            if (Prefabs.TryGetValue(assetPath, out prefab)) return prefab as T;
            Object found;
            return Imported.TryGetValue(assetPath, out found) ? found as T : null;
        }

        /// <summary>PCM of 24 bits, with the two chunks in the usual order.</summary>
        private static AudioClip Sound(string path)
        {
            var file = File.ReadAllBytes(path);
            if (BitConverter.ToInt16(file, 34) != 24) throw new NotSupportedException(path);
            var samples = new float[BitConverter.ToInt32(file, 40) / 3];
            for (int index = 0, at = 44; index < samples.Length; index++, at += 3)
                samples[index] = ((file[at] << 8 | file[at + 1] << 16 | file[at + 2] << 24) >> 8) / 8388608.0f;
            var clip = AudioClip.Create(
                Path.GetFileNameWithoutExtension(path), samples.Length, 1, BitConverter.ToInt32(file, 24), false);
            clip.SetData(samples, 0);
            return clip;
        }
    }
}
