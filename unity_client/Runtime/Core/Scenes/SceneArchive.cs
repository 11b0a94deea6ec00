using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;

namespace Sonorama.Core
{
    /// <summary>
    /// A scene in a ZIP archive (PKWARE's APPNOTE 6.3): a .sonorama file, or a scene's folder that somebody packed, with
    /// or without the folder's own name. Its own reader, since Unity's .NET Framework profile refers to no ZipArchive.
    /// </summary>
    public sealed class SceneArchive : ISceneFiles
    {
        private const uint EndOfDirectory = 0x06054B50;
        private const uint DirectoryEntry = 0x02014B50;
        private const uint LocalEntry = 0x04034B50;
        private const int EndBytes = 22, DirectoryEntryBytes = 46, LocalEntryBytes = 30, MaxCommentBytes = 65535;
        private const int Stored = 0, Deflated = 8;
        private const int Encrypted = 1;
        private const string Scene = "scene.json";

        private struct Entry
        {
            internal int Flags, Method, At;
            internal long PackedBytes, Bytes;
        }

        private readonly byte[] archive;
        private readonly Dictionary<string, Entry> entries = new Dictionary<string, Entry>();
        private readonly string root;

        /// <exception cref="SceneFileException">It's no ZIP archive, or holds no scene.</exception>
        public SceneArchive(byte[] archive)
        {
            this.archive = archive;
            ReadDirectory();
            root = Root();
        }

        public byte[] Read(string path)
        {
            Entry entry;
            if (!entries.TryGetValue(root + path, out entry)) throw new SceneFileException("the archive lacks " + path);
            if ((entry.Flags & Encrypted) != 0) throw new SceneFileException("the archive is encrypted");
            Need(entry.At, LocalEntryBytes);
            if (LittleEndian.UInt32(archive, entry.At) != LocalEntry) throw Damaged();
            // Name and extra field of this header may differ in length from those of the directory.
            var start = entry.At + LocalEntryBytes + LittleEndian.UInt16(archive, entry.At + 26)
                + LittleEndian.UInt16(archive, entry.At + 28);
            Need(start, entry.PackedBytes);
            if (entry.Method == Stored && entry.PackedBytes == entry.Bytes)
            {
                var bytes = new byte[entry.Bytes];
                Buffer.BlockCopy(archive, start, bytes, 0, bytes.Length);
                return bytes;
            }
            if (entry.Method != Deflated) throw new SceneFileException("the archive is packed in an unknown way");
            return Inflated(start, (int)entry.PackedBytes, entry.Bytes);
        }

        /// <summary>No more is unpacked than the directory announces, whatever the data would make.</summary>
        private byte[] Inflated(int start, int packedBytes, long bytes)
        {
            var whole = new MemoryStream();
            var part = new byte[65536];
            try
            {
                using (var packed = new MemoryStream(archive, start, packedBytes, false))
                using (var stream = new DeflateStream(packed, CompressionMode.Decompress))
                {
                    for (int count; (count = stream.Read(part, 0, part.Length)) > 0;)
                    {
                        if (whole.Length + count > bytes) throw Damaged();
                        whole.Write(part, 0, count);
                    }
                }
            }
            catch (Exception error) when (error is IOException || error is InvalidDataException)
            {
                throw new SceneFileException("the archive is damaged", error);
            }
            if (whole.Length != bytes) throw Damaged();
            return whole.ToArray();
        }

        private void ReadDirectory()
        {
            var end = End();
            var count = LittleEndian.UInt16(archive, end + 10);
            var at = (long)LittleEndian.UInt32(archive, end + 16);
            if (at == uint.MaxValue) throw new SceneFileException("archives of 4 GB and more aren't read");
            for (var number = 0; number < count; number++)
            {
                Need(at, DirectoryEntryBytes);
                var start = (int)at;
                if (LittleEndian.UInt32(archive, start) != DirectoryEntry) throw Damaged();
                var nameBytes = LittleEndian.UInt16(archive, start + 28);
                Need(at + DirectoryEntryBytes, nameBytes);
                var name = Encoding.UTF8.GetString(archive, start + DirectoryEntryBytes, nameBytes);
                long packedBytes = LittleEndian.UInt32(archive, start + 20), bytes = LittleEndian.UInt32(archive, start + 24);
                long local = LittleEndian.UInt32(archive, start + 42);
                if (local > archive.Length) throw Damaged();
                // Some packers on Windows write its separators.
                entries[name.Replace('\\', '/')] = new Entry
                {
                    Flags = LittleEndian.UInt16(archive, start + 8), Method = LittleEndian.UInt16(archive, start + 10),
                    At = (int)local, PackedBytes = packedBytes, Bytes = bytes,
                };
                at += DirectoryEntryBytes + nameBytes + LittleEndian.UInt16(archive, start + 30)
                    + LittleEndian.UInt16(archive, start + 32);
            }
        }

        /// <summary>Where the record is that ends the directory; a comment may follow it.</summary>
        private int End()
        {
            var first = Math.Max(0, archive.Length - EndBytes - MaxCommentBytes);
            for (var at = archive.Length - EndBytes; at >= first; at--)
                if (LittleEndian.UInt32(archive, at) == EndOfDirectory) return at;
            throw new SceneFileException("it's no ZIP archive");
        }

        /// <summary>What stands before scene.json where it lies nearest to the top.</summary>
        private string Root()
        {
            string nearest = null;
            foreach (var name in entries.Keys)
            {
                if (name != Scene && !name.EndsWith("/" + Scene, StringComparison.Ordinal)) continue;
                if (nearest == null || name.Length < nearest.Length) nearest = name;
            }
            if (nearest == null) throw new SceneFileException("the archive holds no " + Scene);
            return nearest.Substring(0, nearest.Length - Scene.Length);
        }

        private void Need(long at, long count)
        {
            if (at < 0 || count < 0 || at + count > archive.Length) throw Damaged();
        }

        private static SceneFileException Damaged()
        {
            return new SceneFileException("the archive is damaged");
        }
    }
}
