using System;
using System.Collections.Generic;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>The live streams of one client: asked for, and asked for again after every reconnection.</summary>
    internal sealed class LiveStreams
    {
        private readonly Action<Message> say;
        private readonly List<LiveBinaural> streams = new List<LiveBinaural>();

        internal LiveStreams(Action<Message> say)
        {
            this.say = say;
        }

        internal LiveBinaural Start(string sceneId, double bufferS, bool isConnected)
        {
            var live = new LiveBinaural(sceneId, bufferS, End);
            lock (streams)
            {
                streams.Add(live);
                if (isConnected) Ask(live);
            }
            return live;
        }

        internal void Connected()
        {
            lock (streams)
                foreach (var live in streams) Ask(live);
        }

        internal void Disconnected()
        {
            lock (streams)
                foreach (var live in streams) live.StreamId = 0;
        }

        internal void Clear()
        {
            lock (streams) streams.Clear();
        }

        internal void Take(Message message)
        {
            var started = message as LiveStarted;
            if (started == null) return;
            lock (streams)
            {
                var live = streams.Find(one => one.SceneId == started.SceneId && one.StreamId == 0);
                if (live != null) live.Begin(started.StreamId, started.SampleRateHz);
                else say(new LiveStop { StreamId = started.StreamId });
            }
        }

        internal void Take(ref BinaryFrame block)
        {
            lock (streams)
            {
                foreach (var live in streams)
                {
                    if (live.StreamId != block.StreamId) continue;
                    live.Take(ref block);
                    return;
                }
            }
        }

        private void Ask(LiveBinaural live)
        {
            say(new LiveStart { SceneId = live.SceneId, Codec = "float32", BlockSamples = 256 });
        }

        private void End(LiveBinaural live)
        {
            lock (streams)
            {
                if (streams.Remove(live) && live.StreamId != 0) say(new LiveStop { StreamId = live.StreamId });
            }
        }
    }
}
