// How far the server's clock is ahead: section 6 of PROTOCOL.md, after RFC 5905, section 10. All times in seconds.

const STAGES = 8;
const DRIFT = 15e-6;
const RESOLUTION_S = 1e-6;
const JUMP_S = 0.001;

/** Estimates one server's clock from exchanges of clock_ping and clock_pong. */
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
    const offsetS = (server_received_s - client_sent_s + (server_sent_s - client_received_s)) / 2;
    const exchange = { offsetS, delayS, receivedS: client_received_s };
    const known = this.estimate(client_received_s);
    if (known && Math.abs(offsetS - known.offset_s) > errorS(exchange, client_received_s) + known.error_s + JUMP_S) {
      this.clear();
    }
    this.#exchanges.push(exchange);
    if (this.#exchanges.length > STAGES) this.#exchanges.shift();
  }

  /** Forget everything: for another session. */
  clear() {
    this.#exchanges = [];
  }

  /** The best estimate at this client time: server time less client time; null before the first exchange. */
  estimate(nowS) {
    let best = null;
    for (const exchange of this.#exchanges) {
      if (best === null || errorS(exchange, nowS) < errorS(best, nowS)) best = exchange;
    }
    return best && { offset_s: best.offsetS, delay_s: Math.max(best.delayS, 0), error_s: errorS(best, nowS) };
  }
}

function errorS(exchange, nowS) {
  return Math.max(exchange.delayS, 0) / 2 + DRIFT * Math.max(nowS - exchange.receivedS, 0) + RESOLUTION_S;
}
