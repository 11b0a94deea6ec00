using System;
using System.IO;
using System.Linq;
using Newtonsoft.Json.Linq;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEditor;
using UnityEditor.AssetImporters;
using UnityEngine;

namespace Sonorama.Editor.Tests
{
    [TestFixture]
    public sealed class ImportTests
    {
        private string before;

        [SetUp]
        public void BeginAProject()
        {
            Debug.Complaints.Clear();
            before = Directory.GetCurrentDirectory();
            var project = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            Directory.CreateDirectory(Path.Combine(project, "Assets"));
            Directory.SetCurrentDirectory(project);
        }

        [TearDown]
        public void EndTheProject()
        {
            var project = Directory.GetCurrentDirectory();
            Directory.SetCurrentDirectory(before);
            Directory.Delete(project, true);
        }

        [Test]
        public void AnArchiveBecomesAPrefabWithAllSourcesInPlace()
        {
            var context = Imported("street.sonorama");
            Assert.AreEqual(0, context.Errors.Count, string.Join("; ", context.Errors));
            var prefab = (GameObject)context.mainObject;
            Assert.AreEqual("street", prefab.name);
            Check(prefab);
            foreach (var source in Sources(prefab)) Assert.IsTrue(context.Added.ContainsValue(source.Packed), source.Label);
            // Sub-assets are known by the same names at every import.
            var again = Imported("street.sonorama");
            Assert.AreEqual(string.Join(" ", context.Added.Keys), string.Join(" ", again.Added.Keys));
        }

        [Test]
        public void ADamagedArchiveIsAnErrorOfTheImport()
        {
            File.WriteAllBytes("Assets/broken.sonorama", new byte[] { 1, 2, 3 });
            var context = new AssetImportContext("Assets/broken.sonorama");
            new SonoramaImporter().OnImportAsset(context);
            Assert.AreEqual("Assets/broken.sonorama: it's no ZIP archive", context.Errors.Single());
            Assert.AreEqual(0, context.Added.Count);
        }

        [TestCase("street")]
        [TestCase("street.sonorama")]
        [TestCase("packed.zip")]
        public void TheWindowWritesAssetsAndAPrefabThatRefersToThem(string name)
        {
            ImportWindow.Open();
            var window = EditorWindow.GetWindow<ImportWindow>("Import scene");
            window.Path = Scenes.PathOf(name);
            Assert.IsNull(window.Problem);
            var path = window.Import();
            Assert.IsNull(window.Problem, window.Problem);
            var folder = "Assets/Sonorama/" + Path.GetFileNameWithoutExtension(name);
            Assert.AreEqual(folder + "/" + Path.GetFileNameWithoutExtension(name) + ".prefab", path);
            var prefab = AssetDatabase.LoadAssetAtPath<GameObject>(path);
            Assert.AreSame(prefab, Selection.activeObject);
            Check(prefab);
            foreach (var source in Sources(prefab))
                Assert.AreSame(source.Clip, AssetDatabase.LoadAssetAtPath<AudioClip>(
                    folder + "/clips/" + source.gameObject.name + ".wav"), source.Label);
            Assert.IsNotNull(AssetDatabase.LoadAssetAtPath<Texture2D>(folder + "/picture.jpg"));
        }

        [Test]
        public void TheWindowSaysWhatIsWrong()
        {
            var window = EditorWindow.GetWindow<ImportWindow>("Import scene");
            window.Path = Scenes.PathOf("nowhere");
            Assert.IsTrue(window.Problem.Contains("nowhere"), window.Problem);
            Assert.IsNull(window.Import());
            Assert.IsFalse(Directory.Exists("Assets/Sonorama"));
        }

        [Test]
        public void VolumesFallWithDistanceAsTheLawOfEachKind()
        {
            var prefab = (GameObject)Imported("street.sonorama").mainObject;
            var referenceDb = prefab.GetComponent<SonoramaPlacedScene>().ReferenceDbSpl;
            foreach (var source in Sources(prefab))
            {
                foreach (var distanceM in new[] { 8.0f, 20.0f, 50.0f, 200.0f })
                {
                    var power = source.AudioSources.Sum(one => Math.Pow(Heard(one, distanceM), 2.0));
                    var expectedDb = Levels.ReceivedDbSpl(source.Kind, source.LevelDbSpl1M, 0.0, distanceM) - referenceDb;
                    Assert.AreEqual(expectedDb, 10.0 * Math.Log10(power), 0.1, source.Label + " at " + distanceM);
                }
            }
        }

