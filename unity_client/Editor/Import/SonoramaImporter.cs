using System.Collections.Generic;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEditor.AssetImporters;
using UnityEngine;

namespace Sonorama.Editor
{
    /// <summary>
    /// Turns a .sonorama file (<c>sonorama render --format unity</c>) into a prefab that sounds without a server: its main
    /// asset is the prefab, its other ones are the clips and the picture.
    /// </summary>
    [ScriptedImporter(1, "sonorama")]
    public sealed class SonoramaImporter : ScriptedImporter
    {
        public override void OnImportAsset(AssetImportContext ctx)
        {
            try
            {
                var scene = PlacedSceneReader.ReadPath(ctx.assetPath);
                var clips = Clips(scene);
                var picture = Picture(scene);
                var placed = SonoramaPlacedScene.Place(
                    scene, picture, (source, host) => host.Packed = clips[source.ClipPath]);
                foreach (var clip in clips) ctx.AddObjectToAsset(clip.Key, clip.Value);
                ctx.AddObjectToAsset(scene.PicturePath, picture);
                ctx.AddObjectToAsset("scene", placed.gameObject);
                ctx.SetMainObject(placed.gameObject);
            }
            catch (SceneFileException error)
            {
                ctx.LogImportError(string.Format("{0}: {1}", ctx.assetPath, error.Message));
            }
        }

        private static Texture2D Picture(PlacedScene scene)
        {
            var picture = new Texture2D(2, 2, TextureFormat.RGB24, true)
            {
                name = "picture",
                // Left and right edge of a panorama are one; top and bottom aren't.
                wrapModeU = TextureWrapMode.Repeat,
                wrapModeV = TextureWrapMode.Clamp,
            };
            if (!picture.LoadImage(scene.ReadPicture()))
                throw new SceneFileException(scene.PicturePath + " is neither PNG nor JPEG");
            return picture;
        }

        /// <summary>Each clip once, by its path: an asset's identifier must stay the same over imports.</summary>
        private static Dictionary<string, SonoramaClip> Clips(PlacedScene scene)
        {
            var clips = new Dictionary<string, SonoramaClip>();
            foreach (var source in scene.Sources)
            {
                if (clips.ContainsKey(source.ClipPath)) continue;
                clips.Add(source.ClipPath, SonoramaClip.Of(source.Id, scene.ReadClip(source)));
            }
            return clips;
        }
    }
}
