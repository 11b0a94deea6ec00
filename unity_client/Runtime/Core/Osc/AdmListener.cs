namespace Sonorama.Core
{
    /// <summary>The listener's pose in the words of ADM-OSC.</summary>
    public static class AdmListener
    {
        /// <summary>Writes a bundle of /adm/lis/ypr (degrees: left, up, tilted to the right) and /adm/lis/xyz (right,
        /// front, up, normalised).</summary>
        /// <param name="positionM">Front, left, up in metres.</param>
        /// <param name="orientation">In the scene's frame.</param>
        /// <param name="dmaxM">How many metres the distance 1 is; the scene's, usually 100.</param>
        public static void Write(OscWriter into, Point3 positionM, Rotation orientation, double dmaxM)
        {
            var ypr = Coordinates.YawPitchRollFromScene(orientation);
            var xyz = Coordinates.AdmFromScene(positionM, dmaxM);
            into.BeginBundle();
            into.Message("/adm/lis/ypr", "fff").Float32(ypr.X).Float32(ypr.Y).Float32(ypr.Z);
            into.Message("/adm/lis/xyz", "fff").Float32(xyz.X).Float32(xyz.Y).Float32(xyz.Z);
        }
    }
}
