using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor
{
    /// <summary>A line of an inspector: a source's name and facts, with buttons for mute and solo.</summary>
    internal static class SourceRow
    {
        private static readonly GUILayoutOption[] Button = { GUILayout.Width(24.0f) };

        /// <summary>Whether a button was pressed; its value has changed then.</summary>
        internal static bool Draw(string label, string facts, ref bool muted, ref bool solo)
        {
            EditorGUILayout.BeginHorizontal();
            EditorGUILayout.LabelField(label, facts);
            var isMuted = GUILayout.Toggle(muted, "M", "Button", Button);
            var isSolo = GUILayout.Toggle(solo, "S", "Button", Button);
            EditorGUILayout.EndHorizontal();
            var isPressed = isMuted != muted || isSolo != solo;
            muted = isMuted;
            solo = isSolo;
            return isPressed;
        }
    }
}
