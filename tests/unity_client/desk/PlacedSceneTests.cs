using System;
using System.IO;
using System.Linq;
using System.Text;
using NUnit.Framework;
using Sonorama.Core;

namespace Sonorama.Editor.Tests
{
    [TestFixture]
    public sealed class PlacedSceneTests
    {
        private sealed class OneFile : ISceneFiles
        {
            internal string Text;

            public byte[] Read(string path)
            {
                return Encoding.UTF8.GetBytes(Text);
            }
        }

        [TestCase("street")]
        [TestCase("street.sonorama")]
        [TestCase("packed.zip")]
        public void FoldersAndArchivesHoldTheSameScene(string name)
        {
            var scene = PlacedSceneReader.ReadPath(Scenes.PathOf(name));
            Assert.AreEqual("street", scene.Id);
            Assert.IsTrue(scene.IsPanorama);
            Assert.AreEqual(360.0, scene.PictureHfovDeg, 0.0);
            Assert.AreEqual(2.0, scene.PictureAspect, 1e-9);
            Assert.AreEqual(2.5, scene.CameraHeightM, 0.0);
            Assert.AreEqual(0xFF, scene.ReadPicture()[0]);
            var expected = Scenes.Expected();
            Assert.AreEqual(expected.Count, scene.Sources.Count);
            for (var index = 0; index < expected.Count; index++)
            {
                var one = expected[index];
                var source = scene.Sources[index];
                Assert.AreEqual((string)one["id"], source.Id);
                Assert.AreEqual((string)one["label"], source.Label);
                Assert.AreEqual((string)one["kind"], source.Kind);
                Assert.AreEqual((bool)one["muted"], source.Muted);
                Assert.AreEqual((bool)one["loop"], source.Loop);
                Assert.AreEqual((double)one["level_db_spl_1m"], source.LevelDbSpl1M, 0.0);
                Assert.AreEqual((double)one["received_db_spl"], source.ReceivedDbSpl, 1e-9);
                var place = source.UnityPositionM;
                Scenes.AreClose(one["unity_m"], place.X, place.Y, place.Z, source.Id);
                Scenes.AreTheSamples(one["samples"], Scenes.Samples(scene, source), source.Id);
            }
        }

        [Test]
        public void TheLoudestThatArrivesHasHeadroom()
        {
            var scene = PlacedSceneReader.ReadPath(Scenes.PathOf("street"));
            Assert.AreEqual(82.02, scene.ReferenceDbSpl, 0.01);
            Assert.AreEqual(6.0, scene.ReferenceDbSpl - scene.Sources.Max(source => source.ReceivedDbSpl), 1e-9);
        }

        [TestCase("\"version\": 1", "\"version\": 2", "update")]
        [TestCase("sonorama.scene", "sonorama.other", "no scene")]
        [TestCase("clips/dog-1.wav", "../dog-1.wav", "leads out")]
        [TestCase("clips/dog-1.wav", "/etc/passwd", "leads out")]
        [TestCase("\"kind\": \"line\"", "\"kind\": \"plane\"", "isn't known")]
        [TestCase("\"azimuth_deg\": 110.0", "\"azimuth_deg\": \"left\"", "azimuth_deg")]
        [TestCase("\"azimuth_deg\": 110.0", "\"azimuth_deg\": 1e999", "scene.json")]
        [TestCase("\"distance_m\": 6.25", "\"distance_m\": null", "distance_m")]
        [TestCase("\"sources\": [", "\"sources\": 1, \"others\": [", "sources")]
        [TestCase("\"sources\": [", "\"sources\": [null, ", "sources")]
        [TestCase("\"loop\": false", "\"loop\": \"no\"", "loop")]
        [TestCase("{", "[", "no JSON")]
        public void WhatIsNoSceneIsOneClearLine(string text, string changed, string says)
        {
            var whole = File.ReadAllText(Path.Combine(Scenes.PathOf("street"), "scene.json"), Encoding.UTF8);
            var at = whole.IndexOf(text, StringComparison.Ordinal);
            Assert.IsTrue(at >= 0, text);
            var damaged = whole.Substring(0, at) + changed + whole.Substring(at + text.Length);
            var error = Assert.Throws<SceneFileException>(() => PlacedSceneReader.Read(new OneFile { Text = damaged }));
            Assert.IsTrue(error.Message.Contains(says), error.Message);
            Assert.IsFalse(error.Message.Contains("\n"), error.Message);
        }

        [Test]
        public void AClipThatWasChangedIsRefused()
        {
            var archive = File.ReadAllBytes(Scenes.PathOf("street.sonorama"));
            var name = Encoding.ASCII.GetBytes("clips/dog-1.wav");
            var at = Enumerable.Range(0, archive.Length).First(start => name.SequenceEqual(archive.Skip(start).Take(name.Length)));
            // The manifest, which stands first, names it; the local entry follows.
            at = Enumerable.Range(at + 1, archive.Length).First(
                start => archive[start] == name[0] && name.SequenceEqual(archive.Skip(start).Take(name.Length)));
            archive[at + name.Length + 100] ^= 1;
            var scene = PlacedSceneReader.Read(new SceneArchive(archive));
            var error = Assert.Throws<SceneFileException>(() => scene.ReadClip(scene.Sources[0]));
            Assert.IsTrue(error.Message.Contains("isn't what the scene was made with"), error.Message);
        }

        [Test]
        public void DamagedArchivesNeverFailInAnotherWay()
        {
            var whole = File.ReadAllBytes(Scenes.PathOf("packed.zip"));
            var random = new Random(1);
            var refused = 0;
            for (var round = 0; round < 400; round++)
            {
                var damaged = (byte[])whole.Clone();
                // Half of the blows hit the directory at the end, where they hurt most.
                for (var blow = 0; blow < 4; blow++)
                {
                    var at = blow % 2 == 0 ? damaged.Length - 1 - random.Next(500) : random.Next(damaged.Length);
                    damaged[at] = (byte)random.Next(256);
                }
                if (round % 3 == 0) Array.Resize(ref damaged, random.Next(damaged.Length));
                try
                {
                    var scene = PlacedSceneReader.Read(new SceneArchive(damaged));
                    foreach (var source in scene.Sources) scene.ReadClip(source);
                }
                catch (SceneFileException)
                {
                    refused++;
                }
            }
            Assert.Greater(refused, 200);
        }

        [Test]
        public void WhatIsNotThereIsSaid()
        {
            Assert.Throws<SceneFileException>(() => PlacedSceneReader.ReadPath(Scenes.PathOf("nowhere")));
            Assert.Throws<SceneFileException>(() => PlacedSceneReader.ReadPath(Scenes.Folder));
            Assert.Throws<SceneFileException>(() => new SceneArchive(new byte[0]));
            Assert.Throws<SceneFileException>(() => new SceneArchive(new byte[100]));
        }
    }
}
