using System;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    /// <summary>MenuItem.html</summary>
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class MenuItem : Attribute
    {
        public MenuItem(string itemName) : this(itemName, false, 1000) { }

        public MenuItem(string itemName, bool isValidateFunction, int priority)
        {
            menuItem = itemName;
            validate = isValidateFunction;
            this.priority = priority;
        }

        public string menuItem { get; private set; }

        public bool validate { get; private set; }

        public int priority { get; private set; }
    }

    /// <summary>MenuCommand.html</summary>
    public sealed class MenuCommand
    {
        public Object context;

        public MenuCommand(Object inContext)
        {
            context = inContext;
        }
    }

    /// <summary>EditorWindow.html</summary>
    public class EditorWindow : ScriptableObject
    {
        public static T GetWindow<T>(string title) where T : EditorWindow
        {
            return CreateInstance<T>();
        }
    }

    /// <summary>CustomEditor.html</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType)
        {
            Inspected = inspectedType;
        }

        internal Type Inspected { get; private set; }
    }

    /// <summary>Editor.html</summary>
    public class Editor : ScriptableObject
    {
        public Object target { get; set; }

        public static Editor CreateEditor(Object targetObject, Type editorType)
        {
            var shown = (CustomEditor)Attribute.GetCustomAttribute(editorType, typeof(CustomEditor));
            if (shown == null || !shown.Inspected.IsInstanceOfType(targetObject)) return null;
            var made = (Editor)Activator.CreateInstance(editorType);
            made.target = targetObject;
            return made;
        }

        public bool DrawDefaultInspector()
        {
            return false;
        }

        public virtual void OnInspectorGUI()
        {
            DrawDefaultInspector();
        }

        public virtual bool RequiresConstantRepaint()
        {
            return false;
        }
    }

    /// <summary>Selection.html</summary>
    public sealed class Selection
    {
        public static Object activeObject { get; set; }
    }

    /// <summary>Undo.html; nothing is undone here.</summary>
    public class Undo
    {
        public static void RegisterCreatedObjectUndo(Object objectToUndo, string name) { }

        public static void RecordObject(Object objectToUndo, string name) { }

        public static T AddComponent<T>(GameObject gameObject) where T : Component
        {
            return gameObject.AddComponent<T>();
        }
    }

    /// <summary>GameObjectUtility.html</summary>
    public sealed class GameObjectUtility
    {
        /// <summary>A parent of null changes nothing.</summary>
        public static void SetParentAndAlign(GameObject child, GameObject parent)
        {
            if (parent != null) child.transform.SetParent(parent.transform, false);
        }
    }

    /// <summary>EditorUtility.html; panels are closed without a choice.</summary>
    public sealed class EditorUtility
    {
        public static string OpenFolderPanel(string title, string folder, string defaultName)
        {
            return "";
        }

        public static string OpenFilePanel(string title, string directory, string extension)
        {
            return "";
        }

        public static void SetDirty(Object target) { }
    }
}
