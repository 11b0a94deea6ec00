// A session of the stream: sections 1, 4 and 6 of PROTOCOL.md. It reconnects by itself, and gets a new snapshot.

import { Clock } from "./clock.mjs";
import { messageFrom } from "./messages.mjs";

const LONGEST_WAIT_S = 30;
// Close codes after which another attempt would end the same way; see section 10.
const FINAL_CODES = new Set([1000, 1009, 4400, 4401, 4406, 4409]);

export class Stream {
  clock = new Clock();
  #socket = null;
  #seq = 0;
  #receivedSeq = 0;
  #failures = 0;
  #timers = [];

  /**
   * @param {object} options
   * @param {string | null} options.token the server's token, if it asks for one
   * @param {string} options.sceneId the scene to follow
   * @param {(message: object) => void} options.onMessage called with every message from the server
   * @param {(words: string, isOver: boolean) => void} options.onState called with the state of the connection, in
   *   words, and whether it has ended for good
   */
  constructor({ token, sceneId, onMessage, onState }) {
    Object.assign(this, { token, sceneId, onMessage, onState });
    this.#open();
  }

  /** Server time now in seconds, or null before it is known. */
  nowS() {
    const clientS = clientTimeS();
    const estimate = this.clock.estimate(clientS);
    return estimate && clientS + estimate.offset_s;
  }

  /** Say goodbye, for good. */
  close() {
    this.#clearTimers();
    const socket = this.#socket;
    this.#socket = null;
    if (socket?.readyState === WebSocket.OPEN) this.#send(socket, "bye", {});
    socket?.close(1000);
  }

  #open() {
    const address = new URL("v1/stream", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, "sonorama.v1");
    this.#socket = socket;
    socket.onopen = () => this.#send(socket, "hello", { majors: [1], client: "sonorama page", token: this.token });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#handle(socket, messageFrom(data));
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#handleClose(code, reason);
  }

  #handle(socket, message) {
    this.#receivedSeq = message.seq;
    if (message.type === "welcome") {
      this.#failures = 0;
      this.clock.clear();
      this.#send(socket, "subscribe", { scene_id: this.sceneId });
      const beat = () => {
        this.#send(socket, "clock_ping", { client_sent_s: clientTimeS() });
        this.#send(socket, "ack", { received_seq: this.#receivedSeq });
      };
      beat();
      this.#timers.push(setInterval(beat, (message.heartbeat_s / 2) * 1000));
      this.onState("connected", false);
    } else if (message.type === "clock_pong") {
      this.clock.add({ ...message, client_received_s: clientTimeS() });
    }
    this.onMessage(message);
  }

  #handleClose(code, reason) {
    this.#clearTimers();
    const isOver = FINAL_CODES.has(code);
    this.onState(reason || (isOver ? `closed (${code})` : "the server is gone"), isOver);
    if (isOver) return;
    const waitS = Math.min(LONGEST_WAIT_S, 0.5 * 2 ** this.#failures++) * (0.9 + 0.2 * Math.random());
    this.#timers.push(setTimeout(() => this.#open(), waitS * 1000));
  }

  #clearTimers() {
    // clearTimeout clears both kinds of timers.
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #send(socket, type, fields) {
    this.#seq += 1;
    socket.send(JSON.stringify({ type, seq: this.#seq, ...fields }));
  }
}

function clientTimeS() {
  return performance.now() / 1000;
}
