#if UNITY_WEBGL && !UNITY_EDITOR
using System.Runtime.InteropServices;

namespace Sonorama.Core
{
    /// <summary>The functions of Plugins/Sonorama.jslib, which Unity links into the player.</summary>
    internal sealed class Browser : IBrowser
    {
        public int SocketOpen(string address, string subprotocol) { return SonoramaSocketOpen(address, subprotocol); }

        public int SocketState(int socket) { return SonoramaSocketState(socket); }

        public void SocketSend(int socket, byte[] text, int length) { SonoramaSocketSend(socket, text, length); }

        public int SocketNext(int socket) { return SonoramaSocketNext(socket); }

        public int SocketTake(int socket, byte[] into) { return SonoramaSocketTake(socket, into); }

        public int SocketCloseCode(int socket) { return SonoramaSocketCloseCode(socket); }

        public int SocketCloseReason(int socket, byte[] into, int size) { return SonoramaSocketCloseReason(socket, into, size); }

        public void SocketForget(int socket) { SonoramaSocketForget(socket); }

        public int FileBegin(string address, string token) { return SonoramaFileBegin(address, token); }

        public int FileStatus(int file) { return SonoramaFileStatus(file); }

        public int FileLength(int file) { return SonoramaFileLength(file); }

        public void FileTake(int file, byte[] into) { SonoramaFileTake(file, into); }

        public void FileForget(int file) { SonoramaFileForget(file); }

        [DllImport("__Internal")]
        private static extern int SonoramaSocketOpen(string address, string subprotocol);

        [DllImport("__Internal")]
        private static extern int SonoramaSocketState(int socket);

        [DllImport("__Internal")]
        private static extern void SonoramaSocketSend(int socket, byte[] text, int length);

        [DllImport("__Internal")]
        private static extern int SonoramaSocketNext(int socket);

        [DllImport("__Internal")]
        private static extern int SonoramaSocketTake(int socket, byte[] into);

        [DllImport("__Internal")]
        private static extern int SonoramaSocketCloseCode(int socket);

        [DllImport("__Internal")]
        private static extern int SonoramaSocketCloseReason(int socket, byte[] into, int size);

        [DllImport("__Internal")]
        private static extern void SonoramaSocketForget(int socket);

        [DllImport("__Internal")]
        private static extern int SonoramaFileBegin(string address, string token);

        [DllImport("__Internal")]
        private static extern int SonoramaFileStatus(int file);

        [DllImport("__Internal")]
        private static extern int SonoramaFileLength(int file);

        [DllImport("__Internal")]
        private static extern void SonoramaFileTake(int file, byte[] into);

        [DllImport("__Internal")]
        private static extern void SonoramaFileForget(int file);
    }
}
#endif
