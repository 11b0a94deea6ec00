using System;
using System.Reflection;

namespace UnityEngine
{
    /// <summary>MonoBehaviour.html; its messages are private methods that are found by name.</summary>
    public class MonoBehaviour : Behaviour
    {
        private readonly Action onEnable;
        private readonly Action onDisable;
        private readonly Action start;
        private readonly Action update;
        private readonly Action lateUpdate;
        private bool awake;
        private bool live;
        private bool started;

        protected MonoBehaviour()
        {
            onEnable = Message("OnEnable");
            onDisable = Message("OnDisable");
            start = Message("Start");
            update = Message("Update");
            lateUpdate = Message("LateUpdate");
        }

        internal override void EnabledChanged()
        {
            Refresh();
        }

        /// <summary>Awake, OnEnable and OnDisable, as they are due.</summary>
        internal void Refresh()
        {
            if (!Player.IsPlaying && GetType().GetCustomAttribute<ExecuteAlways>() == null) return;
            var shall = isActiveAndEnabled;
            if (!awake && gameObject.activeInHierarchy)
            {
                awake = true;
                Run(Message("Awake"));
            }
            if (shall == live) return;
            live = shall;
            if (live)
            {
                Player.Born(this);
                Run(onEnable);
            }
            else
            {
                Player.Died(this);
                Run(onDisable);
            }
        }

        internal void RunStart()
        {
            if (started) return;
            started = true;
            Run(start);
        }

        internal void RunUpdate()
        {
            Run(update);
        }

        internal void RunLateUpdate()
        {
            Run(lateUpdate);
        }

        internal override void Dying()
        {
            if (live)
            {
                live = false;
                Player.Died(this);
                Run(onDisable);
            }
            if (awake) Run(Message("OnDestroy"));
            base.Dying();
        }

        private static void Run(Action message)
        {
            if (message == null) return;
            try
            {
                message();
            }
            catch (Exception error)
            {
                // As in Unity: what a message throws is logged, and the frame goes on.
                Debug.LogException(error);
            }
        }

        private Action Message(string name)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            for (var type = GetType(); type != typeof(MonoBehaviour); type = type.BaseType)
            {
                var method = type.GetMethod(name, Own, null, Type.EmptyTypes, null);
                if (method != null) return (Action)Delegate.CreateDelegate(typeof(Action), this, method);
            }
            return null;
        }
    }

    /// <summary>ScriptableObject.html</summary>
    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject
        {
            var made = (T)Activator.CreateInstance(typeof(T), true);
            made.Run("OnEnable");
            return made;
        }

        internal override void Dying()
        {
            Run("OnDisable");
        }

        private void Run(string message)
        {
            var method = GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic);
            if (method != null) method.Invoke(this, null);
        }
    }
}
