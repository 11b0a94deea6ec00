// The scene as Web Audio plays it: every source is its clip, as loud as section 7 of PROTOCOL.md says, through a panner
// that filters it for two ears.

import { sceneFromPolar, threejsFromScene } from "./coordinates.mjs";

// What comes out at the loudness that clips have, -23 LUFS.
const FULL_DB_SPL = 70;
const NEAREST_M = 0.5;
const FALLS_BY_DB = { point: 20, area: 20, line: 10, ambient: 0 };
const GLIDE_S = 0.02;
const FADE_S = 0.01;

/** How loud a source is at the listener, in dB against its clip. */
export function receivedDb({ kind, level_db_spl_1m: levelDb, gain_db: gainDb = 0, distance_m: distanceM }) {
  return levelDb + gainDb - FALLS_BY_DB[kind] * Math.log10(Math.max(distanceM ?? 1, NEAREST_M)) - FULL_DB_SPL;
}

export class Sound {
  #voices = new Map();
  #buffers = new Map();

  /**
   * @param {(url: string) => Promise<ArrayBuffer>} fetchBytes fetches a clip
   * @param {() => number | null} serverNowS tells the server's time
   */
  constructor(fetchBytes, serverNowS) {
    Object.assign(this, { fetchBytes, serverNowS });
    this.context = new AudioContext({ sampleRate: 48000 });
    this.master = new GainNode(this.context);
    // Peaks of many loud sources are held below full scale.
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

  /** Look to the left by so many degrees. */
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

  /** Turn everything up or down, in dB. */
  setVolume(db) {
    this.master.gain.setTargetAtTime(10 ** (db / 20), this.context.currentTime, FADE_S);
  }

  /** What each ear gets now, in dB of full scale: root mean squares of 43 ms. */
  levelsDb() {
    return this.meters.map((meter) => {
      const samples = new Float32Array(meter.fftSize);
      meter.getFloatTimeDomainData(samples);
      return 10 * Math.log10(samples.reduce((sum, one) => sum + one * one, 1e-12) / samples.length);
    });
  }

  /** Take a source's new state in; undefined where it is gone. */
  async update(id, source, isHeard = true) {
    if (!source) return this.#silence(id);
    const voice = this.#voices.get(id) ?? this.#voiceOf(id, source.kind);
    const loud = isHeard && !source.muted ? 10 ** (receivedDb(source) / 20) : 0;
    const nowS = this.context.currentTime;
    voice.gain.gain.setTargetAtTime(loud, nowS, GLIDE_S);
    if (voice.panner) {
      const place = sceneFromPolar(source.azimuth_deg, source.elevation_deg, source.distance_m ?? 1);
      threejsFromScene(place).forEach((value, axis) => {
        const parameter = voice.panner[["positionX", "positionY", "positionZ"][axis]];
        if (voice.isPlaced) parameter.setTargetAtTime(value, nowS, GLIDE_S);
        else parameter.value = value;
      });
      voice.isPlaced = true;
    }
    const playing = source.clip && source.playing_since_s != null ? `${source.clip.sha256} ${source.playing_since_s}` : "";
    if (playing === voice.playing) return;
    voice.playing = playing;
    voice.node?.stop();
    voice.node = null;
    if (!playing) return;
    const buffer = await this.#bufferOf(source.clip).catch((error) => {
      // The next word on this source tries again.
      voice.playing = "";
      throw error;
    });
    // Much may have come meanwhile.
    if (voice.playing === playing && this.#voices.get(id) === voice) this.#begin(voice, buffer, source);
  }

  /** Fall silent for good. */
  close() {
    return this.context.close();
  }

  #voiceOf(id, kind) {
    const gain = new GainNode(this.context, { gain: 0 });
    // The gain has what distance takes; the panner only turns.
    const panner = kind === "ambient" ? null : new PannerNode(this.context, { panningModel: "HRTF", rolloffFactor: 0 });
    (panner ? gain.connect(panner) : gain).connect(this.master);
    const voice = { gain, panner, node: null, playing: "", isPlaced: false };
    this.#voices.set(id, voice);
    return voice;
  }

  #begin(voice, buffer, { clip, playing_since_s: sinceS }) {
    const aheadS = (this.serverNowS() ?? sinceS) - sinceS;
    if (!clip.loop && aheadS > buffer.duration) return;
    voice.node = new AudioBufferSourceNode(this.context, { buffer, loop: clip.loop });
    voice.node.connect(voice.gain);
    voice.node.start(this.context.currentTime + Math.max(0, -aheadS), Math.max(0, aheadS) % buffer.duration);
  }

  #bufferOf({ sha256, url }) {
    if (!this.#buffers.has(sha256)) {
      const buffer = this.fetchBytes(url).then((bytes) => this.context.decodeAudioData(bytes));
      // What failed may be had later.
      buffer.catch(() => this.#buffers.delete(sha256));
      this.#buffers.set(sha256, buffer);
    }
    return this.#buffers.get(sha256);
  }

  #silence(id) {
    const voice = this.#voices.get(id);
    this.#voices.delete(id);
    voice?.node?.stop();
    voice?.gain.disconnect();
  }
}
