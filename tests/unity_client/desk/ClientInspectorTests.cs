using System.Linq;
using NUnit.Framework;
using Sonorama.Unity;
using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor.Tests
{
    [TestFixture]
    public sealed class ClientInspectorTests
    {
        [Test]
        public void ItSaysWhyThereIsNoConnection()
        {
            Player.Begin();
            var host = new GameObject("client");
            host.SetActive(false);
            var client = host.AddComponent<SonoramaClient>();
            client.SceneId = "street";
            client.ServerUrl = "nowhere";
            var editor = UnityEditor.Editor.CreateEditor(client, typeof(ClientInspector));
            Assert.IsTrue(editor.RequiresConstantRepaint());
            Hand.Sees.Clear();
            editor.OnInspectorGUI();
            Assert.AreEqual("Info: Not connected", Hand.Sees.Single());
            host.SetActive(true);
            Hand.Sees.Clear();
            editor.OnInspectorGUI();
            Assert.IsTrue(Hand.Sees.Single().StartsWith("Error: Refused: \"nowhere\" is no server address"), Hand.Sees.Single());
            Object.DestroyImmediate(host);
        }

        [Test]
        public void AnInspectorIsForItsOwnComponentOnly()
        {
            var other = new GameObject("other").transform;
            Assert.IsNull(UnityEditor.Editor.CreateEditor(other, typeof(ClientInspector)));
        }
    }
}
