using System;

namespace UnityEngine
{
    /// <summary>Object.html. A destroyed object equals null.</summary>
    public class Object
    {
        private string text = "";
        private bool destroyed;

        public string name
        {
            get { Player.CheckThread(); return text; }
            set { Player.CheckThread(); text = value; }
        }

        public HideFlags hideFlags { get; set; }

        protected Object()
        {
            Player.CheckThread();
        }

        public int GetInstanceID()
        {
            return base.GetHashCode();
        }

        public static void Destroy(Object obj)
        {
            Player.CheckThread();
            if (obj != null) Player.Condemn(obj);
        }

        public static void DestroyImmediate(Object obj)
        {
            Player.CheckThread();
            if (obj != null) obj.DestroyNow();
        }

        /// <summary>Object.FindFirstObjectByType.html, of Unity 6.4 (6000.4).</summary>
        [Obsolete("FindFirstObjectByType relies on instance ID ordering. Use FindAnyObjectByType instead.")]
        public static T FindFirstObjectByType<T>() where T : Object
        {
            return FindAnyObjectByType<T>();
        }

        public static T FindAnyObjectByType<T>() where T : Object
        {
            Player.CheckThread();
            foreach (var root in GameObject.Roots)
            {
                if (!root.activeInHierarchy) continue;
                var found = root.GetComponentInChildren<T>();
                if (found != null) return found;
            }
            return null;
        }

        /// <summary>Object.DontDestroyOnLoad.html; for game objects at the root.</summary>
        public static void DontDestroyOnLoad(Object target)
        {
            Player.CheckThread();
            Player.Keep((GameObject)target);
        }

        public static implicit operator bool(Object exists)
        {
            return exists != null;
        }

        public static bool operator ==(Object x, Object y)
        {
            bool noX = ReferenceEquals(x, null) || x.destroyed, noY = ReferenceEquals(y, null) || y.destroyed;
            return noX || noY ? noX && noY : ReferenceEquals(x, y);
        }

        public static bool operator !=(Object x, Object y)
        {
            return !(x == y);
        }

        public override bool Equals(object other)
        {
            return ReferenceEquals(this, other);
        }

        public override int GetHashCode()
        {
            return base.GetHashCode();
        }

        public override string ToString()
        {
            return text + " (" + GetType().Name + ")";
        }

        internal void DestroyNow()
        {
            if (destroyed) return;
            Dying();
            destroyed = true;
        }

        internal virtual void Dying() { }
    }

    /// <summary>HideFlags.html</summary>
    [Flags]
    public enum HideFlags
    {
        None = 0, HideInHierarchy = 1, HideInInspector = 2, DontSaveInEditor = 4, NotEditable = 8, DontSaveInBuild = 16,
        DontUnloadUnusedAsset = 32, DontSave = 52, HideAndDontSave = 61,
    }
}
