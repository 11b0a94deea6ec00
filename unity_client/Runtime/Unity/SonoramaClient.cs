using System;
using System.Collections.Generic;
using System.IO;
using Sonorama.Core;
using UnityEngine;
using UnityEngine.Events;

namespace Sonorama.Unity
{
    /// <summary>
    /// Follows a scene of `sonorama serve` while it is enabled: a <see cref="SonoramaSource"/> below this transform for
    /// every source, with its clip, in step with the server. This transform is where the picture was taken, and its
    /// forward is the picture's middle.
    /// </summary>
    [DisallowMultipleComponent]
    [AddComponentMenu("Sonorama/Sonorama Client")]
    public sealed class SonoramaClient : MonoBehaviour
    {
        private const double SearchEveryS = 1.0;

        [Tooltip("The server: http, https, ws or wss, host and port.")]
        [SerializeField] private string serverUrl = "http://127.0.0.1:8765";

        [Tooltip("The server's token, if it asks for one. It is saved in the scene: set Token from code instead where "
            + "others shall not read it.")]
        [SerializeField] private string token = "";

        [Tooltip("Which of the server's scenes.")]
        [SerializeField] private string sceneId = "";

        [Tooltip("How clips come: by HTTP, or through the WebSocket where nothing else gets through, as always in WebGL.")]
        [SerializeField] private ClipDelivery delivery = ClipDelivery.Http;

        [Tooltip("Whether clips are kept on this device's disk; never in WebGL.")]
        [SerializeField] private bool keepClips = true;

        [Tooltip("An attempt to connect is given up after so many seconds; the next one follows by itself.")]
        [Min(0.5f)]
        [SerializeField] private float connectTimeoutS = 10.0f;

        [Tooltip("Who hears it. Empty: whichever AudioListener is active.")]
        [SerializeField] private Transform listener;

        [SerializeField] private SourceSettings sources = new SourceSettings();

        [SerializeField] private UnityEvent connected = new UnityEvent();
        [SerializeField] private StringEvent disconnected = new StringEvent();
        [SerializeField] private UnityEvent sceneReady = new UnityEvent();

        private static readonly SonoramaSource[] NoSources = new SonoramaSource[0];

        private StreamClient stream;
        private ClipPool clips;
        private SourceStage stage;
        private double searchAtS;
        private bool silent;
        private bool isReady;
        private bool hasLooked;
        private bool hasCounted;
        private bool isRefused;
        private string sceneIdInUse;
        private string warned;

        /// <summary>An event with a line for a person.</summary>
        [Serializable]
        public sealed class StringEvent : UnityEvent<string> { }

        /// <summary>The connection is in another state; the line says why, or is null.</summary>
        public event Action<ConnectionState, string> StateChanged;

        /// <summary>An AudioSource was made for a source: the moment to add a spatializer's own components to it, or to
        /// send it to a mixer group.</summary>
        public event Action<AudioSource> AudioSourceMade;

        /// <summary>A source has appeared.</summary>
        public event Action<SonoramaSource> SourceAdded;

        /// <summary>A source is about to vanish.</summary>
        public event Action<SonoramaSource> SourceRemoved;

        /// <summary>Everything that the core tells, in its order, after it was carried out here.</summary>
        public event Action<Change> Changed;

        /// <summary>The server's address; from the next time on that this is enabled.</summary>
        public string ServerUrl
        {
            get { return serverUrl; }
            set { serverUrl = value; }
        }

        /// <summary>The server's token; from the next time on that this is enabled.</summary>
        public string Token
        {
            get { return token; }
            set { token = value; }
        }

        /// <summary>The scene; from the next time on that this is enabled.</summary>
        public string SceneId
        {
            get { return sceneId; }
            set { sceneId = value; }
        }

        /// <summary>How the sources sound. Changes hold for sources that appear or change afterwards.</summary>
        public SourceSettings SourceSettings
        {
            get { return sources; }
        }

        /// <summary>Invoked when the server has welcomed this client, again after every reconnection.</summary>
        public UnityEvent Connected
        {
            get { return connected; }
        }

        /// <summary>Invoked with a line that says why when the connection broke or can't be made.</summary>
        public UnityEvent<string> Disconnected
        {
            get { return disconnected; }
        }

