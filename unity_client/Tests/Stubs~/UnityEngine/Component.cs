using System;

namespace UnityEngine
{
    /// <summary>Component.html</summary>
    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }

        public Transform transform
        {
            get { Player.CheckThread(); return gameObject.transform; }
        }

        public new string name
        {
            get { return gameObject.name; }
            set { gameObject.name = value; }
        }

        public T GetComponent<T>()
        {
            return gameObject.GetComponent<T>();
        }

        public Component GetComponent(Type type)
        {
            return gameObject.GetComponent(type);
        }

        public T GetComponentInChildren<T>(bool includeInactive = false)
        {
            return gameObject.GetComponentInChildren<T>(includeInactive);
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive = false)
        {
            return gameObject.GetComponentsInChildren<T>(includeInactive);
        }

        public T GetComponentInParent<T>()
        {
            return gameObject.GetComponentInParent<T>();
        }

        internal override void Dying()
        {
            gameObject.Components.Remove(this);
        }
    }

    /// <summary>Behaviour.html</summary>
    public class Behaviour : Component
    {
        private bool isEnabled = true;

        public bool enabled
        {
            get { Player.CheckThread(); return isEnabled; }
            set
            {
                Player.CheckThread();
                isEnabled = value;
                EnabledChanged();
            }
        }

        public bool isActiveAndEnabled
        {
            get { return enabled && gameObject.activeInHierarchy; }
        }

        internal virtual void EnabledChanged() { }
    }
}
