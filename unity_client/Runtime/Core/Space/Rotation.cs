using System;

namespace Sonorama.Core
{
    /// <summary>A quaternion x, y, z, w of length 1 in a frame that whoever hands it over names.</summary>
    public struct Rotation
    {
        public readonly double X;
        public readonly double Y;
        public readonly double Z;
        public readonly double W;

        public Rotation(double x, double y, double z, double w)
        {
            X = x;
            Y = y;
            Z = z;
            W = w;
        }

        /// <summary>No turn.</summary>
        public static Rotation Identity
        {
            get { return new Rotation(0.0, 0.0, 0.0, 1.0); }
        }

        /// <summary>The same turn with length 1; no turn where there is no length to speak of.</summary>
        public Rotation Normalized()
        {
            var length = Math.Sqrt(X * X + Y * Y + Z * Z + W * W);
            if (!(length > 1e-12) || double.IsInfinity(length)) return Identity;
            return new Rotation(X / length, Y / length, Z / length, W / length);
        }
    }
}
