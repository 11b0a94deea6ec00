using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>
    /// A client of `sonorama serve`: follows scenes, fetches clips, sends commands and the head's pose. Everything on
    /// the network happens on its own threads and never throws at the caller: <see cref="TryTake"/> tells what
    /// happened, in order, on the thread that calls it. That thread, usually the main one, is the only one that may use
    /// the scenes. All other members may be called from any thread.
    /// </summary>
    /// <example><code>
    /// var client = new StreamClient(new ClientSettings { Server = new Uri("http://127.0.0.1:8765") });
    /// client.Subscribe("market-square");
    /// client.Start();
    /// // every frame:
    /// Change change;
    /// while (client.TryTake(out change))
    ///     if (change.Kind == ChangeKind.SourceAdded) Place(change.Source);
    /// </code></example>
    public sealed class StreamClient : IDisposable
    {
        private readonly ClientSession session;
        private readonly IConnection connection;
        private readonly Inbox inbox = new Inbox();
        private readonly SceneBook book = new SceneBook();
        private readonly IClips clips;
        private readonly LiveStreams live;
        private readonly CancellationTokenSource lifetime = new CancellationTokenSource();
        private int started;
        private int stopping;

        /// <param name="settings">Read now; later changes have no effect.</param>
        /// <exception cref="ArgumentException">The server's address is none.</exception>
        public StreamClient(ClientSettings settings)
#if UNITY_WEBGL && !UNITY_EDITOR
            : this(settings, new Browser())
#else
            : this(settings, null)
#endif
        {
        }

        /// <param name="browser">Where there are neither sockets nor threads; else null.</param>
        internal StreamClient(ClientSettings settings, IBrowser browser)
        {
            var addresses = new ServerAddresses(settings.Server);
            session = new ClientSession(settings.ClientName, settings.Token, ClipTransfers.Codecs);
            var hasThreads = browser == null;
            var transfers = new ClipTransfers(
                Say, settings.MaxClipBytes, settle => { if (hasThreads) Task.Run(settle); else settle(); });
            live = new LiveStreams(Say);
            var sink = new ClientSink(session, inbox, transfers, live);
            if (hasThreads)
            {
                clips = new ClipLoader(addresses, settings, transfers, lifetime.Token);
                connection = new ConnectionLoop(addresses.Stream, settings, session, sink);
            }
            else
            {
                clips = new PolledClips(browser, addresses, settings, transfers);
                connection = new PolledConnection(browser, addresses.Stream, settings, session, sink);
            }
        }

        /// <summary>The connection's state, as the last change taken has it.</summary>
        public ConnectionState State { get; private set; }

        /// <summary>Why the connection isn't there, in a line; null where there's nothing to say.</summary>
        public string Problem { get; private set; }

        /// <summary>What the server said of itself; null without a connection.</summary>
        public Welcome Welcome
        {
            get { lock (session) return session.Welcome; }
        }

        /// <summary>The scenes that were subscribed to, for the thread that takes the changes.</summary>
        public SceneModel FindScene(string sceneId)
        {
            return book.Find(sceneId);
        }

        /// <summary>The server's time in seconds; false before it's known.</summary>
        /// <param name="errorS">It's wrong by at most so much.</param>
        public bool TryGetServerTimeS(out double serverTimeS, out double errorS)
        {
            double offsetS, delayS;
            var nowS = MonotonicClock.NowS;
            var known = session.Clock.TryEstimate(nowS, out offsetS, out errorS, out delayS);
            serverTimeS = nowS + offsetS;
            return known;
        }

        /// <summary>Begin to connect; returns at once.</summary>
        public void Start()
        {
            if (Interlocked.Exchange(ref started, 1) == 0) connection.Start();
        }

        /// <summary>Say goodbye and end the session. The task is done when the connection is closed, after 2 s at
        /// most on a server that doesn't answer; it never fails.</summary>
        public Task StopAsync()
        {
            if (Interlocked.Exchange(ref stopping, 1) == 0)
            {
                live.Clear();
                lifetime.Cancel();
                connection.Stop();
            }
            return Volatile.Read(ref started) == 0 ? Task.FromResult(true) : connection.Ended;
        }

        /// <summary>Stop without waiting.</summary>
        public void Dispose()
        {
            StopAsync();
        }

        /// <summary>
        /// The next thing that happened; false where there's none. Allocates nothing for moves. Call it until false,
        /// once a frame, always from the same thread.
        /// </summary>
        public bool TryTake(out Change change)
        {
            connection.Step();
            clips.Step();
            Inbox.Item item;
            while (!book.TryTake(out change))
            {
                if (!inbox.TryTake(out item)) return false;
                if (item.Moves != null)
                {
                    book.Apply(item.Moves);
                    inbox.Recycle(item.Moves);
                }
                else if (item.Message != null)
                {
                    book.Apply(item.Message);
                }
                else
                {
                    State = item.State;
                    Problem = item.Text;
                    book.Tell(new Change(ChangeKind.StateChanged, item.State, item.Text));
                }
            }
            return true;
        }

        /// <summary>Follow a scene, now and after every reconnection. Call it from the thread that takes the
        /// changes.</summary>
        public void Subscribe(string sceneId)
        {
            book.Open(sceneId);
            lock (session) session.Subscribe(sceneId);
            connection.Wake();
        }

        /// <summary>Follow a scene no more; its sources are removed. Call it from the thread that takes the
        /// changes.</summary>
        public void Unsubscribe(string sceneId)
        {
            book.Close(sceneId);
            lock (session) session.Unsubscribe(sceneId);
            connection.Wake();
        }

        /// <summary>Let a source, or with null every source, sound from its clip's beginning.</summary>
        /// <param name="atS">The server time of the first sample in seconds; null: as soon as may be.</param>
        public void Play(string sceneId, string sourceId = null, double? atS = null)
        {
            Say(new Play { SceneId = sceneId, SourceId = sourceId, AtS = atS });
        }

        /// <summary>Let a source, or with null every source, fall silent.</summary>
        public void Stop(string sceneId, string sourceId = null)
        {
            Say(new Stop { SceneId = sceneId, SourceId = sourceId });
        }

        /// <summary>Make a source inaudible or audible for everybody, while its clip goes on.</summary>
        public void Mute(string sceneId, string sourceId, bool muted)
        {
            Say(new Mute { SceneId = sceneId, SourceId = sourceId, Muted = muted });
        }

        /// <summary>Change what isn't null of a source.</summary>
        public void Set(SetSource wish)
        {
            Say(wish);
        }

        /// <summary>Send a source along a path, or with null hold it where it is.</summary>
        public void SetPath(string sceneId, string sourceId, SourceTrack path)
        {
            Say(new SourcePath { SceneId = sceneId, SourceId = sourceId, Path = path });
        }

        /// <summary>Tell where the listener's head is, in the scene's frame. Allocates nothing; a pose that still waits
        /// is replaced. Nothing happens without a connection.</summary>
        /// <param name="positionM">Front, left, up in metres.</param>
        /// <param name="share">Whether the other listeners are told.</param>
        public void SendPose(string sceneId, Point3 positionM, Rotation orientation, bool share = false)
        {
            lock (session)
            {
                if (session.Welcome == null) return;
                session.SendPose(sceneId, positionM, orientation, MonotonicClock.NowS, share);
            }
            connection.Wake();
        }

        /// <summary>
        /// A source's clip, from the disk or from the server, checked and decoded. The task fails with a
        /// <see cref="ClipException"/> where it can't be had, and is cancelled with the token or with the client. It
        /// waits over broken connections.
        /// </summary>
        /// <param name="source">As it is now: its clip must not be null.</param>
        public Task<ClipSound> LoadClipAsync(SceneSource source, CancellationToken token)
        {
            return clips.LoadAsync(source.SceneId, source.Id, source.Clip, token);
        }

        /// <summary>The bytes of the scene's picture, by HTTP.</summary>
        public Task<byte[]> LoadImageAsync(SceneModel scene, CancellationToken token)
        {
            return clips.LoadFileAsync(scene.ImageUrl, token);
        }

        /// <summary>
        /// Let the server render a scene for this listener's head: send poses 60 to 120 times a second, and read the
        /// sound on the audio thread. Goes on after reconnections until it is disposed.
        /// </summary>
        /// <param name="bufferS">How much sound is kept in store against the network's jitter, seconds.</param>
        public LiveBinaural StartLive(string sceneId, double bufferS = 0.06)
        {
            return live.Start(sceneId, bufferS, Welcome != null);
        }

        private void Say(Message message)
        {
            lock (session) session.Send(message);
            connection.Wake();
        }
    }
}