        /// <summary>Invoked when the scene has been made to its end.</summary>
        public UnityEvent SceneReady
        {
            get { return sceneReady; }
        }

        /// <summary>How it stands with the server.</summary>
        public ConnectionState State
        {
            get
            {
                if (stream == null) return isRefused ? ConnectionState.Refused : ConnectionState.Idle;
                var isMissing = stream.State == ConnectionState.Connected && Scene.Problem != null;
                return isMissing ? ConnectionState.SceneMissing : stream.State;
            }
        }

        /// <summary>Why there is no connection or no scene, in a line; null where there's nothing to say.</summary>
        public string Problem { get; private set; }

        /// <summary>The engine-free client, for everything that this component doesn't offer; null while it isn't
        /// enabled.</summary>
        public StreamClient Stream
        {
            get { return stream; }
        }

        /// <summary>What is known of the scene; null while this isn't enabled.</summary>
        public SceneModel Scene
        {
            get { return stream == null ? null : stream.FindScene(sceneIdInUse); }
        }

        /// <summary>The sources, those that are heard first at the beginning. Don't keep it over frames.</summary>
        public IList<SonoramaSource> Sources
        {
            get { return stage == null ? NoSources : stage.Sources; }
        }

        /// <summary>Who hears it; null where there is no AudioListener.</summary>
        public Transform Listener
        {
            get { return listener; }
            set { listener = value; }
        }

        /// <summary>Whether no source sounds here, because something else is heard instead.</summary>
        public bool Silent
        {
            get { return silent; }
            set
            {
                silent = value;
                if (stage != null) stage.IsAudible = !value;
            }
        }

        /// <summary>Puts the place where the picture was taken, which is this transform, where the listener is.</summary>
        [ContextMenu("Move To Listener")]
        public void MoveToListener()
        {
            var head = listener != null ? listener : Viewpoint.FindListener();
            if (head != null) transform.position = head.position;
        }

        /// <summary>Let every source sound from its clip's beginning, for everybody.</summary>
        public void Play()
        {
            if (stream != null) stream.Play(sceneIdInUse);
        }

        /// <summary>Let every source fall silent, for everybody.</summary>
        public void Stop()
        {
            if (stream != null) stream.Stop(sceneIdInUse);
        }

        /// <summary>Make a source inaudible or audible for everybody.</summary>
        public void Mute(SonoramaSource source, bool muted)
        {
            if (stream != null) stream.Mute(sceneIdInUse, source.State.Id, muted);
        }

        /// <summary>The source of this id; null where there is none.</summary>
        public SonoramaSource Find(string sourceId)
        {
            var found = Scene == null ? null : Scene.Find(sourceId);
            return found == null ? null : (SonoramaSource)found.Attachment;
        }

        /// <summary>The server's time in seconds; NaN while it isn't known.</summary>
        public double ServerTimeS
        {
            get
            {
                double serverTimeS, errorS;
                return stream != null && stream.TryGetServerTimeS(out serverTimeS, out errorS) ? serverTimeS : double.NaN;
            }
        }

        private void OnEnable()
        {
            Problem = null;
            isRefused = false;
            isReady = false;
            hasLooked = false;
            hasCounted = false;
            warned = null;
            sceneIdInUse = sceneId;
            if (string.IsNullOrEmpty(sceneId))
            {
                Refuse("no scene is named: set Scene Id to one of the server's scenes");
                return;
            }
            try
            {
                stream = new StreamClient(Settings());
            }
            catch (SystemException error)
            {
                // UriFormatException and ArgumentException: what was typed is no address.
                Refuse(string.Format("\"{0}\" is no server address: {1}", serverUrl, error.Message));
                return;
            }
            clips = new ClipPool(stream.LoadClipAsync);
            clips.Failed += Warn;
            stage = new SourceStage(transform, sources, clips) { IsAudible = !silent };
            stage.Made += audioSource => { if (AudioSourceMade != null) AudioSourceMade(audioSource); };
            stage.Added += source => { if (SourceAdded != null) SourceAdded(source); };
            stage.Removed += source => { if (SourceRemoved != null) SourceRemoved(source); };
            AudioSettings.OnAudioConfigurationChanged += BeginAnew;
            stream.Subscribe(sceneIdInUse);
            stream.Start();
        }

