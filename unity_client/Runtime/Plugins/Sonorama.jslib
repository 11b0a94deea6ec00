// Sockets and files for a player in a browser, asked for once a frame: Runtime/Core/Browser/IBrowser.cs says what each
// function does. Emscripten's library format: $sonorama becomes a variable of the player's.
var SonoramaLibrary = {
  $sonorama: {
    last: 0,
    sockets: {},
    files: {}
  },

  SonoramaSocketOpen: function (address, subprotocol) {
    var socket;
    try {
      socket = new WebSocket(UTF8ToString(address), UTF8ToString(subprotocol));
    } catch (error) {
      return 0;
    }
    var entry = { socket: socket, frames: [], code: 0, reason: "" };
    socket.binaryType = "arraybuffer";
    socket.onmessage = function (event) {
      var isText = typeof event.data === "string";
      var bytes = isText ? new TextEncoder().encode(event.data) : new Uint8Array(event.data);
      entry.frames.push({ isText: isText, bytes: bytes });
    };
    socket.onclose = function (event) {
      entry.code = event.code;
      entry.reason = event.reason;
    };
    sonorama.sockets[++sonorama.last] = entry;
    return sonorama.last;
  },

  SonoramaSocketState: function (id) {
    return sonorama.sockets[id].socket.readyState;
  },

  SonoramaSocketSend: function (id, text, length) {
    var socket = sonorama.sockets[id].socket;
    if (socket.readyState === 1) socket.send(UTF8ToString(text, length));
  },

  SonoramaSocketNext: function (id) {
    var frames = sonorama.sockets[id].frames;
    return frames.length === 0 ? -1 : frames[0].bytes.length;
  },

  SonoramaSocketTake: function (id, into) {
    var frame = sonorama.sockets[id].frames.shift();
    HEAPU8.set(frame.bytes, into);
    return frame.isText ? 1 : 0;
  },

  SonoramaSocketCloseCode: function (id) {
    return sonorama.sockets[id].code;
  },

  SonoramaSocketCloseReason: function (id, into, size) {
    var bytes = new TextEncoder().encode(sonorama.sockets[id].reason).subarray(0, size);
    HEAPU8.set(bytes, into);
    return bytes.length;
  },

  SonoramaSocketForget: function (id) {
    var socket = sonorama.sockets[id].socket;
    delete sonorama.sockets[id];
    socket.onmessage = null;
    if (socket.readyState < 2) socket.close(1000);
  },

  SonoramaFileBegin: function (address, token) {
    var entry = { status: 0, bytes: new Uint8Array(0), abort: new AbortController() };
    var secret = UTF8ToString(token);
    var headers = secret === "" ? {} : { Authorization: "Bearer " + secret };
    fetch(UTF8ToString(address), { headers: headers, redirect: "error", signal: entry.abort.signal })
      .then(function (answer) {
        return answer.arrayBuffer().then(function (body) {
          entry.bytes = new Uint8Array(body);
          entry.status = answer.status;
        });
      })
      .catch(function () {
        entry.status = -1;
      });
    sonorama.files[++sonorama.last] = entry;
    return sonorama.last;
  },

  SonoramaFileStatus: function (id) {
    return sonorama.files[id].status;
  },

  SonoramaFileLength: function (id) {
    return sonorama.files[id].bytes.length;
  },

  SonoramaFileTake: function (id, into) {
    HEAPU8.set(sonorama.files[id].bytes, into);
  },

  SonoramaFileForget: function (id) {
    sonorama.files[id].abort.abort();
    delete sonorama.files[id];
  }
};

autoAddDeps(SonoramaLibrary, "$sonorama");
mergeInto(LibraryManager.library, SonoramaLibrary);
