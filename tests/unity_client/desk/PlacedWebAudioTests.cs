using System.Linq;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEngine;

namespace Sonorama.Editor.Tests
{
    /// <summary>An imported scene in a browser, where Unity has no rolloff by a curve.</summary>
    [TestFixture]
    public sealed class PlacedWebAudioTests
    {
        private GameObject ears;
        private SonoramaPlacedScene scene;

        [SetUp]
        public void BeginToPlay()
        {
            Player.Begin();
            Application.platform = RuntimePlatform.WebGLPlayer;
            ears = new GameObject("ears", typeof(AudioListener));
            scene = SonoramaPlacedScene.Place(
                PlacedSceneReader.ReadPath(Scenes.PathOf("street")), null, (source, host) => { });
        }

        [TearDown]
        public void EndPlaying()
        {
            Application.platform = RuntimePlatform.LinuxPlayer;
        }

        [TestCase(8.0f)]
        [TestCase(50.0f)]
        public void VolumesFallWithDistanceAsTheLawOfEachKind(float distanceM)
        {
            foreach (var source in scene.Sources)
            {
                ears.transform.position = source.transform.position + new Vector3(0.0f, 0.0f, distanceM);
                Player.Frame();
                var power = source.AudioSources.Sum(one => (double)one.volume * one.volume);
                var expectedDb = Levels.ReceivedDbSpl(source.Kind, source.LevelDbSpl1M, 0.0, distanceM) - scene.ReferenceDbSpl;
                Assert.AreEqual(expectedDb, 10.0 * System.Math.Log10(power), 0.01, source.Label);
                Assert.IsTrue(source.AudioSources.All(one => one.minDistance > 1000.0f), "nothing falls by itself");
            }
        }
    }
}