        private void OnDisable()
        {
            isRefused = false;
            if (stream == null) return;
            AudioSettings.OnAudioConfigurationChanged -= BeginAnew;
            stage.Clear();
            clips.Clear();
            // Says goodbye on its own threads.
            stream.StopAsync();
            stream = null;
            stage = null;
            clips = null;
        }

        private void Update()
        {
            if (stream == null) return;
            var serverTimeS = ServerTimeS;
            Change change;
            while (stream != null && stream.TryTake(out change)) Take(ref change, serverTimeS);
            if (stream != null) TellReady();
            // A listener of an event may have disabled this.
            if (stream == null) return;
            clips.Step();
            stage.Step(serverTimeS, Time.unscaledDeltaTime, ListenerPlace());
            if (!hasCounted && stage.Waiting > 0) TellWaiting();
            if (!hasLooked && listener != null && Scene.HasBegun) Look();
        }

        private void Take(ref Change change, double serverTimeS)
        {
            stage.Apply(ref change, serverTimeS);
            switch (change.Kind)
            {
                case ChangeKind.StateChanged: TellState(change.State, change.Text); break;
                case ChangeKind.SceneMissing: TellState(ConnectionState.SceneMissing, change.Text); break;
                case ChangeKind.Notice:
                case ChangeKind.Refused: Warn(change.Text); break;
            }
            if (Changed != null) Changed(change);
        }

        /// <summary>A scene that was complete from the beginning is ready once its sources are there.</summary>
        private void TellReady()
        {
            var isComplete = Scene.HasBegun && Scene.Complete;
            if (isComplete == isReady) return;
            isReady = isComplete;
            if (isReady) sceneReady.Invoke();
        }

        private void TellState(ConnectionState state, string text)
        {
            Problem = text;
            if (state == ConnectionState.Connected)
            {
                warned = null;
                connected.Invoke();
            }
            if (state == ConnectionState.SceneMissing) Warn(text);
            if (state == ConnectionState.Waiting || state == ConnectionState.Refused)
            {
                Warn(text);
                disconnected.Invoke(text);
            }
            if (StateChanged != null) StateChanged(state, text);
        }

        private ClientSettings Settings()
        {
            return new ClientSettings
            {
                Server = new Uri(serverUrl),
                Token = string.IsNullOrEmpty(token) ? null : token,
                Delivery = delivery,
                ConnectTimeoutS = connectTimeoutS,
                CacheFolder = keepClips ? Path.Combine(Application.temporaryCachePath, "sonorama-clips") : null,
            };
        }

        /// <summary>In this transform's frame; the origin where nobody listens.</summary>
        private Vector3 ListenerPlace()
        {
            if (listener == null && Time.unscaledTimeAsDouble >= searchAtS)
            {
                searchAtS = Time.unscaledTimeAsDouble + SearchEveryS;
                listener = Viewpoint.FindListener();
            }
            return listener == null ? Vector3.zero : transform.InverseTransformPoint(listener.position);
        }

        /// <summary>Once, when there is something to hear: whoever walks through a scene begins where it was taken.</summary>
        private void Look()
        {
            hasLooked = true;
            var complaint = Viewpoint.Complaint(transform, listener);
            if (complaint != null) Warn(complaint);
        }

        /// <summary>Once: afterwards sources change places whenever the listener walks.</summary>
        private void TellWaiting()
        {
            hasCounted = true;
            Warn(string.Format(
                "{0} of {1} sources wait in silence, the farthest: no more than {2} AudioSources play at once (Max Audio "
                + "Sources)", stage.Waiting, stage.Sources.Count, sources.maxAudioSources));
        }

        // Unity keeps neither the clips that scripts made nor what played.
        private void BeginAnew(bool deviceWasChanged)
        {
            stage.BeginAnew();
        }

        private void Refuse(string problem)
        {
            isRefused = true;
            Problem = problem;
            Debug.LogError("Sonorama: " + problem, this);
        }

        // What goes on being wrong, as attempts to connect do, is one problem.
        private void Warn(string text)
        {
            if (text == warned) return;
            warned = text;
            Debug.LogWarning("Sonorama: " + text, this);
        }
    }
}
