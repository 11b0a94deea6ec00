using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    /// <summary>
    /// PrefabUtility.html. A copy has what Unity serialises of components (script-serialization.html of the manual: public
    /// fields, and those with SerializeField), and refers to its own parts where the original did.
    /// </summary>
    public sealed class PrefabUtility
    {
        private const BindingFlags Own =
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

        public static GameObject SaveAsPrefabAsset(GameObject instanceRoot, string assetPath)
        {
            if (!assetPath.EndsWith(".prefab", StringComparison.Ordinal)) throw new ArgumentException("no .prefab");
            var saved = Copy(instanceRoot);
            AssetDatabase.Prefabs[assetPath] = saved;
            return saved;
        }

        public static Object InstantiatePrefab(Object assetComponentOrGameObject)
        {
            return Copy((GameObject)assetComponentOrGameObject);
        }

        private static GameObject Copy(GameObject root)
        {
            var parts = new Dictionary<object, object>();
            var copy = Skeleton(root, null, parts);
            foreach (var part in new List<KeyValuePair<object, object>>(parts)) Fill(part.Key, part.Value, parts);
            copy.SetActive(true);
            return copy;
        }

        /// <summary>Game objects and components with nothing in them yet; none lives before all is there.</summary>
        private static GameObject Skeleton(GameObject from, Transform parent, Dictionary<object, object> parts)
        {
            var to = new GameObject(from.name);
            to.SetActive(parent != null);
            if (parent != null) to.transform.SetParent(parent, false);
            parts.Add(from, to);
            parts.Add(from.transform, to.transform);
            foreach (var component in from.GetComponentsInChildren<Component>(true))
                if (component.gameObject == from && !(component is Transform)) parts.Add(component, to.AddComponent(component.GetType()));
            foreach (Transform child in from.transform) Skeleton(child.gameObject, to.transform, parts);
            return to;
        }

        private static void Fill(object from, object to, Dictionary<object, object> parts)
        {
            if (from is Transform)
            {
                ((Transform)to).localPosition = ((Transform)from).localPosition;
                ((Transform)to).localRotation = ((Transform)from).localRotation;
                ((Transform)to).localScale = ((Transform)from).localScale;
                return;
            }
            if (from is GameObject) return;
            // What these have themselves belongs to the engine.
            var ends = new[] { typeof(Component), typeof(Behaviour), typeof(MonoBehaviour) };
            for (var type = from.GetType(); Array.IndexOf(ends, type) < 0; type = type.BaseType)
                foreach (var field in type.GetFields(Own))
                    if (!(from is MonoBehaviour) || IsSerialised(field)) field.SetValue(to, Mapped(field.GetValue(from), parts));
        }

        private static bool IsSerialised(FieldInfo field)
        {
            if (field.GetCustomAttribute<NonSerializedAttribute>() != null) return false;
            return field.IsPublic || field.GetCustomAttribute<SerializeField>() != null;
        }

        private static object Mapped(object value, Dictionary<object, object> parts)
        {
            object own;
            if (value is Object && parts.TryGetValue(value, out own)) return own;
            var list = value as IList;
            if (list == null || value is Array) return value;
            var copy = (IList)Activator.CreateInstance(value.GetType());
            foreach (var one in list) copy.Add(Mapped(one, parts));
            return copy;
        }
    }
}