        [Test]
        public void ThePrefabPlaysInPlayModeAndObeysMuteAndSolo()
        {
            var prefab = (GameObject)Imported("street.sonorama").mainObject;
            Player.Begin();
            var ears = new GameObject("ears", typeof(AudioListener));
            ears.transform.position = new Vector3(0.3f, 0.0f, 0.4f);
            var played = (GameObject)PrefabUtility.InstantiatePrefab(prefab);
            Player.Frame();
            var sources = Sources(played);
            foreach (var one in sources.SelectMany(source => source.AudioSources)) Assert.IsTrue(one.isPlaying, one.name);
            Assert.AreEqual("bell-1", Silent(sources));
            // The copies of a wide source's loop are apart.
            var sea = sources.Single(source => source.gameObject.name == "sea-1");
            Assert.AreEqual(sea.AudioSources.Count, sea.AudioSources.Select(one => one.timeSamples).Distinct().Count());
            var panorama = played.GetComponentInChildren<SonoramaPanorama>();
            Assert.AreSame(panorama.Picture, panorama.Texture);
            Assert.IsNotNull(panorama.GetComponent<MeshFilter>().sharedMesh);
            sources[1].Solo = true;
            Assert.AreEqual("bell-1 dog-1 wind-1", Silent(sources));
            sources[1].Solo = false;
            sources[0].Muted = true;
            Assert.AreEqual("bell-1 dog-1", Silent(sources));
            var wind = sources.Single(source => source.IsAmbient);
            Assert.AreEqual(ears.transform.position, wind.transform.position);
            ears.transform.position = Vector3.zero;
            Player.Frame();
            Assert.AreEqual(Vector3.zero, wind.transform.position);
            sources[1].enabled = false;
            foreach (var one in sources[1].AudioSources) Assert.IsFalse(one.isPlaying);
            // The project's own picture outlives who shows it.
            panorama.enabled = false;
            Player.Frame();
            Assert.AreEqual(64, panorama.Picture.width);
            Assert.IsTrue(panorama.Picture != null);
            Assert.AreEqual(0, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
        }

        [Test]
        public void TheInspectorMutesAndSolos()
        {
            var scene = ((GameObject)Imported("street.sonorama").mainObject).GetComponent<SonoramaPlacedScene>();
            var editor = UnityEditor.Editor.CreateEditor(scene, typeof(PlacedSceneInspector));
            Hand.WillPress("M", 0);
            editor.OnInspectorGUI();
            Assert.IsTrue(Hand.Sees.Contains("a dog & <its> tail: 6.3 m, 85 dB at 1 m"), string.Join("; ", Hand.Sees));
            Assert.IsTrue(Hand.Sees.Contains("wind-1: all around, 35 dB at 1 m"), string.Join("; ", Hand.Sees));
            Assert.IsTrue(scene.Sources[0].Muted);
            Hand.WillPress("S", 1);
            editor.OnInspectorGUI();
            Assert.AreEqual("bell-1 dog-1 wind-1", Silent(scene.Sources.ToArray()));
        }

        [Test]
        public void GizmosNameEverySourceThatHasAPlace()
        {
            var prefab = (GameObject)Imported("street.sonorama").mainObject;
            Hand.Sees.Clear();
            foreach (var source in Sources(prefab)) SourceGizmos.Draw(source, GizmoType.Selected);
            Assert.AreEqual(
                "a dog & <its> tail\n6.3 m · 69 dB|море\n12.5 m · 59 dB|bell-1\n0.3 m · 76 dB", string.Join("|", Hand.Sees));
        }

        private static AssetImportContext Imported(string name)
        {
            var context = new AssetImportContext(Scenes.PathOf(name));
            new SonoramaImporter().OnImportAsset(context);
            return context;
        }

        private static SonoramaPlacedSource[] Sources(GameObject scene)
        {
            return scene.GetComponent<SonoramaPlacedScene>().Sources.ToArray();
        }

        private static string Silent(SonoramaPlacedSource[] sources)
        {
            return string.Join(" ", sources.Where(source => source.AudioSources.All(one => one.mute))
                .Select(source => source.gameObject.name).OrderBy(name => name));
        }

        /// <summary>What Unity makes of a volume and a custom rolloff.</summary>
        private static double Heard(AudioSource source, float distanceM)
        {
            var curve = source.GetCustomCurve(AudioSourceCurveType.CustomRolloff);
            return source.volume * curve.Evaluate(distanceM / source.maxDistance);
        }

        private static void Check(GameObject prefab)
        {
            var expected = Scenes.Expected();
            // And the picture around them.
            Assert.AreEqual(expected.Count + 1, prefab.transform.childCount);
            var picture = prefab.GetComponentInChildren<SonoramaPanorama>(true).Picture;
            Assert.AreEqual("64 x 32", picture.width + " x " + picture.height);
            Assert.AreEqual(TextureWrapMode.Clamp, picture.wrapModeV);
            var sources = Sources(prefab);
            Assert.AreEqual(expected.Count, sources.Length);
            for (var index = 0; index < sources.Length; index++)
            {
                JToken one = expected[index];
                var source = sources[index];
                Assert.AreEqual((string)one["id"], source.gameObject.name);
                Assert.AreSame(prefab.transform, source.transform.parent);
                Assert.AreEqual((string)one["label"], source.Label);
                Assert.AreEqual((bool)one["muted"], source.Muted);
                var place = source.transform.localPosition;
                Scenes.AreClose(one["unity_m"], place.x, place.y, place.z, source.Label);
                Assert.AreEqual((int)one["emitters"], source.AudioSources.Count, source.Label);
                foreach (var audio in source.AudioSources)
                {
                    Assert.AreSame(source.transform, audio.transform.parent);
                    Assert.IsFalse(audio.playOnAwake);
                    Assert.AreEqual((bool)one["loop"], audio.loop);
                    Assert.AreEqual(1.0, audio.spatialBlend, 0.0);
                }
                var clip = source.Clip != null ? source.Clip : source.Packed.Clip;
                Assert.AreEqual(48000, clip.frequency);
                var samples = new float[clip.samples];
                clip.GetData(samples, 0);
                Scenes.AreTheSamples(one["samples"], samples, source.Label);
            }
        }
    }
}
