using NUnit.Framework;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity.Tests
{
    [TestFixture]
    public sealed class LayoutTests
    {
        [TestCase(0.0, 0.0, 0.0f, 0.0f, 2.0f)]
        [TestCase(90.0, 0.0, -2.0f, 0.0f, 0.0f)]
        [TestCase(-90.0, 0.0, 2.0f, 0.0f, 0.0f)]
        [TestCase(180.0, 0.0, 0.0f, 0.0f, -2.0f)]
        [TestCase(0.0, 90.0, 0.0f, 2.0f, 0.0f)]
        [TestCase(0.0, -90.0, 0.0f, -2.0f, 0.0f)]
        [TestCase(45.0, 30.0, -1.224745f, 1.0f, 1.224745f)]
        public void DirectionsAreWhereTheTableHasThem(double azimuthDeg, double elevationDeg, float x, float y, float z)
        {
            var place = UnityFrame.FromPolar(azimuthDeg, elevationDeg, 2.0);
            Assert.Less(Vector3.Distance(new Vector3(x, y, z), place), 1e-5, place.ToString());
        }

        [Test]
        public void AHeadTurnedLeftInUnityIsTurnedLeftInTheScene()
        {
            // Unity's positive turn about up is to the right.
            var turn = UnityFrame.ToScene(Quaternion.Euler(-20.0f, -90.0f, 0.0f));
            var angles = Coordinates.YawPitchRollFromScene(turn);
            Assert.AreEqual(90.0, angles.X, 1e-3, "yaw");
            Assert.AreEqual(20.0, angles.Y, 1e-3, "pitch");
            Assert.AreEqual(0.0, angles.Z, 1e-3, "roll");
        }

        [TestCase("point", 5.0, 1)]
        [TestCase("line", 60.0, 3)]
        [TestCase("area", 200.0, 5)]
        [TestCase("ambient", 0.0, 4)]
        public void WideSourcesHaveMoreEmittersOfTheSamePowerTogether(string kind, double widthDeg, int count)
        {
            Assert.AreEqual(count, EmitterLayout.Count(kind, widthDeg));
            var share = EmitterLayout.Share(count);
            Assert.AreEqual(1.0, count * share * share, 1e-6);
            for (var index = 1; index < count; index++)
                Assert.Greater(EmitterLayout.Phase(index, count), EmitterLayout.Phase(index - 1, count));
            Assert.Less(EmitterLayout.Phase(count - 1, count), 1.0);
        }

        [Test]
        public void TheEmittersOfAWideSourceCoverItFromLeftToRightAtItsDistance()
        {
            var middle = new Polar(170.0, 10.0, 8.0);
            var wanted = new[] { 150.0, 170.0, -170.0 };
            for (var index = 0; index < 3; index++)
            {
                var place = EmitterLayout.Across(middle, 60.0, index, 3);
                var polar = Coordinates.PolarFromScene(UnityFrame.ToScene(place));
                Assert.AreEqual(wanted[index], polar.AzimuthDeg, 1e-3);
                Assert.AreEqual(10.0, polar.ElevationDeg, 1e-3);
                Assert.AreEqual(8.0, polar.DistanceM, 1e-4);
            }
        }

        [Test]
        public void AmbienceStandsEvenlyAroundTheListener()
        {
            var sum = Vector3.zero;
            for (var index = 0; index < 4; index++)
            {
                var place = EmitterLayout.AroundListener(index);
                Assert.AreEqual(EmitterLayout.AmbienceRadiusM, place.magnitude, 1e-4);
                Assert.AreEqual(45.0, Vector3.Angle(place, Mathf.Abs(place.z) > 0 && place.z > 0 ? Vector3.forward : Vector3.back), 0.1);
                sum += place;
            }
            Assert.Less(sum.magnitude, 1e-4);
        }

        // The 3 dB points of ISO 9613-1:1993 itself, as binaural/propagation/air.py has it.
        [TestCase(10.0f, 14277.0)]
        [TestCase(50.0f, 5906.0)]
        [TestCase(100.0f, 4030.0)]
        [TestCase(500.0f, 1313.0)]
        public void AirTakesTheTrebleAsTheStandardSays(float distanceM, double wantedHz)
        {
            Assert.AreEqual(1.0, AirAbsorption.CutoffHz(distanceM) / wantedHz, 0.1);
            Assert.AreEqual(AirAbsorption.OpenHz, AirAbsorption.CutoffHz(0.0f));
        }

        [Test]
        public void ThePictureIsSeenFromInsideWithItsMiddleAhead()
        {
            var mesh = InsideSphere.Create(50.0f);
            Vector3[] vertices = mesh.vertices;
            Vector2[] uv = mesh.uv;
            for (var index = 0; index < vertices.Length; index++)
            {
                var wanted = UnityFrame.FromPolar((0.5 - uv[index].x) * 360.0, (uv[index].y - 0.5) * 180.0, 50.0);
                Assert.Less(Vector3.Distance(wanted, vertices[index]), 1e-3);
                if (uv[index].x == 0.5f && uv[index].y == 0.5f)
                    Assert.Less(Vector3.Distance(new Vector3(0.0f, 0.0f, 50.0f), vertices[index]), 1e-3, "middle");
            }
            int[] corners = mesh.triangles;
            var wholeFaces = 0;
            for (var at = 0; at < corners.Length; at += 3)
            {
                Vector3 a = vertices[corners[at]], b = vertices[corners[at + 1]], c = vertices[corners[at + 2]];
                var normal = Vector3.Cross(b - a, c - a);
                // At the poles two corners are one.
                if (normal.magnitude < 1e-3f) continue;
                wholeFaces++;
                // Clockwise corners face who sees them, in Unity: the sphere's middle.
                Assert.Greater(Vector3.Dot(normal, -a), 0.0, "a face looks outwards");
            }
            Assert.Greater(wholeFaces, 8000);
        }
    }
}
