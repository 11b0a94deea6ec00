using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>Places and turns of the scene as Unity's types; the frames themselves are converted by
    /// <see cref="Coordinates"/>.</summary>
    public static class UnityFrame
    {
        /// <summary>Unity's right, up, forward of a point of the scene's frame, metres.</summary>
        public static Vector3 FromScene(Point3 point)
        {
            return Vector(Coordinates.UnityFromScene(point));
        }

        /// <summary>Unity's right, up, forward of a direction and a distance, metres.</summary>
        public static Vector3 FromPolar(double azimuthDeg, double elevationDeg, double distanceM)
        {
            return Vector(Coordinates.UnityFromPolar(azimuthDeg, elevationDeg, distanceM));
        }

        /// <summary>The scene's front, left, up of a point in Unity, metres.</summary>
        public static Point3 ToScene(Vector3 point)
        {
            return Coordinates.SceneFromUnity(new Point3(point.x, point.y, point.z));
        }

        /// <summary>The turn in the scene's frame of a turn in Unity.</summary>
        public static Rotation ToScene(Quaternion turn)
        {
            return Coordinates.SceneFromUnity(new Rotation(turn.x, turn.y, turn.z, turn.w));
        }

        private static Vector3 Vector(Point3 point)
        {
            return new Vector3((float)point.X, (float)point.Y, (float)point.Z);
        }
    }
}
