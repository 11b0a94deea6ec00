using System;
using System.Collections.Generic;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>A scene that was placed for good, with no server: its sources are its children. This transform is where the
    /// picture was taken, and its forward is the picture's middle.</summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("")]
    public sealed class SonoramaPlacedScene : MonoBehaviour
    {
        [SerializeField]
        private string sceneId;

        [SerializeField]
        private float referenceDbSpl;

        [SerializeField]
        private List<SonoramaPlacedSource> sources = new List<SonoramaPlacedSource>();

        /// <summary>What tells the scene from all others.</summary>
        public string SceneId
        {
            get { return sceneId; }
        }

        /// <summary>The level at the listener that plays a clip as it is, dB SPL.</summary>
        public float ReferenceDbSpl
        {
            get { return referenceDbSpl; }
        }

        /// <summary>In the scene's order.</summary>
        public IList<SonoramaPlacedSource> Sources
        {
            get { return sources; }
        }

        /// <summary>Makes a game object that holds a scene; in play mode it sounds at once. Main thread.</summary>
        /// <param name="scene">What sounds where.</param>
        /// <param name="picture">What is seen around it; null for nothing.</param>
        /// <param name="give">Gives a placed source its sound.</param>
        public static SonoramaPlacedScene Place(
            PlacedScene scene, Texture2D picture, Action<PlacedSource, SonoramaPlacedSource> give)
        {
            var root = new GameObject(scene.Name);
            // Nothing begins before it's complete.
            root.SetActive(false);
            var placed = root.AddComponent<SonoramaPlacedScene>();
            placed.sceneId = scene.Id;
            placed.referenceDbSpl = (float)scene.ReferenceDbSpl;
            foreach (var source in scene.Sources)
            {
                var host = new GameObject(source.Id);
                host.transform.SetParent(placed.transform, false);
                var one = host.AddComponent<SonoramaPlacedSource>();
                one.Set(source, scene.ReferenceDbSpl);
                give(source, one);
                placed.sources.Add(one);
            }
            // A photograph is no sphere.
            if (picture != null && scene.IsPanorama) placed.Surround(picture);
            root.SetActive(true);
            return placed;
        }

        /// <summary>Puts the place where the picture was taken, which is this transform, where the listener is.</summary>
        [ContextMenu("Move To Listener")]
        public void MoveToListener()
        {
            var listener = Viewpoint.FindListener();
            if (listener != null) transform.position = listener.position;
        }

        private void Start()
        {
            var listener = Viewpoint.FindListener();
            if (listener == null) return;
            var complaint = Viewpoint.Complaint(transform, listener);
            if (complaint != null) Debug.LogWarning("Sonorama: " + complaint, this);
        }

        private void Surround(Texture2D picture)
        {
            var host = new GameObject("Panorama");
            host.transform.SetParent(transform, false);
            host.AddComponent<SonoramaPanorama>().Picture = picture;
        }

        /// <summary>Silences what is muted, and, while any source is solo, whatever isn't.</summary>
        internal void Hush()
        {
            var isAnySolo = false;
            // Whoever edits a prefab may delete sources from it.
            foreach (var source in sources)
                if (source != null) isAnySolo |= source.Solo;
            foreach (var source in sources)
                if (source != null) source.SetSilent(source.Muted || isAnySolo && !source.Solo);
        }
    }
}
