using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// A player in a browser sounds by the browser's Web Audio, of which Unity offers the most basic features only: samples
    /// are set all at once, and there is no rolloff by a curve, no filter and no script that makes sound.
    /// </summary>
    /// <remarks>See https://docs.unity3d.com/2022.3/Documentation/Manual/webgl-audio.html.</remarks>
    internal static class WebAudio
    {
        // So far away nobody listens: nearer, Unity's own rolloff changes nothing.
        private const float FarAway = 1e6f;

        internal static bool IsUsed
        {
            get { return Application.platform == RuntimePlatform.WebGLPlayer; }
        }

        /// <summary>Leaves the level over distance to whoever sets the volume.</summary>
        internal static void Flatten(AudioSource source)
        {
            source.rolloffMode = AudioRolloffMode.Logarithmic;
            source.minDistance = FarAway;
            source.maxDistance = FarAway;
        }
    }
}
