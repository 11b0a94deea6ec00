// Plays a scene with Web Audio: each source's clip, as loud as section 7 of PROTOCOL.md says, goes through a panner
// that filters it for two ears.

import { sceneFromPolar, threejsFromScene } from "./coordinates.mjs";
import { Playhead } from "./playhead.mjs";

// The received level at which a clip plays at its own loudness, -23 LUFS.
const FULL_DB_SPL = 70;
const NEAREST_M = 0.5;
const FALLS_BY_DB = { point: 20, area: 20, line: 10, ambient: 0 };
const GLIDE_S = 0.02;
const FADE_S = 0.01;

/** The level of a source at the listener, in dB relative to its clip. */
export function receivedDb({ kind, level_db_spl_1m: levelDb, gain_db: gainDb = 0, distance_m: distanceM }) {
  return levelDb + gainDb - FALLS_BY_DB[kind] * Math.log10(Math.max(distanceM ?? 1, NEAREST_M)) - FULL_DB_SPL;
}

export class Sound {
  #players = new Map();
  #buffers = new Map();

  /**
   * @param {(url: string) => Promise<ArrayBuffer>} fetchBytes fetches a clip
   * @param {() => number | null} serverNowS returns the server's time in seconds; null while it is not known
   */
  constructor(fetchBytes, serverNowS) {
    Object.assign(this, { fetchBytes, serverNowS });
    this.context = new AudioContext({ sampleRate: 48000 });
    this.master = new GainNode(this.context);
    // Keeps the peaks of many loud sources below full scale.
    const limiter = new DynamicsCompressorNode(this.context, { threshold: -3, knee: 0, ratio: 20, attack: 0.002, release: 0.1 });
    const ears = new ChannelSplitterNode(this.context, { numberOfOutputs: 2 });
    this.meters = [0, 1].map((ear) => {
      const meter = new AnalyserNode(this.context, { fftSize: 2048 });
      ears.connect(meter, ear);
      return meter;
    });
    this.master.connect(limiter).connect(this.context.destination);
    limiter.connect(ears);
    this.turn(0);
  }

  /** Turn the listener's head to a yaw, positive to the left. */
  turn(yawDeg) {
    const { listener } = this.context;
    const [x, y, z] = threejsFromScene(sceneFromPolar(yawDeg, 0));
    if (listener.forwardX) {
      for (const [name, value] of Object.entries({ forwardX: x, forwardY: y, forwardZ: z, upX: 0, upY: 1, upZ: 0 })) {
        listener[name].setTargetAtTime(value, this.context.currentTime, GLIDE_S);
      }
    } else {
      listener.setOrientation(x, y, z, 0, 1, 0);
    }
  }

  /** Set the volume of everything, in dB. */
  setVolume(db) {
    this.master.gain.setTargetAtTime(10 ** (db / 20), this.context.currentTime, FADE_S);
  }

  /** The level at the left and right ear now, in dB of full scale: root mean squares of 43 ms. */
  levelsDb() {
    return this.meters.map((meter) => {
      const samples = new Float32Array(meter.fftSize);
      meter.getFloatTimeDomainData(samples);
      return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 1e-12) / samples.length);
    });
  }

  /** Play a source as its new state says; undefined means that the source is gone. */
  async update(id, source, isHeard = true) {
    if (!source) return this.#remove(id);
    const player = this.#players.get(id) ?? this.#addPlayer(id, source.kind);
    const gain = isHeard && !source.muted ? 10 ** (receivedDb(source) / 20) : 0;
    const nowS = this.context.currentTime;
    player.gain.gain.setTargetAtTime(gain, nowS, GLIDE_S);
    if (player.panner) {
      const place = sceneFromPolar(source.azimuth_deg, source.elevation_deg, source.distance_m ?? 1);
      threejsFromScene(place).forEach((value, axis) => {
        const parameter = player.panner[["positionX", "positionY", "positionZ"][axis]];
        if (player.isPlaced) parameter.setTargetAtTime(value, nowS, GLIDE_S);
        else parameter.value = value;
      });
      player.isPlaced = true;
    }
    const playing = source.clip && source.playing_since_s != null ? `${source.clip.sha256} ${source.playing_since_s}` : "";
    if (playing === player.playing) return this.#keepInStep(player, source);
    player.playing = playing;
    this.#end(player);
    if (!playing) return;
    const buffer = await this.#bufferOf(source.clip).catch((error) => {
      // The next message about this source tries again.
      player.playing = "";
      throw error;
    });
    // The source may have changed meanwhile.
    if (player.playing === playing && this.#players.get(id) === player) this.#begin(player, buffer, source);
  }

  /** Stop everything for good. */
  close() {
    return this.context.close();
  }

  #addPlayer(id, kind) {
    const gain = new GainNode(this.context, { gain: 0 });
    // The gain includes the loss over distance; the panner only gives the direction.
    const panner = kind === "ambient" ? null : new PannerNode(this.context, { panningModel: "HRTF", rolloffFactor: 0 });
    (panner ? gain.connect(panner) : gain).connect(this.master);
    const player = { gain, panner, node: null, playing: "", isPlaced: false };
    this.#players.set(id, player);
    return player;
  }

  #begin(player, buffer, { clip, playing_since_s: sinceS }) {
    const aheadS = (this.serverNowS() ?? sinceS) - sinceS;
    if (!clip.loop && aheadS > buffer.duration) return;
    const nowS = this.context.currentTime;
    const beginsS = nowS + Math.max(0, -aheadS);
    player.node = new AudioBufferSourceNode(this.context, { buffer, loop: clip.loop });
    player.head = new Playhead(nowS, aheadS, clip.loop ? buffer.duration : Infinity);
    // Who comes in the middle of a clip hears no click.
    player.fade = new GainNode(this.context, { gain: aheadS > 0 ? 0 : 1 });
    if (aheadS > 0) player.fade.gain.setValueAtTime(0, nowS).linearRampToValueAtTime(1, nowS + FADE_S);
    player.node.connect(player.fade).connect(player.gain);
    player.node.start(beginsS, Math.max(0, aheadS) % buffer.duration);
  }

  /** Let what plays fade out. */
  #end(player) {
    if (!player.node) return;
    const nowS = this.context.currentTime;
    player.fade.gain.cancelScheduledValues(nowS);
    player.fade.gain.setTargetAtTime(0, nowS, FADE_S / 3);
    player.node.stop(nowS + 3 * FADE_S);
    player.node = null;
  }

  #keepInStep(player, source) {
    const serverS = this.serverNowS();
    if (!player.node || serverS === null) return;
    const rate = player.head.correct(this.context.currentTime, serverS - source.playing_since_s);
    if (rate !== null) {
      player.node.playbackRate.value = rate;
    } else {
      const { buffer } = player.node;
      this.#end(player);
      this.#begin(player, buffer, source);
    }
  }

  #bufferOf({ sha256, url }) {
    if (!this.#buffers.has(sha256)) {
      const buffer = this.fetchBytes(url).then((bytes) => this.context.decodeAudioData(bytes));
      // A clip that could not be fetched may be there later.
      buffer.catch(() => this.#buffers.delete(sha256));
      this.#buffers.set(sha256, buffer);
    }
    return this.#buffers.get(sha256);
  }

  #remove(id) {
    const player = this.#players.get(id);
    if (!player) return;
    this.#players.delete(id);
    const { node } = player;
    if (node) node.onended = () => player.gain.disconnect();
    else player.gain.disconnect();
    this.#end(player);
  }
}
