using System.Linq;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEngine;

namespace Sonorama.Editor.Tests
{
    /// <summary>An imported scene, and a listener who isn't where its picture was taken.</summary>
    [TestFixture]
    public sealed class ViewpointTests
    {
        private GameObject ears;
        private SonoramaPlacedScene scene;

        [SetUp]
        public void BeginToPlay()
        {
            Player.Begin();
            Debug.Complaints.Clear();
            ears = new GameObject("Main Camera", typeof(AudioListener));
            scene = SonoramaPlacedScene.Place(
                PlacedSceneReader.ReadPath(Scenes.PathOf("street")), null, (source, host) => { });
        }

        [TestCase(0.5f, 0)]
        [TestCase(10.0f, 1)]
        public void AListenerWhoIsFarFromThereIsToldOnce(float awayM, int complaints)
        {
            ears.transform.position = new Vector3(0.0f, 0.0f, -awayM);
            for (var frame = 0; frame < 60; frame++) Player.Frame();
            Assert.AreEqual(complaints, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
            if (complaints == 0) return;
            Assert.IsTrue(Debug.Complaints[0].Contains("(Main Camera) is 10.0 m from"), Debug.Complaints[0]);
        }

        [Test]
        public void ItComesToTheListenerWhenTold()
        {
            ears.transform.position = new Vector3(0.0f, 1.0f, -10.0f);
            scene.MoveToListener();
            Player.Frame();
            Assert.IsTrue(scene.transform.position == ears.transform.position);
            Assert.AreEqual(0, Debug.Complaints.Count);
        }

        [TestCase(2.0f, 2.0f)]
        [TestCase(1.0f, -1.0f)]
        [TestCase(2.0f, 1.0f)]
        public void AScaleThatMirrorsOrStretchesIsTold(float across, float up)
        {
            var parent = new GameObject("parent");
            parent.transform.localScale = new Vector3(across, up, across);
            scene.transform.SetParent(parent.transform, false);
            Player.Frame();
            Assert.AreEqual(across == up ? 0 : 1, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
        }

        [Test]
        public void ScaledAndTurnedParentsMoveAndTurnEverythingAndChangeNoLevel()
        {
            var source = scene.Sources.First(one => one.gameObject.name == "dog-1");
            var audio = source.AudioSources[0];
            var place = source.transform.localPosition;
            Player.Frame();
            var near = audio.minDistance;
            var far = audio.maxDistance;
            var parent = new GameObject("parent");
            parent.transform.position = new Vector3(3.0f, 0.0f, 0.0f);
            parent.transform.rotation = Quaternion.Euler(0.0f, 90.0f, 0.0f);
            parent.transform.localScale = 0.25f * Vector3.one;
            scene.transform.SetParent(parent.transform, false);
            ears.transform.position = parent.transform.position;
            Player.Frame();
            // A quarter turn to the right takes forward to right, and right to back.
            var wanted = parent.transform.position + 0.25f * new Vector3(place.z, place.y, -place.x);
            Assert.Less(Vector3.Distance(wanted, audio.transform.position), 1e-4f);
            Assert.AreEqual(0.25f * near, audio.minDistance, 1e-6f);
            Assert.AreEqual(0.25f * far, audio.maxDistance, 1e-4f);
        }
    }
}
