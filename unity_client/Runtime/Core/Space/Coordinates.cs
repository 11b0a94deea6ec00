using System;

namespace Sonorama.Core
{
    /// <summary>
    /// Frames and conversions between them, as PROTOCOL.md, section 7, has them: the only trigonometry of frames in
    /// the client. Scene: front, left, up. Unity, left-handed: right, up, forward. ADM-OSC: right, front, up, where 1
    /// is dmax metres.
    /// </summary>
    public static class Coordinates
    {
        private const double RadiansPerDegree = Math.PI / 180.0;

        /// <summary>The same azimuth in (−180, 180] degrees.</summary>
        public static double WrappedAzimuthDeg(double azimuthDeg)
        {
            var turned = (180.0 - azimuthDeg) % 360.0;
            return 180.0 - (turned < 0.0 ? turned + 360.0 : turned);
        }

        /// <summary>A point in the scene's frame (front, left, up), metres.</summary>
        public static Point3 SceneFromPolar(double azimuthDeg, double elevationDeg, double distanceM)
        {
            double azimuth = azimuthDeg * RadiansPerDegree, elevation = elevationDeg * RadiansPerDegree;
            var level = distanceM * Math.Cos(elevation);
            return new Point3(level * Math.Cos(azimuth), level * Math.Sin(azimuth), distanceM * Math.Sin(elevation));
        }

        /// <summary>Direction and distance of a point of the scene's frame; the origin has azimuth and elevation
        /// 0.</summary>
        public static Polar PolarFromScene(Point3 point)
        {
            var level = Math.Sqrt(point.X * point.X + point.Y * point.Y);
            return new Polar(
                WrappedAzimuthDeg(Math.Atan2(point.Y, point.X) / RadiansPerDegree),
                Math.Atan2(point.Z, level) / RadiansPerDegree,
                Math.Sqrt(level * level + point.Z * point.Z));
        }

        /// <summary>Unity's right, up, forward of a point of the scene's frame.</summary>
        public static Point3 UnityFromScene(Point3 point)
        {
            return new Point3(-point.Y, point.Z, point.X);
        }

        /// <summary>The inverse of <see cref="UnityFromScene(Point3)"/>.</summary>
        public static Point3 SceneFromUnity(Point3 point)
        {
            return new Point3(point.Z, -point.X, point.Y);
        }

        /// <summary>Unity's right, up, forward of a direction and a distance, metres.</summary>
        public static Point3 UnityFromPolar(double azimuthDeg, double elevationDeg, double distanceM)
        {
            return UnityFromScene(SceneFromPolar(azimuthDeg, elevationDeg, distanceM));
        }

        /// <summary>
        /// Unity's quaternion of a turn in the scene's frame. The frames differ in handedness, so that the axis is
        /// mapped like a point and the sense of the turn is reversed.
        /// </summary>
        public static Rotation UnityFromScene(Rotation turn)
        {
            return new Rotation(turn.Y, -turn.Z, -turn.X, turn.W);
        }

        /// <summary>The inverse of <see cref="UnityFromScene(Rotation)"/>.</summary>
        public static Rotation SceneFromUnity(Rotation turn)
        {
            return new Rotation(-turn.Z, turn.X, -turn.Y, turn.W);
        }

        /// <summary>ADM-OSC's right, front, up of a point of the scene's frame, 1 being so many metres.</summary>
        public static Point3 AdmFromScene(Point3 point, double dmaxM)
        {
            return new Point3(-point.Y / dmaxM, point.X / dmaxM, point.Z / dmaxM);
        }

        /// <summary>The inverse of <see cref="AdmFromScene"/>.</summary>
        public static Point3 SceneFromAdm(Point3 point, double dmaxM)
        {
            return new Point3(point.Y * dmaxM, -point.X * dmaxM, point.Z * dmaxM);
        }

        /// <summary>
        /// The turn, in the scene's frame, of a head turned left by yaw, then up by pitch, then tilted to the right by
        /// roll, each in the head's own axes: the order and signs of ADM-OSC's /adm/lis/ypr. Degrees.
        /// </summary>
        public static Rotation SceneFromYawPitchRoll(double yawDeg, double pitchDeg, double rollDeg)
        {
            double yaw = yawDeg * RadiansPerDegree / 2.0, pitch = -pitchDeg * RadiansPerDegree / 2.0;
            var roll = rollDeg * RadiansPerDegree / 2.0;
            double cy = Math.Cos(yaw), sy = Math.Sin(yaw), cp = Math.Cos(pitch), sp = Math.Sin(pitch);
            double cr = Math.Cos(roll), sr = Math.Sin(roll);
            return new Rotation(
                cy * cp * sr - sy * sp * cr,
                cy * sp * cr + sy * cp * sr,
                sy * cp * cr - cy * sp * sr,
                cy * cp * cr + sy * sp * sr);
        }

        /// <summary>
        /// Yaw to the left, pitch up and roll to the right, in degrees, of a turn in the scene's frame: the inverse of
        /// <see cref="SceneFromYawPitchRoll"/>. With the nose straight up or down, roll is 0.
        /// </summary>
        public static Point3 YawPitchRollFromScene(Rotation turn)
        {
            var q = turn.Normalized();
            // The nose (the turned front axis) says yaw and pitch, where the turned left axis points says roll.
            var noseFront = 1.0 - 2.0 * (q.Y * q.Y + q.Z * q.Z);
            var noseLeft = 2.0 * (q.X * q.Y + q.W * q.Z);
            var noseUp = 2.0 * (q.X * q.Z - q.W * q.Y);
            var pitch = Math.Atan2(noseUp, Math.Sqrt(noseFront * noseFront + noseLeft * noseLeft));
            if (Math.Abs(noseUp) > 1.0 - 1e-12)
            {
                var leftFront = 2.0 * (q.X * q.Y - q.W * q.Z);
                var leftLeft = 1.0 - 2.0 * (q.X * q.X + q.Z * q.Z);
                return new Point3(Math.Atan2(-leftFront, leftLeft) / RadiansPerDegree, pitch / RadiansPerDegree, 0.0);
            }
            var leftUp = 2.0 * (q.Y * q.Z + q.W * q.X);
            var upUp = 1.0 - 2.0 * (q.X * q.X + q.Y * q.Y);
            return new Point3(
                Math.Atan2(noseLeft, noseFront) / RadiansPerDegree,
                pitch / RadiansPerDegree,
                Math.Atan2(leftUp, upUp) / RadiansPerDegree);
        }
    }
}
