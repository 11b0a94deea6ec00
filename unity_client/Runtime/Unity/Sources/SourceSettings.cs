using System;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>How the sources of a <see cref="SonoramaClient"/> sound; the same for all of them.</summary>
    [Serializable]
    public sealed class SourceSettings
    {
        [Tooltip("Which level at the listener, in dB SPL, plays a clip as it is. Higher makes everything quieter. "
            + "Nothing is ever made louder than its clip.")]
        [Range(40.0f, 120.0f)]
        public float referenceDbSpl = 70.0f;

        [Tooltip("At most so many AudioSources play at once; where there would be more, wide sources have one "
            + "each, and the farthest wait their turn in silence.")]
        [Min(1)]
        public int maxAudioSources = 24;

        [Tooltip("Whether the project's spatializer plug-in (Project Settings > Audio) renders the sources. Without one "
            + "Unity pans them.")]
        public bool useSpatializer = true;

        [Tooltip("Whether distant sources lose their treble, as air takes it.")]
        public bool airAbsorption;

        [Tooltip("A source that is told farther away than this from where it was, in metres, is there at once; one "
            + "that is nearer glides.")]
        [Min(0.0f)]
        public float teleportM = 5.0f;
    }
}
