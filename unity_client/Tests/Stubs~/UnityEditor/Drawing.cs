using System;
using System.Collections.Generic;
using UnityEditor;

namespace UnityEngine
{
    /// <summary>GUILayoutOption.html</summary>
    public sealed class GUILayoutOption
    {
        internal GUILayoutOption() { }
    }

    /// <summary>GUIStyle.html</summary>
    public sealed class GUIStyle
    {
        public static implicit operator GUIStyle(string str)
        {
            return new GUIStyle();
        }
    }

    /// <summary>GUILayout.html</summary>
    public class GUILayout
    {
        public static GUILayoutOption Width(float width)
        {
            return new GUILayoutOption();
        }

        public static bool Button(string text, params GUILayoutOption[] options)
        {
            return Hand.Presses(text);
        }

        public static bool Toggle(bool value, string text, GUIStyle style, params GUILayoutOption[] options)
        {
            return Hand.Presses(text) ? !value : value;
        }
    }
}

namespace UnityEditor
{
    /// <summary>What a person sees and presses, as tests have it; Unity has no such class.</summary>
    public static class Hand
    {
        /// <summary>The texts of labels and boxes, in order.</summary>
        public static readonly List<string> Sees = new List<string>();

        private static string button;
        private static int skipped;

        /// <summary>Presses a button when it's drawn the next time.</summary>
        /// <param name="text">What is on it.</param>
        /// <param name="number">Which one of those, from 0.</param>
        public static void WillPress(string text, int number)
        {
            button = text;
            skipped = number;
            Sees.Clear();
        }

        internal static bool Presses(string text)
        {
            if (text != button || skipped-- > 0) return false;
            button = null;
            return true;
        }
    }

    /// <summary>MessageType.html</summary>
    public enum MessageType
    {
        None, Info, Warning, Error,
    }

    /// <summary>EditorGUI.html</summary>
    public sealed class EditorGUI
    {
        public static void BeginChangeCheck() { }

        public static bool EndChangeCheck()
        {
            return false;
        }

        public static void BeginDisabledGroup(bool disabled) { }

        public static void EndDisabledGroup() { }
    }

    /// <summary>EditorGUILayout.html</summary>
    public sealed class EditorGUILayout
    {
        public static void LabelField(string label, params UnityEngine.GUILayoutOption[] options)
        {
            Hand.Sees.Add(label);
        }

        public static void LabelField(string label, string label2, params UnityEngine.GUILayoutOption[] options)
        {
            Hand.Sees.Add(label + ": " + label2);
        }

        public static void HelpBox(string message, MessageType type)
        {
            Hand.Sees.Add(type + ": " + message);
        }

        public static string TextField(string label, string text, params UnityEngine.GUILayoutOption[] options)
        {
            return text;
        }

        public static string DelayedTextField(string label, string text, params UnityEngine.GUILayoutOption[] options)
        {
            return text;
        }

        public static UnityEngine.Rect BeginHorizontal(params UnityEngine.GUILayoutOption[] options)
        {
            return new UnityEngine.Rect();
        }

        public static void EndHorizontal() { }
    }

    /// <summary>GizmoType.html</summary>
    [Flags]
    public enum GizmoType
    {
        Pickable = 1, NotInSelectionHierarchy = 2, NonSelected = 32, Selected = 4, Active = 8, InSelectionHierarchy = 16,
    }

    /// <summary>DrawGizmo.html</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class DrawGizmo : Attribute
    {
        public DrawGizmo(GizmoType gizmo)
        {
            drawOptions = gizmo;
        }

        public GizmoType drawOptions { get; private set; }
    }

    /// <summary>Handles.html</summary>
    public sealed class Handles
    {
        public static void Label(UnityEngine.Vector3 position, string text)
        {
            Hand.Sees.Add(text);
        }
    }
}
