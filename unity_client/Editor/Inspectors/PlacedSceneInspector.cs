using System.Globalization;
using Sonorama.Unity;
using UnityEditor;

namespace Sonorama.Editor
{
    /// <summary>The sources of an imported scene, with mute (which is saved) and solo (which isn't).</summary>
    [CustomEditor(typeof(SonoramaPlacedScene))]
    public sealed class PlacedSceneInspector : UnityEditor.Editor
    {
        public override void OnInspectorGUI()
        {
            var scene = (SonoramaPlacedScene)target;
            EditorGUILayout.LabelField("Scene", scene.SceneId);
            EditorGUILayout.LabelField(
                "A volume of 1 is", string.Format(CultureInfo.InvariantCulture, "{0:0} dB SPL", scene.ReferenceDbSpl));
            foreach (var source in scene.Sources)
            {
                // Whoever edits a prefab may delete sources from it.
                if (source == null) continue;
                bool muted = source.Muted, solo = source.Solo;
                if (!SourceRow.Draw(source.Label, FactsOf(source), ref muted, ref solo)) continue;
                Undo.RecordObject(source, "Mute a source");
                source.Muted = muted;
                source.Solo = solo;
                EditorUtility.SetDirty(source);
            }
        }

        /// <summary>What a row says of a source besides its name.</summary>
        public static string FactsOf(SonoramaPlacedSource source)
        {
            var level = string.Format(CultureInfo.InvariantCulture, "{0:0} dB at 1 m", source.LevelDbSpl1M);
            if (source.IsAmbient) return "all around, " + level;
            var distanceM = source.transform.localPosition.magnitude;
            return string.Format(CultureInfo.InvariantCulture, "{0:0.0} m, {1}", distanceM, level);
        }
    }
}
