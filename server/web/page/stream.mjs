// A session of the stream: sections 1, 4 and 6 of PROTOCOL.md. It comes back by itself, with a new snapshot.

import { Clock } from "./clock.mjs";
import { messageFrom } from "./messages.mjs";

const LONGEST_WAIT_S = 30;
// Close codes after which another attempt would end the same way; see section 10.
const FINAL_CODES = new Set([1000, 1009, 4400, 4401, 4406, 4409]);

export class Stream {
  clock = new Clock();
  #socket = null;
  #seq = 0;
  #heard = 0;
  #failures = 0;
  #timers = [];

  /**
   * @param {object} options
   * @param {string | null} options.token the server's, where it asks for one
   * @param {string} options.sceneId the scene to follow
   * @param {(message: object) => void} options.onMessage hears every message of the server's
   * @param {(words: string, isOver: boolean) => void} options.onState hears how the connection is, for people
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
    this.#rest();
    const socket = this.#socket;
    this.#socket = null;
    if (socket?.readyState === WebSocket.OPEN) this.#sayTo(socket, "bye", {});
    socket?.close(1000);
  }

  #open() {
    const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/v1/stream`, "sonorama.v1");
    this.#socket = socket;
    socket.onopen = () => this.#sayTo(socket, "hello", { majors: [1], client: "sonorama page", token: this.token });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(socket, messageFrom(data));
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#closed(code, reason);
  }

  #hear(socket, message) {
    this.#heard = message.seq;
    if (message.type === "welcome") {
      this.#failures = 0;
      this.clock.clear();
      this.#sayTo(socket, "subscribe", { scene_id: this.sceneId });
      const beat = () => {
        this.#sayTo(socket, "clock_ping", { client_sent_s: clientTimeS() });
        this.#sayTo(socket, "ack", { received_seq: this.#heard });
      };
      beat();
      this.#timers.push(setInterval(beat, (message.heartbeat_s / 2) * 1000));
      this.onState("connected", false);
    } else if (message.type === "clock_pong") {
      this.clock.add({ ...message, client_received_s: clientTimeS() });
    }
    this.onMessage(message);
  }

  #closed(code, reason) {
    this.#rest();
    const isOver = FINAL_CODES.has(code);
    this.onState(reason || (isOver ? `closed (${code})` : "the server is gone"), isOver);
    if (isOver) return;
    const waitS = Math.min(LONGEST_WAIT_S, 0.5 * 2 ** this.#failures++) * (0.9 + 0.2 * Math.random());
    this.#timers.push(setTimeout(() => this.#open(), waitS * 1000));
  }

  #rest() {
    // One is enough to clear either kind of timer.
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #sayTo(socket, type, fields) {
    this.#seq += 1;
    socket.send(JSON.stringify({ type, seq: this.#seq, ...fields }));
  }
}

function clientTimeS() {
  return performance.now() / 1000;
}
