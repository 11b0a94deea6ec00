using System;
using System.Collections.Generic;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    /// <summary>AssetImporter.html</summary>
    public class AssetImporter : Object
    {
        public string assetPath { get; set; }

        /// <summary>Null where there is no such asset; here only textures have one.</summary>
        public static AssetImporter GetAtPath(string path)
        {
            var texture = AssetDatabase.LoadAssetAtPath<Texture2D>(path);
            return texture == null ? null : new TextureImporter { assetPath = path };
        }

        public void SaveAndReimport()
        {
            AssetDatabase.ImportAsset(assetPath);
            Apply();
        }

        internal virtual void Apply() { }
    }

    /// <summary>TextureImporter.html</summary>
    public sealed class TextureImporter : AssetImporter
    {
        public int maxTextureSize { get; set; }

        public TextureWrapMode wrapModeU { get; set; }

        public TextureWrapMode wrapModeV { get; set; }

        internal override void Apply()
        {
            var texture = AssetDatabase.LoadAssetAtPath<Texture2D>(assetPath);
            texture.wrapModeU = wrapModeU;
            texture.wrapModeV = wrapModeV;
        }
    }
}

namespace UnityEditor.AssetImporters
{
    /// <summary>AssetImporters.ScriptedImporterAttribute.html</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class ScriptedImporterAttribute : Attribute
    {
        public ScriptedImporterAttribute(int version, string ext)
        {
            this.version = version;
            fileExtensions = new[] { ext };
        }

        public int version { get; private set; }

        public string[] fileExtensions { get; private set; }
    }

    /// <summary>AssetImporters.ScriptedImporter.html</summary>
    public abstract class ScriptedImporter : AssetImporter
    {
        public abstract void OnImportAsset(AssetImportContext ctx);
    }

    /// <summary>AssetImporters.AssetImportContext.html; Unity makes its own ones.</summary>
    public class AssetImportContext
    {
        /// <summary>What was added, by identifier.</summary>
        public readonly Dictionary<string, Object> Added = new Dictionary<string, Object>();

        public readonly List<string> Errors = new List<string>();

        public AssetImportContext(string assetPath)
        {
            this.assetPath = assetPath;
        }

        public string assetPath { get; private set; }

        public Object mainObject { get; private set; }

        public void AddObjectToAsset(string identifier, Object obj)
        {
            if (string.IsNullOrEmpty(identifier)) throw new ArgumentNullException("identifier");
            if (obj == null) throw new ArgumentNullException("obj");
            // In Unity a warning, and the identifier is made unique in an order that nobody knows.
            if (Added.ContainsKey(identifier)) throw new ArgumentException("identifier not unique: " + identifier);
            Added.Add(identifier, obj);
        }

        public void SetMainObject(Object obj)
        {
            if (!Added.ContainsValue(obj)) throw new InvalidOperationException("the main object wasn't added before");
            mainObject = obj;
        }

        public void LogImportError(string msg, Object obj = null)
        {
            Errors.Add(msg);
        }
    }
}
