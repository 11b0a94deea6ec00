// How far the server's clock is ahead: section 6 of PROTOCOL.md. All times in seconds.

const REMEMBERED = 24;
const DRIFT = 100e-6;
const RESOLUTION_S = 1e-6;
const JUMP_S = 0.001;

/** Estimates one server's clock from exchanges of clock_ping and clock_pong: the offset lies where their bounds overlap. */
export class Clock {
  #exchanges = [];

  /**
   * Take an exchange in. One that can't have happened is passed over; one that contradicts what is known tells that a
   * clock was set, and what was known is forgotten.
   */
  add({ client_sent_s, server_received_s, server_sent_s, client_received_s }) {
    const delayS = client_received_s - client_sent_s - (server_sent_s - server_received_s);
    const possible = client_received_s >= client_sent_s && server_sent_s >= server_received_s && delayS >= -RESOLUTION_S;
    if (!possible || !Number.isFinite(delayS)) return;
    const exchange = {
      delayS,
      leastS: server_sent_s - client_received_s,
      mostS: server_received_s - client_sent_s,
      receivedS: client_received_s,
    };
    const known = this.estimate(client_received_s);
    if (known) {
      const [leastS, mostS] = [known.offset_s - known.error_s, known.offset_s + known.error_s];
      if (Math.max(exchange.leastS - mostS, leastS - exchange.mostS) > JUMP_S) this.clear();
    }
    this.#exchanges.push(exchange);
    if (this.#exchanges.length > REMEMBERED) this.#exchanges.shift();
  }

  /** Forget everything: for another session. */
  clear() {
    this.#exchanges = [];
  }

  /** The best estimate at this client time: server time less client time; null before the first exchange. */
  estimate(nowS) {
    if (this.#exchanges.length === 0) return null;
    let [leastS, mostS, delayS] = [-Infinity, Infinity, Infinity];
    for (const exchange of this.#exchanges) {
      const driftS = DRIFT * Math.max(nowS - exchange.receivedS, 0);
      leastS = Math.max(leastS, exchange.leastS - driftS);
      mostS = Math.min(mostS, exchange.mostS + driftS);
      delayS = Math.min(delayS, exchange.delayS);
    }
    const errorS = Math.max((mostS - leastS) / 2, 0) + RESOLUTION_S;
    return { offset_s: (leastS + mostS) / 2, delay_s: Math.max(delayS, 0), error_s: errorS };
  }
}
