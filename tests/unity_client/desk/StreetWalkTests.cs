using System.Linq;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Samples;
using Sonorama.Unity;
using UnityEngine;
using UnityEngine.InputSystem;
using UnityEngine.XR;

namespace Sonorama.Editor.Tests
{
    [TestFixture]
    public sealed class StreetWalkTests
    {
        [SetUp]
        public void BeginToPlay()
        {
            Player.Begin();
            Debug.Complaints.Clear();
            InputDevices.HeadTurn = null;
            Mouse.current = null;
        }

        [Test]
        public void AnEmptySceneBecomesAPlaceToStandIn()
        {
            var walk = new GameObject("walk").AddComponent<StreetWalk>();
            walk.serverUrl = "http://127.0.0.1:9";
            walk.sceneId = "harbour";
            walk.token = "a token of sixteen";
            Player.Frame();
            var client = walk.GetComponentInChildren<SonoramaClient>();
            Assert.AreEqual("http://127.0.0.1:9 harbour a token of sixteen",
                client.ServerUrl + " " + client.SceneId + " " + client.Token);
            Assert.IsNotNull(client.Stream, "it has begun to connect");
            Assert.AreSame(client, client.GetComponentInChildren<SonoramaPanorama>().Client);
            var head = Camera.main.gameObject;
            Assert.IsNotNull(head.GetComponent<AudioListener>());
            Assert.AreSame(client, head.GetComponent<SonoramaListener>().Client);
            Assert.AreSame(head.transform, client.Listener);
            walk.gameObject.SetActive(false);
        }

        [Test]
        public void WhereASceneWasImportedNoServerIsAsked()
        {
            SonoramaPlacedScene.Place(PlacedSceneReader.ReadPath(Scenes.PathOf("street")), null, (source, host) => { });
            var walk = new GameObject("walk").AddComponent<StreetWalk>();
            Player.Frame();
            Assert.IsNull(walk.GetComponentInChildren<SonoramaClient>());
            Assert.IsNotNull(Camera.main.GetComponent<AudioListener>());
        }

        [Test]
        public void TheCameraOfARigIsLeftToTheRig()
        {
            var rig = new GameObject("rig");
            var camera = new GameObject("camera", typeof(Camera), typeof(AudioListener)) { tag = "MainCamera" };
            camera.transform.SetParent(rig.transform, false);
            var walk = new GameObject("walk").AddComponent<StreetWalk>();
            Player.Frame();
            Assert.AreSame(camera, Camera.main.gameObject);
            Assert.AreEqual(1, camera.GetComponentsInChildren<AudioListener>().Length);
            Assert.IsNull(camera.GetComponent<StreetHead>());
            Assert.IsNotNull(camera.GetComponent<SonoramaListener>());
            walk.gameObject.SetActive(false);
        }

        [Test]
        public void ACameraThatStandsAloneGetsAHeadToTurn()
        {
            var camera = new GameObject("Main Camera", typeof(Camera)) { tag = "MainCamera" };
            var walk = new GameObject("walk").AddComponent<StreetWalk>();
            Player.Frame();
            Assert.IsNotNull(camera.GetComponent<StreetHead>());
            Assert.IsNotNull(camera.GetComponent<AudioListener>());
            walk.gameObject.SetActive(false);
        }

        [Test]
        public void InANewSceneOfUnitysTheListenerStandsWhereThePictureWasTaken()
        {
            var camera = NewScenesCamera();
            var walk = Walk();
            Player.Frame();
            var client = walk.GetComponentInChildren<SonoramaClient>();
            Assert.IsTrue(client.transform.position == camera.transform.position, client.transform.position.ToString());
            camera.transform.position = new Vector3(5.0f, 2.0f, 0.0f);
            Player.Frame();
            Assert.IsTrue(client.transform.position == camera.transform.position, "wherever it goes");
            Assert.AreEqual(0, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
            walk.gameObject.SetActive(false);
        }

        [Test]
        public void AnImportedSceneComesToTheCameraToo()
        {
            var camera = NewScenesCamera();
            var placed = SonoramaPlacedScene.Place(
                PlacedSceneReader.ReadPath(Scenes.PathOf("street")), null, (source, host) => { });
            new GameObject("walk").AddComponent<StreetWalk>();
            Player.Frame();
            Assert.IsTrue(placed.transform.position == camera.transform.position, placed.transform.position.ToString());
            Assert.AreEqual(0, Debug.Complaints.Count, string.Join("; ", Debug.Complaints));
        }

        [Test]
        public void AHeadThatLooksAsideIsTurnedFromThere()
        {
            var camera = NewScenesCamera();
            camera.transform.rotation = Quaternion.Euler(0.0f, 90.0f, 0.0f);
            var walk = Walk();
            InputDevices.HeadTurn = Quaternion.Euler(0.0f, 10.0f, 0.0f);
            Player.Frame();
            Player.Frame();
            Assert.AreEqual(100.0, Quaternion.Angle(Quaternion.identity, camera.transform.rotation), 0.01);
            walk.gameObject.SetActive(false);
        }

        private static StreetWalk Walk()
        {
            var walk = new GameObject("walk").AddComponent<StreetWalk>();
            walk.serverUrl = "http://127.0.0.1:9";
            return walk;
        }

        private static GameObject NewScenesCamera()
        {
            var camera = new GameObject("Main Camera", typeof(Camera), typeof(AudioListener)) { tag = "MainCamera" };
            camera.transform.position = new Vector3(0.0f, 1.0f, -10.0f);
            return camera;
        }

        [Test]
        public void TheHeadFollowsTheInputSystemsMouse()
        {
            var head = new GameObject("head").AddComponent<StreetHead>();
            Mouse.current = new Mouse();
            Mouse.current.delta.Value = new Vector2(100.0f, 0.0f);
            Player.Frame();
            Assert.AreEqual(10.0, Quaternion.Angle(Quaternion.identity, head.transform.localRotation), 0.01);
            Assert.Greater(head.transform.forward.x, 0.1f, "to the right");
            Mouse.current.delta.Value = new Vector2(0.0f, 100.0f);
            Player.Frame();
            Assert.Greater(head.transform.forward.y, 0.1f, "up");
        }

        [Test]
        public void TheHeadFollowsAHeadsetAndElseGoesRound()
        {
            var head = new GameObject("head").AddComponent<StreetHead>();
            for (var frame = 0; frame < 60; frame++) Player.Frame();
            Assert.AreEqual(12.0, Quaternion.Angle(Quaternion.identity, head.transform.localRotation), 0.3);
            InputDevices.HeadTurn = Quaternion.Euler(0.0f, 40.0f, 0.0f);
            Player.Frame();
            Assert.AreEqual(40.0, Quaternion.Angle(Quaternion.identity, head.transform.localRotation), 0.01);
        }
    }
}
