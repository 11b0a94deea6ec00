using System;

namespace Sonorama.Core
{
    /// <summary>Where things are on one server.</summary>
    internal sealed class ServerAddresses
    {
        private readonly Uri files;

        internal ServerAddresses(Uri server)
        {
            if (server == null || !server.IsAbsoluteUri) throw new ArgumentException("the server's address is missing");
            string scheme = server.Scheme, secure = "https";
            if (scheme != "http" && scheme != "ws" && scheme != "https" && scheme != "wss")
                throw new ArgumentException("the server's address must begin with http, https, ws or wss: " + server);
            var isSecure = scheme == secure || scheme == "wss";
            files = Base(server, isSecure ? secure : "http");
            Stream = new Uri(Base(server, isSecure ? "wss" : "ws"), "/v1/stream");
        }

        /// <summary>The WebSocket.</summary>
        internal Uri Stream { get; private set; }

        /// <summary>A file by its path on this server; paths that lead elsewhere are refused.</summary>
        internal Uri File(string path)
        {
            if (!SceneModel.IsPath(path)) throw new ClipException("the server names a file that isn't its own");
            var address = new Uri(files, path);
            if (address.Authority != files.Authority)
                throw new ClipException("the server names a file that isn't its own");
            return address;
        }

        private static Uri Base(Uri server, string scheme)
        {
            return new UriBuilder(scheme, server.DnsSafeHost, server.Port).Uri;
        }
    }
}
