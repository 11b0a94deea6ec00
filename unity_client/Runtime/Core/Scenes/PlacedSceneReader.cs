using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Sonorama.Core
{
    /// <summary>Reads scene.json, version 1, whose fields <c>protocol/schema/scene.schema.json</c> describes.</summary>
    public static class PlacedSceneReader
    {
        private const string SceneFile = "scene.json";

        // No part of a path may begin with a dot, so that none leads out of the scene.
        private static readonly Regex RelativePath = new Regex(@"^\w[\w.-]*(/\w[\w.-]*)*$", RegexOptions.CultureInvariant);
        private static readonly string[] Kinds = { "point", "line", "area", "ambient" };

        /// <summary>A scene's folder, or an archive of one: a .sonorama or .zip file.</summary>
        /// <exception cref="SceneFileException">There's no scene, or it can't be read.</exception>
        public static PlacedScene ReadPath(string path)
        {
            try
            {
                var scene = Read(
                    Directory.Exists(path) ? (ISceneFiles)new SceneFolder(path) : new SceneArchive(File.ReadAllBytes(path)));
                scene.Name = Path.GetFileNameWithoutExtension(Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar));
                return scene;
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                throw new SceneFileException(path + " can't be read", error);
            }
        }

        /// <exception cref="SceneFileException">It isn't what this version understands.</exception>
        public static PlacedScene Read(ISceneFiles files)
        {
            var json = Json(files.Read(SceneFile));
            if ((string)json["format"] != "sonorama.scene") throw new SceneFileException(SceneFile + " is no scene");
            var version = Number(json, "version");
            if (version != 1.0)
                throw new SceneFileException(Text("its version is {0}, and this package reads 1: update it", version));
            var image = Child(json, "image");
            var scene = new PlacedScene(files)
            {
                Id = Words(json, "id"),
                Name = Words(json, "id"),
                PicturePath = PathOf(image, "path"),
                IsPanorama = Words(image, "projection") == "equirectangular",
                PictureHfovDeg = Number(image, "hfov_deg"),
                PictureAspect = Number(image, "width_px") / Math.Max(Number(image, "height_px"), 1.0),
                CameraHeightM = Number(Child(json, "listener"), "camera_height_m"),
            };
            var sources = new List<PlacedSource>();
            var listed = json["sources"] as JArray;
            if (listed == null) throw Missing("sources");
            foreach (var one in listed)
            {
                var fields = one as JObject;
                if (fields == null) throw Missing("sources");
                sources.Add(Source(fields));
            }
            scene.Sources = sources.AsReadOnly();
            return scene;
        }

        private static PlacedSource Source(JObject fields)
        {
            var source = new PlacedSource
            {
                Id = Words(fields, "id"),
                Label = Words(fields, "label"),
                Kind = Words(fields, "kind"),
                AzimuthDeg = Number(fields, "azimuth_deg"),
                ElevationDeg = Number(fields, "elevation_deg"),
                DistanceSigmaM = Known(fields, "distance_sigma_m") ? Number(fields, "distance_sigma_m") : double.NaN,
                WidthDeg = Known(fields, "width_deg") ? Number(fields, "width_deg") : 0.0,
                HeightDeg = Known(fields, "height_deg") ? Number(fields, "height_deg") : 0.0,
                LevelDbSpl1M = Number(fields, "level_db_spl_1m"),
                Muted = Known(fields, "muted") && Truth(fields, "muted"),
            };
            if (Array.IndexOf(Kinds, source.Kind) < 0)
                throw new SceneFileException(Text("{0}: a source of kind {1} isn't known", source.Id, source.Kind));
            if (!source.IsAmbient) source.DistanceM = Number(fields, "distance_m");
            if (!Known(fields, "clip")) throw new SceneFileException(source.Id + " has no clip yet: generate the scene again");
            var clip = Child(fields, "clip");
            source.ClipPath = PathOf(clip, "path");
            source.ClipSha256 = Words(clip, "sha256");
            source.Loop = Truth(clip, "loop");
            return source;
        }

        private static JObject Json(byte[] bytes)
        {
            try
            {
                using (var text = new StreamReader(new MemoryStream(bytes), System.Text.Encoding.UTF8))
                using (var reader = new JsonTextReader(text) { DateParseHandling = DateParseHandling.None })
                    return JObject.Load(reader);
            }
            catch (JsonException error)
            {
                throw new SceneFileException(SceneFile + " is no JSON", error);
            }
        }

        private static bool Known(JObject fields, string name)
        {
            var value = fields[name];
            return value != null && value.Type != JTokenType.Null;
        }

        private static JObject Child(JObject fields, string name)
        {
            var child = fields[name] as JObject;
            if (child == null) throw Missing(name);
            return child;
        }

        private static string Words(JObject fields, string name)
        {
            var value = fields[name];
            if (value == null || value.Type != JTokenType.String) throw Missing(name);
            return (string)value;
        }

        private static bool Truth(JObject fields, string name)
        {
            var value = fields[name];
            if (value == null || value.Type != JTokenType.Boolean) throw Missing(name);
            return (bool)value;
        }

        private static double Number(JObject fields, string name)
        {
            var value = fields[name];
            if (value == null || value.Type != JTokenType.Integer && value.Type != JTokenType.Float) throw Missing(name);
            var number = (double)value;
            if (double.IsNaN(number) || double.IsInfinity(number)) throw Missing(name);
            return number;
        }

        private static string PathOf(JObject fields, string name)
        {
            var path = Words(fields, name);
            if (!RelativePath.IsMatch(path) || path.EndsWith("\n", StringComparison.Ordinal))
                throw new SceneFileException(Text("{0} leads out of the scene", path));
            return path;
        }

        private static SceneFileException Missing(string name)
        {
            return new SceneFileException(Text("{0}: {1} is missing or makes no sense", SceneFile, name));
        }

        private static string Text(string format, params object[] arguments)
        {
            return string.Format(CultureInfo.InvariantCulture, format, arguments);
        }
    }
}
