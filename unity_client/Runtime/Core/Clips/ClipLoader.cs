using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>Clips for whoever wants them: from the disk, or else from the server in the way that was chosen; each
    /// once, however many want it at the same time.</summary>
    internal sealed class ClipLoader : IClips
    {
        private const int AtOnce = 4;
        private const int MaxBadHashes = 3;
        private const int MaxImageBytes = 128 * 1024 * 1024;

        private readonly ClientSettings settings;
        private readonly ClipTransfers transfers;
        private readonly CancellationToken lifetime;
        private readonly HttpFiles files;
        private readonly ClipCache cache;
        private readonly SemaphoreSlim slots = new SemaphoreSlim(AtOnce);
        private readonly Dictionary<string, Task<ClipSound>> underWay = new Dictionary<string, Task<ClipSound>>();

        /// <param name="lifetime">Ends everything that is under way.</param>
        internal ClipLoader(
            ServerAddresses addresses, ClientSettings settings, ClipTransfers transfers, CancellationToken lifetime)
        {
            this.settings = settings;
            this.transfers = transfers;
            this.lifetime = lifetime;
            files = new HttpFiles(addresses, settings.Token);
            cache = string.IsNullOrEmpty(settings.CacheFolder)
                ? null
                : new ClipCache(settings.CacheFolder, settings.CacheBytes);
        }

        public Task<ClipSound> LoadAsync(string sceneId, string sourceId, ClipReference clip, CancellationToken token)
        {
            if (clip == null) throw new ArgumentNullException("clip");
            Task<ClipSound> task;
            lock (underWay)
            {
                if (!underWay.TryGetValue(clip.Sha256, out task))
                {
                    // Not with the caller's token: others may come to want the same clip.
                    task = Task.Run(() => LoadOnceAsync(sceneId, sourceId, clip));
                    underWay.Add(clip.Sha256, task);
                    task.ContinueWith(done => Forget(clip.Sha256, done));
                }
            }
            return Abandonable(task, token);
        }

        // It has threads.
        public void Step() { }

        public Task<byte[]> LoadFileAsync(string path, CancellationToken token)
        {
            var both = CancellationTokenSource.CreateLinkedTokenSource(token, lifetime);
            return Task.Run(() => BytesAsync(path, MaxImageBytes, both.Token), both.Token);
        }

        private async Task<ClipSound> LoadOnceAsync(string sceneId, string sourceId, ClipReference clip)
        {
            var kept = cache == null ? null : cache.Read(clip.Sha256);
            if (kept == null)
            {
                await slots.WaitAsync(lifetime).ConfigureAwait(false);
                try
                {
                    kept = await FetchAsync(sceneId, sourceId, clip).ConfigureAwait(false);
                }
                finally
                {
                    slots.Release();
                }
                if (cache != null) cache.Write(clip.Sha256, kept, kept.Length);
            }
            return WavReader.Read(kept, kept.Length);
        }

        /// <summary>The clip's bytes with the right hash. What may pass is tried again until the client ends.</summary>
        private async Task<byte[]> FetchAsync(string sceneId, string sourceId, ClipReference clip)
        {
            var backoff = new Backoff(settings.FirstRetryS, settings.LongestRetryS);
            var badHashes = 0;
            for (;;)
            {
                try
                {
                    if (settings.Delivery == ClipDelivery.Stream)
                        return await transfers.LoadAsync(sceneId, sourceId, clip.Sha256, lifetime).ConfigureAwait(false);
                    var bytes = await BytesAsync(clip.Url, settings.MaxClipBytes, lifetime).ConfigureAwait(false);
                    if (ContentHash.Of(bytes, 0, bytes.Length) == clip.Sha256) return bytes;
                    throw new ClipException("the clip doesn't have its hash", true);
                }
                catch (ClipException error)
                {
                    // On a connection that works, what is wrong again and again stays wrong.
                    if (!error.MayRetry || ++badHashes >= MaxBadHashes) throw;
                }
                await Task.Delay(TimeSpan.FromSeconds(backoff.Next()), lifetime).ConfigureAwait(false);
            }
        }

        private async Task<byte[]> BytesAsync(string path, int maxBytes, CancellationToken token)
        {
            var backoff = new Backoff(settings.FirstRetryS, settings.LongestRetryS);
            using (var came = new MemoryStream())
            {
                for (;;)
                {
                    var before = came.Length;
                    try
                    {
                        files.Fetch(path, came, maxBytes, token);
                        return came.ToArray();
                    }
                    catch (ClipException error)
                    {
                        if (!error.MayRetry) throw;
                        if (came.Length > before) backoff.Reset();
                    }
                    await Task.Delay(TimeSpan.FromSeconds(backoff.Next()), token).ConfigureAwait(false);
                }
            }
        }

        private void Forget(string sha256, Task<ClipSound> done)
        {
            // Whoever waited has been told; nobody may have waited to the end.
            GC.KeepAlive(done.Exception);
            lock (underWay) underWay.Remove(sha256);
        }

        private static async Task<ClipSound> Abandonable(Task<ClipSound> task, CancellationToken token)
        {
            var abandoned = new TaskCompletionSource<bool>();
            using (token.Register(() => abandoned.TrySetResult(true)))
            {
                if (await Task.WhenAny(task, abandoned.Task).ConfigureAwait(false) != task)
                    throw new OperationCanceledException(token);
            }
            return await task.ConfigureAwait(false);
        }
    }
}
