using System;
using System.Collections.Generic;
using System.IO;

namespace Sonorama.Core
{
    /// <summary>
    /// Clips on the disk by the hash of their bytes, the least recently used going first. A disk that fails costs the
    /// cache, never the clip. Safe for several threads, and for several programs on one folder.
    /// </summary>
    public sealed class ClipCache
    {
        private const string Suffix = ".wav";
        private const string Unfinished = ".part";
        private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1.0);

        private readonly object gate = new object();
        private readonly string folder;
        private readonly long maxBytes;

        /// <param name="folder">It's made where it isn't there.</param>
        /// <param name="maxBytes">How much it may hold.</param>
        public ClipCache(string folder, long maxBytes)
        {
            this.folder = folder;
            this.maxBytes = maxBytes;
        }

        /// <summary>A clip's bytes; null where it isn't there. A file that doesn't have its hash is deleted.</summary>
        public byte[] Read(string sha256)
        {
            var path = PathOf(sha256);
            try
            {
                lock (gate)
                {
                    if (!File.Exists(path)) return null;
                    var bytes = File.ReadAllBytes(path);
                    if (ContentHash.Of(bytes, 0, bytes.Length) != sha256)
                    {
                        File.Delete(path);
                        return null;
                    }
                    File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
                    return bytes;
                }
            }
            catch (Exception error) when (IsOfTheDisk(error))
            {
                return null;
            }
        }

        /// <summary>Keep a clip; whoever reads meanwhile finds all of it or nothing. False where that failed.</summary>
        public bool Write(string sha256, byte[] bytes, int length)
        {
            if (length > maxBytes) return false;
            var path = PathOf(sha256);
            var beside = path + "." + Guid.NewGuid().ToString("N") + Unfinished;
            try
            {
                lock (gate)
                {
                    Directory.CreateDirectory(folder);
                    using (var file = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
                    {
                        file.Write(bytes, 0, length);
                        file.Flush(true);
                    }
                    if (File.Exists(path)) File.Delete(beside);
                    else File.Move(beside, path);
                    Trim(path);
                    return true;
                }
            }
            catch (Exception error) when (IsOfTheDisk(error))
            {
                Forget(beside);
                return false;
            }
        }

        private void Trim(string newest)
        {
            var files = new List<FileInfo>();
            var total = 0L;
            foreach (var file in new DirectoryInfo(folder).GetFiles())
            {
                if (file.Name.EndsWith(Unfinished, StringComparison.Ordinal))
                {
                    if (DateTime.UtcNow - file.LastWriteTimeUtc > Abandoned) Forget(file.FullName);
                    continue;
                }
                // Whatever else lies there isn't ours.
                if (!file.Name.EndsWith(Suffix, StringComparison.Ordinal)) continue;
                if (!ContentHash.IsOne(Path.GetFileNameWithoutExtension(file.Name))) continue;
                total += file.Length;
                if (file.FullName != Path.GetFullPath(newest)) files.Add(file);
            }
            files.Sort((one, other) => one.LastWriteTimeUtc.CompareTo(other.LastWriteTimeUtc));
            foreach (var file in files)
            {
                if (total <= maxBytes) return;
                total -= file.Length;
                Forget(file.FullName);
            }
        }

        private string PathOf(string sha256)
        {
            if (!ContentHash.IsOne(sha256)) throw new ArgumentException("no SHA-256: " + sha256);
            return Path.Combine(folder, sha256 + Suffix);
        }

        private static void Forget(string path)
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception error) when (IsOfTheDisk(error))
            {
                // Another program may be reading it; the next one to trim deletes it.
            }
        }

        private static bool IsOfTheDisk(Exception error)
        {
            return error is IOException || error is UnauthorizedAccessException;
        }
    }
}
