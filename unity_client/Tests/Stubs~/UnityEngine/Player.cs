using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;

namespace UnityEngine
{
    /// <summary>
    /// The engine, as tests drive it; Unity has no such class. The order of what happens in a frame follows
    /// https://docs.unity3d.com/2022.3/Documentation/Manual/ExecutionOrder.html.
    /// </summary>
    public static class Player
    {
        private static readonly List<MonoBehaviour> Alive = new List<MonoBehaviour>();
        private static readonly List<Object> Condemned = new List<Object>();
        private static readonly List<GameObject> Kept = new List<GameObject>();
        private static int mainThread = Thread.CurrentThread.ManagedThreadId;

        /// <summary>Whether components live, as in play mode; in edit mode only those with ExecuteAlways do.</summary>
        public static bool IsPlaying { get; private set; }

        internal static double NowS { get; private set; }

        internal static float DeltaS { get; private set; }

        internal static int Frames { get; private set; }

        /// <summary>This thread is the main one from now on, and everything that lived before is forgotten.</summary>
        public static void Begin()
        {
            mainThread = Thread.CurrentThread.ManagedThreadId;
            IsPlaying = true;
            Alive.Clear();
            Condemned.Clear();
            Kept.Clear();
            GameObject.Roots.Clear();
        }

        /// <summary>Leaves play mode: everything ends as when its scene is closed. Statics stay as they are, as they do
        /// with domain reload off.</summary>
        public static void End()
        {
            Kept.Clear();
            LoadScene();
            IsPlaying = false;
        }

        /// <summary>Another scene in place of this one, empty yet; what was told to be kept stays.</summary>
        public static void LoadScene()
        {
            CheckThread();
            foreach (var root in GameObject.Roots.ToArray())
                if (!Kept.Contains(root)) root.DestroyNow();
        }

        internal static void Keep(GameObject root)
        {
            Kept.Add(root);
        }

        /// <summary>A frame: time goes on, components start and update, and what was destroyed is gone.</summary>
        public static void Frame(float seconds = 1.0f / 60.0f)
        {
            CheckThread();
            NowS += seconds;
            DeltaS = seconds;
            Frames++;
            // Components may come and go meanwhile.
            for (var index = 0; index < Alive.Count; index++) Alive[index].RunStart();
            for (var index = 0; index < Alive.Count; index++) Alive[index].RunUpdate();
            for (var index = 0; index < Alive.Count; index++) Alive[index].RunLateUpdate();
            foreach (var one in Condemned) one.DestroyNow();
            Condemned.Clear();
        }

        /// <summary>Somebody plugs headphones in.</summary>
        public static void ChangeDevice(int sampleRateHz = 44100)
        {
            CheckThread();
            AudioSettings.ChangeDevice(sampleRateHz);
        }

        /// <summary>How many wait to be told of another device.</summary>
        public static int DeviceHandlers
        {
            get { return AudioSettings.Handlers; }
        }

        /// <summary>Makes a clip one that Unity has imported, which outlives the device.</summary>
        public static AudioClip Imported(AudioClip clip)
        {
            clip.Keep();
            return clip;
        }

        /// <summary>Whether the filters on an AudioSource are fed: with a clip or without, once it was told to play.</summary>
        public static bool IsFed(AudioSource source)
        {
            CheckThread();
            return source.IsRunning;
        }

        /// <summary>Throws on any thread but the main one, with Unity's words.</summary>
        public static void CheckThread()
        {
            if (Thread.CurrentThread.ManagedThreadId != mainThread)
                throw new UnityException("can only be called from the main thread.");
        }

        internal static void Born(MonoBehaviour component)
        {
            var order = Order(component);
            var index = Alive.Count;
            while (index > 0 && Order(Alive[index - 1]) > order) index--;
            Alive.Insert(index, component);
        }

        private static int Order(MonoBehaviour component)
        {
            var attribute = component.GetType().GetCustomAttribute<DefaultExecutionOrder>();
            return attribute == null ? 0 : attribute.order;
        }

        internal static void Died(MonoBehaviour component)
        {
            Alive.Remove(component);
        }

        internal static void Condemn(Object one)
        {
            if (!Condemned.Contains(one)) Condemned.Add(one);
        }
    }

    /// <summary>UnityException.html</summary>
    public class UnityException : SystemException
    {
        public UnityException(string message) : base(message) { }
    }
}
