// Where a clip that plays is, by the clock of the sound card, and how to keep it where the server's clock says: the two
// differ by some 100 parts in a million, and what a network tells of the server's clock is never exact.

// From here on a clip begins anew at the right place: the sound card, or the whole machine, stood still.
const LEAP_S = 0.1;
// Otherwise it is played a little faster or slower, so that it is right after so many seconds or so: by three cents at
// most, which no ear hears.
const CATCH_UP_S = 20;
const LARGEST_CORRECTION = 0.0017;
// What of that is needed for good is learnt: crystals differ by less.
const LARGEST_DRIFT = 200e-6;
// Of what an estimate of the clock says each time, a fifth is believed; sooner there is no new one.
const SMOOTHING = 0.2;
const SOONEST_S = 0.5;

export class Playhead {
  #beganS;
  #clipS;
  #rate = 1;
  #lateS = 0;
  #drift = 0;

  /**
   * @param {number} nowS the sound card's time at which the clip is, or will be,
   * @param {number} clipS so many seconds after its beginning
   * @param {number} loopS how long one round of it is; Infinity for a clip that doesn't loop
   */
  constructor(nowS, clipS, loopS) {
    Object.assign(this, { loopS });
    this.#beganS = nowS;
    this.#clipS = clipS;
  }

  /** Returns the playback rate from now on, for a clip that should be at wantedS; null if it must begin anew. */
  correct(nowS, wantedS) {
    const clipS = this.#clipS + (nowS - this.#beganS) * this.#rate;
    const apartS = wantedS - clipS;
    // Round a loop, the short way.
    const lateS = Number.isFinite(this.loopS) ? apartS - this.loopS * Math.round(apartS / this.loopS) : apartS;
    if (Math.abs(lateS) > LEAP_S) return null;
    if (nowS - this.#beganS < SOONEST_S) return this.#rate;
    this.#lateS += SMOOTHING * (lateS - this.#lateS);
    this.#drift += ((nowS - this.#beganS) * this.#lateS) / (2 * CATCH_UP_S) ** 2;
    this.#drift = clamped(this.#drift, LARGEST_DRIFT);
    const correction = clamped(this.#lateS / CATCH_UP_S + this.#drift, LARGEST_CORRECTION);
    this.#beganS = nowS;
    this.#clipS = clipS;
    this.#rate = 1 + correction;
    return this.#rate;
  }
}

function clamped(value, most) {
  return Math.min(most, Math.max(-most, value));
}
