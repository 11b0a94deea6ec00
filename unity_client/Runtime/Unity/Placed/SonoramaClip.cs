using System;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// A clip as an asset that an importer can make: the WAV file's bytes, from which the AudioClip is made when it's first
    /// played. (Unity saves no samples of an AudioClip that a script has made.)
    /// </summary>
    public sealed class SonoramaClip : ScriptableObject
    {
        [SerializeField, HideInInspector]
        private byte[] wav;

        [NonSerialized]
        private AudioClip clip;

        /// <summary>The size of the file, bytes.</summary>
        public int SizeBytes
        {
            get { return wav == null ? 0 : wav.Length; }
        }

        /// <summary>Its samples, the same object for everyone. Main thread.</summary>
        /// <exception cref="ClipException">The bytes are no WAV file.</exception>
        public AudioClip Clip
        {
            get
            {
                if (clip == null) clip = Made(name, WavReader.Read(wav, wav.Length));
                return clip;
            }
        }

        /// <param name="name">For people.</param>
        /// <param name="wav">A WAV file.</param>
        public static SonoramaClip Of(string name, byte[] wav)
        {
            var made = CreateInstance<SonoramaClip>();
            made.name = name;
            made.wav = wav;
            return made;
        }

        private static AudioClip Made(string name, ClipSound sound)
        {
            var made = AudioClip.Create(name, sound.Frames, sound.Channels, sound.SampleRateHz, false);
            made.SetData(sound.Samples, 0);
            return made;
        }

        private void OnEnable()
        {
            AudioSettings.OnAudioConfigurationChanged += Drop;
        }

        private void OnDisable()
        {
            AudioSettings.OnAudioConfigurationChanged -= Drop;
            Drop(false);
        }

        // Unity has dropped its samples: whoever plays it next has it made anew.
        private void Drop(bool deviceWasChanged)
        {
            if (clip != null) DestroyImmediate(clip);
        }
    }
}
