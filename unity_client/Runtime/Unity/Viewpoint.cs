using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// Where the picture was taken: the transform of a client or of a placed scene. Everything that was found in the
    /// picture is where it was found for a listener who is there, and the picture is right from there only.
    /// </summary>
    internal static class Viewpoint
    {
        // A step aside changes the direction of what is near, but nobody would call it the wrong place.
        private const float NearM = 1.0f;
        private const float SameScale = 0.01f;

        /// <summary>Who hears the Unity scene; null where there is no AudioListener that is active.</summary>
        internal static Transform FindListener()
        {
            var found = Object.FindAnyObjectByType<AudioListener>();
            return found == null ? null : found.transform;
        }

        /// <summary>How many of Unity's units a metre of the scene is.</summary>
        internal static float Scale(Transform viewpoint)
        {
            var scale = viewpoint.lossyScale;
            return Mathf.Pow(Mathf.Abs(scale.x * scale.y * scale.z), 1.0f / 3.0f);
        }

        /// <summary>What is wrong with where the listener is, in a line; null where nothing is.</summary>
        internal static string Complaint(Transform viewpoint, Transform listener)
        {
            var scale = viewpoint.lossyScale;
            var least = Mathf.Min(scale.x, Mathf.Min(scale.y, scale.z));
            var most = Mathf.Max(scale.x, Mathf.Max(scale.y, scale.z));
            if (least <= 0.0f || most - least > SameScale * most)
                return viewpoint.name + " is scaled by " + scale + ": sounds are where they were found only with a scale "
                    + "that is above 0 and the same in all directions";
            var awayM = viewpoint.InverseTransformPoint(listener.position).magnitude;
            if (awayM <= NearM) return null;
            return string.Format(
                System.Globalization.CultureInfo.InvariantCulture,
                "the listener ({0}) is {1:0.0} m from where the picture was taken ({2}), and hears and sees it right from "
                + "there only: move one of them, or choose Move To Listener in the component's menu",
                listener.name, awayM, viewpoint.name);
        }
    }
}
