using System.Linq;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEngine;

namespace Sonorama.Editor.Tests
{
    /// <summary>Imported scenes go on when the audio device is another one.</summary>
    [TestFixture]
    public sealed class DeviceChangeTests
    {
        private SonoramaPlacedScene scene;

        [SetUp]
        public void BeginToPlay()
        {
            Player.Begin();
            Debug.Complaints.Clear();
            var read = PlacedSceneReader.ReadPath(Scenes.PathOf("street"));
            scene = SonoramaPlacedScene.Place(read, null, (source, host) =>
            {
                host.Packed = SonoramaClip.Of(source.Id, read.ReadClip(source));
            });
            Player.Frame();
        }

        [TearDown]
        public void EndPlaying()
        {
            Object.DestroyImmediate(scene.gameObject);
        }

        [Test]
        public void PackedClipsAreMadeAnewAndPlay()
        {
            var before = scene.Sources.Select(source => source.AudioSources[0].clip).ToArray();
            Player.ChangeDevice();
            Assert.IsFalse(scene.Sources.Any(source => source.AudioSources.Any(one => one.isPlaying)), "they were lost");
            Player.Frame();
            for (var index = 0; index < before.Length; index++)
            {
                var source = scene.Sources[index];
                Assert.IsFalse(ReferenceEquals(before[index], source.AudioSources[0].clip), source.Label);
                foreach (var one in source.AudioSources) Assert.IsTrue(one.isPlaying, source.Label);
            }
            Assert.AreEqual(0, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
        }

        [Test]
        public void ImportedClipsPlayAgain()
        {
            var source = scene.Sources.First(one => one.AudioSources[0].loop);
            source.Clip = Player.Imported(AudioClip.Create("imported", 48000, 1, 48000, false));
            source.Play();
            Player.ChangeDevice();
            Player.Frame();
            Assert.AreSame(source.Clip, source.AudioSources[0].clip);
            Assert.IsTrue(source.AudioSources[0].isPlaying);
        }

        [Test]
        public void AClipThatPlaysOnceGoesOnWhereItWasAndNeverTwice()
        {
            var source = scene.Sources.First(one => !one.AudioSources[0].loop);
            var audio = source.AudioSources[0];
            source.Play();
            var lengthS = audio.clip.length;
            Player.Frame(0.5f * lengthS);
            Player.ChangeDevice();
            Player.Frame(0.1f * lengthS);
            Assert.AreEqual(0.6 * lengthS, audio.time, 0.05 * lengthS);
            Player.Frame(lengthS);
            Player.ChangeDevice();
            Player.Frame();
            Assert.IsFalse(audio.isPlaying, "it was over");
        }
    }
}
