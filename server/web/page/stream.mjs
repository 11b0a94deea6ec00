// A session of the stream: sections 1, 4 and 6 of PROTOCOL.md. It reconnects by itself, and gets a new snapshot.

import { Clock } from "./clock.mjs";
import { messageFrom } from "./messages.mjs";

const LONGEST_WAIT_S = 30;
const PING_EVERY_S = 1;
// So many pings without an answer, or so long without a welcome, and the connection is dead: after a change of network
// nothing else tells. Pings are counted, not seconds, because the timers of a page in the background hardly run.
const MOST_UNANSWERED = 5;
const WELCOME_WITHIN_S = 10;
// Close codes after which another attempt would end the same way; see section 10.
const FINAL_CODES = new Set([1000, 1009, 4400, 4401, 4406, 4409]);

export class Stream {
  clock = new Clock();
  #socket = null;
  #seq = 0;
  #receivedSeq = 0;
  #failures = 0;
  #unanswered = 0;
  #isOver = false;
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

  /** The page may have slept, or the network changed: find out now how things are, instead of when that is due. */
  wake() {
    if (this.#isOver || this.#socket?.readyState === WebSocket.CONNECTING) return;
    this.#failures = 0;
    if (this.#socket) this.#beat();
    else this.#open();
  }

  /** Say goodbye, for good. */
  close() {
    this.#isOver = true;
    this.#clearTimers();
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send("bye", {});
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #open() {
    this.#clearTimers();
    const address = new URL("v1/stream", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, "sonorama.v1");
    this.#socket = socket;
    this.#unanswered = 0;
    this.#timers.push(setTimeout(() => this.#giveUp(), WELCOME_WITHIN_S * 1000));
    socket.onopen = () => this.#send("hello", { majors: [1], client: "sonorama page", token: this.token });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#handle(messageFrom(data));
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#handleClose(code, reason);
  }

  #handle(message) {
    this.#receivedSeq = message.seq;
    this.#unanswered = 0;
    if (message.type === "welcome") {
      this.#clearTimers();
      this.#failures = 0;
      this.clock.clear();
      this.#send("subscribe", { scene_id: this.sceneId });
      this.#beat();
      this.#timers.push(setInterval(() => this.#beat(), Math.min(PING_EVERY_S, message.heartbeat_s / 2) * 1000));
      this.onState("connected", false);
    } else if (message.type === "clock_pong") {
      this.clock.add({ ...message, client_received_s: clientTimeS() });
    }
    this.onMessage(message);
  }

  #beat() {
    if (this.#unanswered >= MOST_UNANSWERED) return this.#giveUp();
    this.#unanswered += 1;
    this.#send("clock_ping", { client_sent_s: clientTimeS() });
    this.#send("ack", { received_seq: this.#receivedSeq });
  }

  /** The server doesn't answer: its connection may never tell that it is gone. */
  #giveUp() {
    const dead = this.#socket;
    this.#handleClose(1006, "the server doesn't answer");
    dead.close();
  }

  #handleClose(code, reason) {
    this.#clearTimers();
    this.#socket = null;
    this.#isOver = FINAL_CODES.has(code);
    this.onState(reason || (this.#isOver ? `closed (${code})` : "the server is gone"), this.#isOver);
    if (this.#isOver) return;
    const waitS = Math.min(LONGEST_WAIT_S, 0.5 * 2 ** this.#failures++) * (0.9 + 0.2 * Math.random());
    this.#timers.push(setTimeout(() => this.#open(), waitS * 1000));
  }

  #clearTimers() {
    // clearTimeout clears both kinds of timers.
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #send(type, fields) {
    this.#seq += 1;
    this.#socket.send(JSON.stringify({ type, seq: this.#seq, ...fields }));
  }
}

function clientTimeS() {
  return performance.now() / 1000;
}
