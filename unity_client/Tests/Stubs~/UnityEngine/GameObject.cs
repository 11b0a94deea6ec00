using System;
using System.Collections.Generic;

namespace UnityEngine
{
    /// <summary>GameObject.html</summary>
    public sealed class GameObject : Object
    {
        internal static readonly List<GameObject> Roots = new List<GameObject>();

        internal readonly List<Component> Components = new List<Component>();

        public GameObject() : this("New Game Object") { }

        public GameObject(string name, params Type[] components)
        {
            this.name = name;
            activeSelf = true;
            transform = new Transform();
            Adopt(transform);
            Roots.Add(this);
            foreach (var type in components) AddComponent(type);
        }

        public Transform transform { get; private set; }

        public bool activeSelf { get; private set; }

        public string tag { get; set; } = "Untagged";

        public int layer { get; set; }

        public bool activeInHierarchy
        {
            get { return activeSelf && (transform.parent == null || transform.parent.gameObject.activeInHierarchy); }
        }

        public void SetActive(bool value)
        {
            Player.CheckThread();
            activeSelf = value;
            Refresh();
        }

        public T AddComponent<T>() where T : Component
        {
            return (T)AddComponent(typeof(T));
        }

        public Component AddComponent(Type componentType)
        {
            Player.CheckThread();
            foreach (RequireComponent needed in componentType.GetCustomAttributes(typeof(RequireComponent), true))
                if (GetComponent(needed.Type) == null) AddComponent(needed.Type);
            var component = (Component)Activator.CreateInstance(componentType, true);
            Adopt(component);
            var behaviour = component as MonoBehaviour;
            if (behaviour != null) behaviour.Refresh();
            return component;
        }

        public T GetComponent<T>()
        {
            Player.CheckThread();
            foreach (var component in Components)
                if (component is T) return (T)(object)component;
            return default(T);
        }

        public Component GetComponent(Type type)
        {
            Player.CheckThread();
            return Components.Find(type.IsInstanceOfType);
        }

        public T GetComponentInChildren<T>(bool includeInactive = false)
        {
            var found = new List<T>();
            Collect(found, includeInactive);
            return found.Count == 0 ? default(T) : found[0];
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive = false)
        {
            var found = new List<T>();
            Collect(found, includeInactive);
            return found.ToArray();
        }

        public T GetComponentInParent<T>()
        {
            for (var one = transform; one != null; one = one.parent)
            {
                var found = one.gameObject.GetComponent<T>();
                if (found != null) return found;
            }
            return default(T);
        }

        internal void Refresh()
        {
            foreach (var component in Components.ToArray())
            {
                var behaviour = component as MonoBehaviour;
                if (behaviour != null) behaviour.Refresh();
            }
            foreach (var child in transform.Children.ToArray()) child.gameObject.Refresh();
        }

        internal override void Dying()
        {
            foreach (var child in transform.Children.ToArray()) child.gameObject.DestroyNow();
            foreach (var component in Components.ToArray())
                if (component != transform) component.DestroyNow();
            transform.SetParent(null);
            transform.DestroyNow();
            Roots.Remove(this);
        }

        private void Adopt(Component component)
        {
            component.gameObject = this;
            Components.Add(component);
        }

        private void Collect<T>(List<T> found, bool includeInactive)
        {
            Player.CheckThread();
            if (!includeInactive && !activeInHierarchy) return;
            foreach (var component in Components)
                if (component is T) found.Add((T)(object)component);
            foreach (var child in transform.Children) child.gameObject.Collect(found, includeInactive);
        }
    }
}
