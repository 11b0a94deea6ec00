using System;
using System.IO;
using System.Text;
using Newtonsoft.Json.Linq;
using NUnit.Framework;
using Sonorama.Core;

namespace Sonorama.Editor.Tests
{
    /// <summary>The scenes that the Python side has written: street/, street.sonorama, packed.zip.</summary>
    internal static class Scenes
    {
        internal static readonly string[] All = { "street", "street.sonorama", "packed.zip" };

        internal static string Folder
        {
            get { return Environment.GetEnvironmentVariable("SONORAMA_SCENES"); }
        }

        internal static string PathOf(string name)
        {
            return Path.Combine(Folder, name);
        }

        /// <summary>What the Python side expects of the scene: a list of sources.</summary>
        internal static JArray Expected()
        {
            return JArray.Parse(File.ReadAllText(PathOf("expected.json"), Encoding.UTF8));
        }

        /// <summary>The first and the last of a clip's samples, and how many there are.</summary>
        internal static void AreTheSamples(JToken expected, float[] samples, string of)
        {
            Assert.AreEqual((int)expected["frames"], samples.Length, of);
            Assert.AreEqual((double)expected["first"], (double)samples[0], 1e-9, of);
            Assert.AreEqual((double)expected["last"], (double)samples[samples.Length - 1], 1e-9, of);
            var sum = 0.0;
            foreach (var sample in samples) sum += sample;
            Assert.AreEqual((double)expected["sum"], sum, 1e-6, of);
        }

        internal static void AreClose(JToken expected, double x, double y, double z, string of)
        {
            Assert.AreEqual((double)expected[0], x, 1e-5, of + " x");
            Assert.AreEqual((double)expected[1], y, 1e-5, of + " y");
            Assert.AreEqual((double)expected[2], z, 1e-5, of + " z");
        }

        internal static float[] Samples(PlacedScene scene, PlacedSource source)
        {
            var file = scene.ReadClip(source);
            return WavReader.Read(file, file.Length).Samples;
        }
    }
}
