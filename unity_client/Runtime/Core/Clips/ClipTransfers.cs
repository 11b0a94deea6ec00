using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Clips through the WebSocket: asked for one by one, put together as chunks come, paced by credit. Asked
    /// for again after every reconnection.</summary>
    internal sealed class ClipTransfers
    {
        /// <summary>Clips come as they are, so that their hash can be checked and the cache knows them.</summary>
        internal static readonly string[] Codecs = { "wav" };

        private sealed class Wanted
        {
            internal ClipRequest Request;
            internal string Sha256;
            internal TaskCompletionSource<byte[]> Result;
        }

        private sealed class Stream
        {
            internal Wanted Wanted;
            internal ClipAssembly Assembly;
            internal long OwedBytes;
        }

        private readonly Action<Message> say;
        private readonly int maxBytes;
        private readonly Action<Action> later;
        private readonly List<Wanted> wanted = new List<Wanted>();
        private readonly Dictionary<uint, Stream> streams = new Dictionary<uint, Stream>();
        private long windowBytes;
        private bool isConnected;

        /// <param name="later">Lets what waits for a clip go on elsewhere: not on the network's thread, nor under the
        /// lock.</param>
        internal ClipTransfers(Action<Message> say, int maxBytes, Action<Action> later)
        {
            this.say = say;
            this.later = later;
            this.maxBytes = maxBytes;
        }

        /// <summary>A clip's bytes, whole and checked. Fails with a ClipException.</summary>
        internal async Task<byte[]> LoadAsync(string sceneId, string sourceId, string sha256, CancellationToken token)
        {
            Action drop;
            var came = Ask(sceneId, sourceId, sha256, out drop);
            using (token.Register(drop)) return await came.ConfigureAwait(false);
        }

        /// <summary>The same for who can't wait, but looks now and then.</summary>
        /// <param name="drop">It isn't wanted any more.</param>
        internal Task<byte[]> Ask(string sceneId, string sourceId, string sha256, out Action drop)
        {
            var wish = new Wanted
            {
                Request = new ClipRequest { SceneId = sceneId, SourceId = sourceId, Codec = Codecs[0] },
                Sha256 = sha256,
                Result = new TaskCompletionSource<byte[]>(),
            };
            lock (wanted)
            {
                wanted.Add(wish);
                if (isConnected) say(wish.Request);
            }
            drop = () => Drop(wish);
            return wish.Result.Task;
        }

        internal void Connected(Welcome welcome)
        {
            lock (wanted)
            {
                isConnected = true;
                windowBytes = welcome.Limits.WindowBytes;
                foreach (var wish in wanted)
                {
                    wish.Request.Seq = 0;
                    say(wish.Request);
                }
            }
        }

        internal void Disconnected()
        {
            lock (wanted)
            {
                isConnected = false;
                streams.Clear();
            }
        }

        /// <summary>Whether a message was about a clip, and nobody else needs to see it.</summary>
        internal bool Take(Message message)
        {
            lock (wanted)
            {
                var begin = message as ClipBegin;
                if (begin != null) Begin(begin);
                var end = message as ClipEnd;
                if (end != null) End(end);
                var abort = message as ClipAbort;
                if (abort != null) Abort(abort);
                return begin != null || end != null || abort != null || IsRefusal(message as ErrorMessage);
            }
        }

        internal void Take(ref BinaryFrame frame)
        {
            lock (wanted)
            {
                Stream stream;
                if (!streams.TryGetValue(frame.StreamId, out stream)) return;
                try
                {
                    stream.Assembly.Take(ref frame);
                }
                catch (ClipException error)
                {
                    Fail(frame.StreamId, error);
                    return;
                }
                stream.OwedBytes += frame.Payload.Count;
                if (4 * stream.OwedBytes < windowBytes) return;
                say(new Credit { StreamId = frame.StreamId, Bytes = stream.OwedBytes });
                stream.OwedBytes = 0;
            }
        }

        private void Begin(ClipBegin begin)
        {
            var wish = wanted.Find(one => one.Request.SceneId == begin.SceneId && one.Request.SourceId == begin.SourceId
                && one.Sha256 == begin.ClipSha256 && begin.Codec == Codecs[0] && !IsUnderWay(one));
            if (wish == null)
            {
                say(new ClipAbort { StreamId = begin.StreamId, Reason = "not wanted" });
                return;
            }
            try
            {
                streams[begin.StreamId] = new Stream { Wanted = wish, Assembly = new ClipAssembly(begin, maxBytes) };
            }
            catch (ClipException error)
            {
                say(new ClipAbort { StreamId = begin.StreamId, Reason = error.Message });
                Settle(wish, error);
            }
        }

        private void End(ClipEnd end)
        {
            Stream stream;
            if (!streams.TryGetValue(end.StreamId, out stream)) return;
            streams.Remove(end.StreamId);
            wanted.Remove(stream.Wanted);
            try
            {
                var bytes = stream.Assembly.Whole(end, stream.Wanted.Sha256);
                later(() => stream.Wanted.Result.TrySetResult(bytes));
            }
            catch (ClipException error)
            {
                later(() => stream.Wanted.Result.TrySetException(error));
            }
        }

        private void Abort(ClipAbort abort)
        {
            Stream stream;
            if (!streams.TryGetValue(abort.StreamId, out stream)) return;
            streams.Remove(abort.StreamId);
            Settle(stream.Wanted, new ClipException("the server gave the clip up: " + abort.Reason, true));
        }

        private bool IsRefusal(ErrorMessage error)
        {
            if (error == null || !error.ReplyTo.HasValue) return false;
            var wish = wanted.Find(one => one.Request.Seq == error.ReplyTo.Value);
            if (wish == null) return false;
            Settle(wish, new ClipException(error.Message, error.RetryAfterS.HasValue));
            return true;
        }

        private void Fail(uint streamId, ClipException error)
        {
            var stream = streams[streamId];
            streams.Remove(streamId);
            say(new ClipAbort { StreamId = streamId, Reason = error.Message });
            Settle(stream.Wanted, error);
        }

        private void Settle(Wanted wish, ClipException error)
        {
            wanted.Remove(wish);
            later(() => wish.Result.TrySetException(error));
        }

        private void Drop(Wanted wish)
        {
            lock (wanted)
            {
                wanted.Remove(wish);
                foreach (var pair in streams)
                {
                    if (pair.Value.Wanted != wish) continue;
                    say(new ClipAbort { StreamId = pair.Key, Reason = "not wanted any more" });
                    streams.Remove(pair.Key);
                    break;
                }
            }
            later(() => wish.Result.TrySetCanceled());
        }

        private bool IsUnderWay(Wanted wish)
        {
            foreach (var stream in streams.Values)
                if (stream.Wanted == wish) return true;
            return false;
        }
    }
}
