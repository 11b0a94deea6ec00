using System;
using Sonorama.Core;
using UnityEngine;

namespace Sonorama.Unity
{
    /// <summary>
    /// Plays the scene as the server renders it for this head, over headphones: for devices that are too weak for many
    /// spatialised sources, and for measured HRTFs. Needs a <see cref="SonoramaListener"/> on the head, and a GameObject
    /// of its own: beside the AudioListener it would be a filter of all that is heard. Once it sounds, the sources of the
    /// client are silent.
    /// </summary>
    [DisallowMultipleComponent]
    [RequireComponent(typeof(AudioSource))]
    [AddComponentMenu("Sonorama/Sonorama Live Binaural")]
    public sealed class SonoramaLiveBinaural : MonoBehaviour
    {
        [Tooltip("Empty: the first one that is found.")]
        [SerializeField] private SonoramaClient client;

        [Tooltip("How much sound is kept in store against the network's jitter, seconds. Less answers the head sooner.")]
        [Range(0.02f, 0.5f)]
        [SerializeField] private float bufferS = 0.06f;

        private StreamClient stream;
        private LiveBinaural live;
        private ClientSearch search;

        // What the audio thread reads.
        private volatile LiveBinaural heard;
        private volatile int outputHz;

        /// <summary>Whose scene is played.</summary>
        public SonoramaClient Client
        {
            get { return client; }
            set { client = value; }
        }

        /// <summary>How much sound is kept in store, seconds; from the next time on that this is enabled or
        /// connected.</summary>
        public float BufferS
        {
            get { return bufferS; }
            set { bufferS = Mathf.Clamp(value, 0.02f, 0.5f); }
        }

        /// <summary>Whether sound has come.</summary>
        public bool IsPlaying
        {
            get { return live != null && live.Buffer.HasPlayed; }
        }

        /// <summary>How often sound was wanted that hadn't come.</summary>
        public int Underruns
        {
            get { return live == null ? 0 : live.Buffer.Underruns; }
        }

        private void OnEnable()
        {
            var problem = Problem();
            if (problem != null)
            {
                Debug.LogError("Sonorama: Live Binaural " + problem, this);
                enabled = false;
                return;
            }
            if (!search.Find(ref client))
                Debug.LogWarning("Sonorama: there is no Sonorama Client whose scene could be played live", this);
            var output = GetComponent<AudioSource>();
            // Both ears are rendered already.
            output.spatialBlend = 0.0f;
            output.spatialize = false;
            AudioSettings.OnAudioConfigurationChanged += PlayAnew;
            output.Play();
        }

        private void OnDisable()
        {
            AudioSettings.OnAudioConfigurationChanged -= PlayAnew;
            End();
            if (client != null) client.Silent = false;
        }

        private void Update()
        {
            if (!search.Find(ref client))
            {
                End();
                return;
            }
            if (stream != client.Stream) Begin();
            // The device may change it at any time.
            outputHz = AudioSettings.outputSampleRate;
            heard = live;
            // Until the server has begun, the sources sound.
            client.Silent = IsPlaying;
        }

        /// <summary>Why it can't work here; null where it can.</summary>
        private string Problem()
        {
            if (WebAudio.IsUsed)
                return "doesn't work in WebGL, where Unity calls no script for sound: the client's own sources are heard";
            if (GetComponent<AudioListener>() != null)
                return "beside the AudioListener would silence everything else: move it to a GameObject of its own "
                    + "(GameObject > Audio > Sonorama Live Binaural makes one)";
            return null;
        }

        // Another audio device plays nothing of what the last one played.
        private void PlayAnew(bool deviceWasChanged)
        {
            GetComponent<AudioSource>().Play();
        }

        private void Begin()
        {
            End();
            stream = client.Stream;
            if (stream != null) live = stream.StartLive(client.Scene.Id, bufferS);
        }

        private void End()
        {
            heard = null;
            if (live != null) live.Dispose();
            live = null;
            stream = null;
        }

        // On the audio thread: nothing of Unity may be touched here.
        private void OnAudioFilterRead(float[] data, int channels)
        {
            var now = heard;
            if (now == null) Array.Clear(data, 0, data.Length);
            else now.Read(data, channels, outputHz);
        }
    }
}
