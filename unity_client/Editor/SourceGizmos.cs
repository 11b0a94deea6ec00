using System.Globalization;
using Sonorama.Core;
using Sonorama.Unity;
using UnityEditor;
using UnityEngine;

namespace Sonorama.Editor
{
    /// <summary>
    /// What the Scene view shows of sources: a ball where each is, the larger the louder it is at the origin; a line to the
    /// origin, thickened where the source may be by one standard deviation; its name, distance and level; and, when it's
    /// selected, a sphere within which it gets no louder.
    /// </summary>
    public static class SourceGizmos
    {
        // 20 dB SPL, a quiet room, and 100 dB SPL, a jackhammer.
        private const float QuietestDbSpl = 20.0f, LoudestDbSpl = 100.0f;
        private const float SmallestM = 0.1f, LargestM = 0.5f;

        private static readonly Color Quiet = new Color(0.3f, 0.6f, 1.0f);
        private static readonly Color Loud = new Color(1.0f, 0.4f, 0.2f);

        [DrawGizmo(GizmoType.Selected | GizmoType.NonSelected | GizmoType.Pickable)]
        public static void Draw(SonoramaSource source, GizmoType type)
        {
            // It's made and told in play mode only.
            if (source.State == null || source.State.IsAmbient) return;
            var state = source.State;
            Draw(source.transform, state.Label, state.Kind, (float)(state.LevelDbSpl1M + state.GainDb),
                (float)state.DistanceSigmaM, source.Rolloff.MinDistanceM, (type & GizmoType.Selected) != 0);
        }

        [DrawGizmo(GizmoType.Selected | GizmoType.NonSelected | GizmoType.Pickable)]
        public static void Draw(SonoramaPlacedSource source, GizmoType type)
        {
            if (source.IsAmbient) return;
            Draw(source.transform, source.Label, source.Kind, source.LevelDbSpl1M, source.DistanceSigmaM,
                source.FullWithinM, (type & GizmoType.Selected) != 0);
        }

        /// <summary>A ball's radius in metres for a level at the origin in dB SPL.</summary>
        public static float RadiusM(float dbSpl)
        {
            return Mathf.Lerp(SmallestM, LargestM, Mathf.InverseLerp(QuietestDbSpl, LoudestDbSpl, dbSpl));
        }

        /// <summary>Name, distance and level.</summary>
        public static string Caption(string label, float distanceM, float dbSpl)
        {
            return string.Format(CultureInfo.InvariantCulture, "{0}\n{1:0.0} m · {2:0} dB", label, distanceM, dbSpl);
        }

        private static void Draw(
            Transform place, string label, string kind, float levelDbSpl1M, float sigmaM, float fullWithinM, bool isSelected)
        {
            var origin = place.parent == null ? Vector3.zero : place.parent.position;
            var ray = place.position - origin;
            var distanceM = ray.magnitude;
            var dbSpl = (float)Levels.ReceivedDbSpl(kind, levelDbSpl1M, 0.0, distanceM);
            Gizmos.color = Color.Lerp(Quiet, Loud, Mathf.InverseLerp(QuietestDbSpl, LoudestDbSpl, dbSpl));
            Gizmos.DrawLine(origin, place.position);
            Gizmos.DrawSphere(place.position, RadiusM(dbSpl));
            if (sigmaM > 0.0f)
            {
                var part = ray.normalized * sigmaM;
                Gizmos.DrawWireSphere(place.position - part, SmallestM);
                Gizmos.DrawWireSphere(place.position + part, SmallestM);
                Gizmos.DrawLine(place.position - part, place.position + part);
            }
            if (isSelected) Gizmos.DrawWireSphere(place.position, fullWithinM);
            Handles.Label(place.position + Vector3.up * LargestM, Caption(label, distanceM, dbSpl));
        }
    }
}
