using NUnit.Framework;

namespace Sonorama.Editor.Tests
{
    [TestFixture]
    public sealed class SourceGizmosTests
    {
        [Test]
        public void LouderSourcesAreLargerWithinBounds()
        {
            Assert.Less(SourceGizmos.RadiusM(40.0f), SourceGizmos.RadiusM(60.0f));
            Assert.AreEqual(SourceGizmos.RadiusM(20.0f), SourceGizmos.RadiusM(-10.0f), 1e-6);
            Assert.AreEqual(SourceGizmos.RadiusM(100.0f), SourceGizmos.RadiusM(150.0f), 1e-6);
        }

        [Test]
        public void CaptionsHaveMetresAndDecibelsWhateverTheLanguage()
        {
            var before = System.Globalization.CultureInfo.CurrentCulture;
            System.Threading.Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
            try
            {
                Assert.AreEqual("a dog\n6.3 m · 69 dB", SourceGizmos.Caption("a dog", 6.25f + 0.01f, 69.1f));
            }
            finally
            {
                System.Threading.Thread.CurrentThread.CurrentCulture = before;
            }
        }
    }
}
