using System;
using NUnit.Framework;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class CoordinatesTests
    {
        [Test]
        public void PointsAreWhereTheVectorsHaveThem()
        {
            var vectors = Vectors.Read("coordinates");
            var dmaxM = (double)vectors["dmax_m"];
            foreach (var row in vectors["directions"])
            {
                double azimuth = (double)row["azimuth_deg"], elevation = (double)row["elevation_deg"];
                var distance = (double)row["distance_m"];
                var scene = Coordinates.SceneFromPolar(azimuth, elevation, distance);
                Vectors.AreClose(Vectors.Point(row["scene"]), scene, "scene");
                Vectors.AreClose(Vectors.Point(row["unity"]), Coordinates.UnityFromScene(scene), "unity");
                Vectors.AreClose(Vectors.Point(row["adm"]), Coordinates.AdmFromScene(scene, dmaxM), "adm");
                Vectors.AreClose(scene, Coordinates.SceneFromUnity(Coordinates.UnityFromScene(scene)), "back");
                Vectors.AreClose(scene, Coordinates.SceneFromAdm(Coordinates.AdmFromScene(scene, dmaxM), dmaxM), "back");
                var polar = Coordinates.PolarFromScene(scene);
                Assert.AreEqual(distance, polar.DistanceM, 1e-9);
                Assert.AreEqual(elevation, polar.ElevationDeg, 1e-6);
                if (Math.Abs(elevation) < 89.0) Assert.AreEqual(azimuth, polar.AzimuthDeg, 1e-9);
            }
        }

        [TestCase(190.0, -170.0)]
        [TestCase(-180.0, 180.0)]
        [TestCase(540.0, 180.0)]
        [TestCase(-30.0, -30.0)]
        public void AzimuthsAreWrapped(double given, double wrapped)
        {
            Assert.AreEqual(wrapped, Coordinates.WrappedAzimuthDeg(given), 1e-9);
        }

        [Test]
        public void ATurnInUnityTurnsPointsLikeTheTurnInTheScene()
        {
            var random = new Random(1);
            for (var round = 0; round < 200; round++)
            {
                var turn = Coordinates.SceneFromYawPitchRoll(
                    random.NextDouble() * 360 - 180, random.NextDouble() * 180 - 90, random.NextDouble() * 360 - 180);
                var point = new Point3(random.NextDouble() - 0.5, random.NextDouble() - 0.5, random.NextDouble() - 0.5);
                var turnedInScene = Coordinates.UnityFromScene(Turned(turn, point));
                var turnedInUnity = Turned(Coordinates.UnityFromScene(turn), Coordinates.UnityFromScene(point));
                Vectors.AreClose(turnedInScene, turnedInUnity, "turned");
                var back = Coordinates.SceneFromUnity(Coordinates.UnityFromScene(turn));
                Vectors.AreClose(Turned(turn, point), Turned(back, point), "back");
            }
        }

        [TestCase(90.0, 0.0, 0.0, 0.0, -0.70710678118654757, 0.0)]
        [TestCase(0.0, 90.0, 0.0, -0.70710678118654757, 0.0, 0.0)]
        [TestCase(0.0, 0.0, 90.0, 0.0, 0.0, -0.70710678118654757)]
        public void UnityTurnsToTheRightUpAndToTheLeft(double yaw, double pitch, double roll, double x, double y, double z)
        {
            // Quaternion.Euler(-pitch, 0, 0) lifts the nose, (0, -yaw, 0) turns left, (0, 0, -roll) tilts right.
            var unity = Coordinates.UnityFromScene(Coordinates.SceneFromYawPitchRoll(yaw, pitch, roll));
            Vectors.AreClose(new Point3(x, y, z), new Point3(unity.X, unity.Y, unity.Z), "axis");
            Assert.AreEqual(Math.Sqrt(0.5), unity.W, 1e-12);
        }

        [Test]
        public void YawPitchAndRollComeBack()
        {
            var random = new Random(2);
            for (var round = 0; round < 500; round++)
            {
                var given = new Point3(
                    random.NextDouble() * 358 - 179, random.NextDouble() * 176 - 88, random.NextDouble() * 358 - 179);
                var turn = Coordinates.SceneFromYawPitchRoll(given.X, given.Y, given.Z);
                Vectors.AreClose(given, Coordinates.YawPitchRollFromScene(turn), "angles");
            }
        }

        [TestCase(90.0)]
        [TestCase(-90.0)]
        public void ANoseStraightUpOrDownHasAllItsTurnInYaw(double pitch)
        {
            var turn = Coordinates.SceneFromYawPitchRoll(30.0, pitch, 0.0);
            var angles = Coordinates.YawPitchRollFromScene(turn);
            var again = Coordinates.SceneFromYawPitchRoll(angles.X, angles.Y, angles.Z);
            Vectors.AreClose(Turned(turn, new Point3(1, 2, 3)), Turned(again, new Point3(1, 2, 3)), "turned");
        }

        [Test]
        public void PosesAreToldInAdmOscAsTheVectorsHaveThem()
        {
            var vectors = Vectors.Read("osc");
            var writer = new OscWriter();
            foreach (var row in vectors["poses"])
            {
                var expected = new OscPacket();
                var bytes = Vectors.Bytes(row["hex"]);
                Assert.IsNull(expected.Read(bytes, bytes.Length));
                var q = row["orientation"];
                var turn = new Rotation((double)q[0], (double)q[1], (double)q[2], (double)q[3]);
                var position = Vectors.Point(row["position_m"]);
                AdmListener.Write(writer, position, turn, (double)vectors["dmax_m"]);
                var packet = new OscPacket();
                Assert.IsNull(packet.Read(writer.Bytes, writer.Length));
                Assert.AreEqual("/adm/lis/ypr", packet[0].Address);
                var said = Coordinates.SceneFromYawPitchRoll(
                    packet[0].Number(0), packet[0].Number(1), packet[0].Number(2));
                var wanted = Coordinates.SceneFromYawPitchRoll(
                    expected[0].Number(0), expected[0].Number(1), expected[0].Number(2));
                var point = new Point3(0.1, 0.2, 0.3);
                Vectors.AreClose(Turned(wanted, point), Turned(said, point), (string)row["about"]);
                // Floats of four bytes, and some vectors tell a place that is already at the edge.
                for (var axis = 0; axis < 3; axis++)
                    Assert.AreEqual(expected[1].Number(axis), packet[1].Number(axis), 1e-6, (string)row["about"]);
            }
        }

        private static Point3 Turned(Rotation q, Point3 p)
        {
            double tx = 2 * (q.Y * p.Z - q.Z * p.Y), ty = 2 * (q.Z * p.X - q.X * p.Z), tz = 2 * (q.X * p.Y - q.Y * p.X);
            return new Point3(
                p.X + q.W * tx + q.Y * tz - q.Z * ty,
                p.Y + q.W * ty + q.Z * tx - q.X * tz,
                p.Z + q.W * tz + q.X * ty - q.Y * tx);
        }
    }
}
