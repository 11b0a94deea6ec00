using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>What ClipLoader is elsewhere, for a browser: no threads, no disk. Clips come through the WebSocket, other
    /// files by fetch; a step a frame looks what has come, and decodes one clip at most.</summary>
    internal sealed class PolledClips : IClips
    {
        private const int AtOnce = 4;
        private const int MaxFailures = 3;

        private sealed class WantedClip
        {
            internal string SceneId;
            internal string SourceId;
            internal string Sha256;
            internal CancellationToken Token;
            internal Backoff Backoff;
            internal double NotBeforeS;
            internal int Failures;
            internal Task<byte[]> Coming;
            internal Action Drop;
            internal readonly TaskCompletionSource<ClipSound> Result = new TaskCompletionSource<ClipSound>();
        }

        private sealed class WantedFile
        {
            internal int File;
            internal CancellationToken Token;
            internal readonly TaskCompletionSource<byte[]> Result = new TaskCompletionSource<byte[]>();
        }

        private readonly IBrowser browser;
        private readonly ServerAddresses addresses;
        private readonly ClientSettings settings;
        private readonly ClipTransfers transfers;
        private readonly List<WantedClip> clips = new List<WantedClip>();
        private readonly List<WantedFile> files = new List<WantedFile>();

        internal PolledClips(IBrowser browser, ServerAddresses addresses, ClientSettings settings, ClipTransfers transfers)
        {
            this.browser = browser;
            this.addresses = addresses;
            this.settings = settings;
            this.transfers = transfers;
        }

        public Task<ClipSound> LoadAsync(string sceneId, string sourceId, ClipReference clip, CancellationToken token)
        {
            var wanted = new WantedClip
            {
                SceneId = sceneId, SourceId = sourceId, Sha256 = clip.Sha256, Token = token,
                Backoff = new Backoff(settings.FirstRetryS, settings.LongestRetryS),
            };
            clips.Add(wanted);
            return wanted.Result.Task;
        }

        public Task<byte[]> LoadFileAsync(string path, CancellationToken token)
        {
            var wanted = new WantedFile
            {
                File = browser.FileBegin(addresses.File(path).AbsoluteUri, settings.Token ?? ""), Token = token,
            };
            files.Add(wanted);
            return wanted.Result.Task;
        }

        public void Step()
        {
            var nowS = MonotonicClock.NowS;
            var hasDecoded = false;
            // The first ones have been asked for; the others wait for their turn.
            for (var index = 0; index < clips.Count && index < AtOnce; index++)
                if (IsOver(clips[index], nowS, ref hasDecoded)) clips.RemoveAt(index--);
            for (var index = files.Count - 1; index >= 0; index--)
                if (IsOver(files[index])) files.RemoveAt(index);
        }

        private bool IsOver(WantedClip wanted, double nowS, ref bool hasDecoded)
        {
            if (wanted.Token.IsCancellationRequested)
            {
                if (wanted.Drop != null) wanted.Drop();
                return wanted.Result.TrySetCanceled();
            }
            if (wanted.Coming == null)
            {
                if (nowS < wanted.NotBeforeS) return false;
                wanted.Coming = transfers.Ask(wanted.SceneId, wanted.SourceId, wanted.Sha256, out wanted.Drop);
            }
            if (!wanted.Coming.IsCompleted || hasDecoded) return false;
            hasDecoded = true;
            try
            {
                var bytes = wanted.Coming.GetAwaiter().GetResult();
                return wanted.Result.TrySetResult(WavReader.Read(bytes, bytes.Length));
            }
            catch (ClipException error)
            {
                if (!error.MayRetry || ++wanted.Failures >= MaxFailures) return wanted.Result.TrySetException(error);
                wanted.Coming = null;
                wanted.NotBeforeS = nowS + wanted.Backoff.Next();
                return false;
            }
        }

        private bool IsOver(WantedFile wanted)
        {
            var status = browser.FileStatus(wanted.File);
            if (status == 0 && !wanted.Token.IsCancellationRequested) return false;
            if (status == 200)
            {
                var bytes = new byte[browser.FileLength(wanted.File)];
                browser.FileTake(wanted.File, bytes);
                wanted.Result.TrySetResult(bytes);
            }
            else if (status == 0) wanted.Result.TrySetCanceled();
            else wanted.Result.TrySetException(new ClipException(
                status < 0 ? "the file didn't come; the browser's console says why" : "the server answered " + status));
            browser.FileForget(wanted.File);
            return true;
        }
    }
}
