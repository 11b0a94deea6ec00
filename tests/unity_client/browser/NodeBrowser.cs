using System;
using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Sonorama.Core;

/// <summary>The package's .jslib as it is, run by Node: host.mjs does what Emscripten and a browser would.</summary>
internal sealed class NodeBrowser : IBrowser
{
    private readonly Process node;

    /// <param name="host">The path of host.mjs.</param>
    /// <param name="library">The path of the .jslib.</param>
    internal NodeBrowser(string host, string library)
    {
        node = Process.Start(new ProcessStartInfo("node")
        {
            Arguments = "--experimental-websocket --no-warnings \"" + host + "\" \"" + library + "\"",
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        });
    }

    public int SocketOpen(string address, string subprotocol) { return Call("SonoramaSocketOpen", address, subprotocol); }

    public int SocketState(int socket) { return Call("SonoramaSocketState", socket); }

    public void SocketSend(int socket, byte[] text, int length)
    {
        var bytes = new JObject { { "bytes", Convert.ToBase64String(text, 0, length) } };
        Call("SonoramaSocketSend", socket, bytes, length);
    }

    public int SocketNext(int socket) { return Call("SonoramaSocketNext", socket); }

    public int SocketTake(int socket, byte[] into)
    {
        return Fill("SonoramaSocketTake", into, SocketNext(socket), socket, new JObject());
    }

    public int SocketCloseCode(int socket) { return Call("SonoramaSocketCloseCode", socket); }

    public int SocketCloseReason(int socket, byte[] into, int size)
    {
        return Fill("SonoramaSocketCloseReason", into, size, socket, new JObject(), size);
    }

    public void SocketForget(int socket) { Call("SonoramaSocketForget", socket); }

    public int FileBegin(string address, string token) { return Call("SonoramaFileBegin", address, token); }

    public int FileStatus(int file) { return Call("SonoramaFileStatus", file); }

    public int FileLength(int file) { return Call("SonoramaFileLength", file); }

    public void FileTake(int file, byte[] into) { Fill("SonoramaFileTake", into, into.Length, file, new JObject()); }

    public void FileForget(int file) { Call("SonoramaFileForget", file); }

    private int Call(string name, params JToken[] arguments)
    {
        return (int)Answer(name, 0, arguments)["returned"];
    }

    private int Fill(string name, byte[] into, int size, params JToken[] arguments)
    {
        var answer = Answer(name, size, arguments);
        Convert.FromBase64String((string)answer["bytes"]).CopyTo(into, 0);
        return (int)answer["returned"];
    }

    private JObject Answer(string name, int size, JToken[] arguments)
    {
        var order = new JObject { { "call", name }, { "args", new JArray(arguments) }, { "size", size } };
        node.StandardInput.WriteLine(order.ToString(Newtonsoft.Json.Formatting.None));
        node.StandardInput.Flush();
        return JObject.Parse(node.StandardOutput.ReadLine());
    }
}
