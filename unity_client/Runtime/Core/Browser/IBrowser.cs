namespace Sonorama.Core
{
    /// <summary>
    /// What Plugins/Sonorama.jslib offers to a player in a browser, which has neither sockets nor threads of its own.
    /// Sockets and files are known by numbers above 0. Nothing calls back: ask once a frame.
    /// </summary>
    internal interface IBrowser
    {
        /// <summary>0 where the browser won't even try.</summary>
        int SocketOpen(string address, string subprotocol);

        /// <summary>As WebSocket.readyState has it: 0 connecting, 1 open, 2 closing, 3 closed.</summary>
        int SocketState(int socket);

        /// <summary>A text frame, of UTF-8.</summary>
        void SocketSend(int socket, byte[] text, int length);

        /// <summary>The size of the frame that came first, bytes; -1 where none waits.</summary>
        int SocketNext(int socket);

        /// <summary>Takes that frame; returns 1 for text, 0 for binary.</summary>
        int SocketTake(int socket, byte[] into);

        /// <summary>With which code it was closed.</summary>
        int SocketCloseCode(int socket);

        /// <summary>Why, in UTF-8; returns how many bytes that are.</summary>
        int SocketCloseReason(int socket, byte[] into, int size);

        /// <summary>Closes it where it isn't closed, and forgets it.</summary>
        void SocketForget(int socket);

        /// <summary>Begins to fetch a file; an empty token isn't sent.</summary>
        int FileBegin(string address, string token);

        /// <summary>The answer's HTTP status once all of it is there; 0 until then, -1 where none came.</summary>
        int FileStatus(int file);

        /// <summary>The size of the answer, bytes.</summary>
        int FileLength(int file);

        void FileTake(int file, byte[] into);

        void FileForget(int file);
    }
}
