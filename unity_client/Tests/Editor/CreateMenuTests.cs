using NUnit.Framework;
using Sonorama.Unity;
using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor.Tests
{
    [TestFixture]
    public sealed class CreateMenuTests
    {
        [Test]
        public void TheMenuMakesAClientBelowWhatIsSelectedAndAListenerOnTheCamera()
        {
            var camera = new GameObject("camera", typeof(Camera)) { tag = "MainCamera" };
            var parent = new GameObject("parent");
            CreateMenu.CreateClient(new MenuCommand(parent));
            var client = parent.GetComponentInChildren<SonoramaClient>();
            Assert.AreEqual("Sonorama Client", client.gameObject.name);
            Assert.AreSame(client.gameObject, Selection.activeObject);
            Assert.AreSame(client, Camera.main.GetComponent<SonoramaListener>().Client);
            Object.DestroyImmediate(parent);
            Object.DestroyImmediate(camera);
        }

        [Test]
        public void AClientBelowNothingStandsWhereTheCameraIs()
        {
            var camera = new GameObject("camera", typeof(Camera)) { tag = "MainCamera" };
            camera.transform.position = new Vector3(0.0f, 1.0f, -10.0f);
            CreateMenu.CreateClient(new MenuCommand(null));
            Assert.IsTrue(((GameObject)Selection.activeObject).transform.position == camera.transform.position);
            Object.DestroyImmediate(Selection.activeObject);
            Object.DestroyImmediate(camera);
        }

        [Test]
        public void LiveSoundHasAGameObjectOfItsOwn()
        {
            CreateMenu.CreateLiveBinaural(new MenuCommand(null));
            var made = (GameObject)Selection.activeObject;
            Assert.IsNotNull(made.GetComponent<SonoramaLiveBinaural>());
            Assert.IsNotNull(made.GetComponent<AudioSource>());
            Object.DestroyImmediate(made);
        }

        [Test]
        public void ACameraThatHasAListenerKeepsIt()
        {
            var camera = new GameObject("camera", typeof(Camera), typeof(SonoramaListener)) { tag = "MainCamera" };
            CreateMenu.CreateClient(new MenuCommand(null));
            Assert.IsNull(Camera.main.GetComponent<SonoramaListener>().Client);
            Assert.AreEqual(1, Camera.main.gameObject.GetComponentsInChildren<SonoramaListener>().Length);
            Object.DestroyImmediate(Selection.activeObject);
            Object.DestroyImmediate(camera);
        }
    }
}
