// The binary frames of the wire, as section 4 of PROTOCOL.md lays them out: 40 bytes of header, little-endian, and a
// payload. For browsers and Node alike.

export const CODECS = ["pcm16", "float32", "wav", "flac", "opus", "vorbis"];
const KINDS = ["clip_chunk", "live_block"];
const HEADER_BYTES = 40;
const MAX_HEADER_BYTES = 1024;
const MAX_PAYLOAD_BYTES = 64 * 1024;
const MAX_TIME_S = 1e12;
const SAMPLE_BYTES = { pcm16: 2, float32: 4 };

/**
 * The frame that these bytes hold. Unknown flags, and a header's newer fields, are passed over.
 *
 * @param {ArrayBuffer} buffer one WebSocket message
 * @returns {{kind: string, codec: string, channels: number, stream_id: number, sequence: number, position: bigint,
 *   sample_rate_hz: number, is_last: boolean, time_s: number, payload: Uint8Array}}
 * @throws {RangeError} they hold none
 */
export function frameFrom(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new RangeError(`${buffer.byteLength} bytes are no frame`);
  const view = new DataView(buffer);
  const headerBytes = view.getUint16(30, true);
  const kind = KINDS[view.getUint8(5) - 1];
  const codec = CODECS[view.getUint8(6) - 1];
  check(view.getUint32(0, false) === 0x534f4e4f, "it doesn't begin with SONO");
  check(view.getUint8(4) === 1, "another version of the header");
  check(kind !== undefined, "neither clip_chunk nor live_block");
  check(codec !== undefined, "an unknown codec");
  check(headerBytes >= HEADER_BYTES && headerBytes <= Math.min(MAX_HEADER_BYTES, buffer.byteLength), "a header of another size");
  const frame = {
    kind,
    codec,
    channels: view.getUint8(7),
    stream_id: view.getUint32(8, true),
    sequence: view.getUint32(12, true),
    position: view.getBigUint64(16, true),
    sample_rate_hz: view.getUint32(24, true),
    is_last: (view.getUint16(28, true) & 1) === 1,
    time_s: view.getFloat64(32, true),
    payload: new Uint8Array(buffer, headerBytes),
  };
  check(frame.channels >= 1 && frame.channels <= 64, "channels out of range");
  check(frame.stream_id >= 1, "no stream id");
  check(frame.sample_rate_hz >= 8000 && frame.sample_rate_hz <= 192000, "sample rate out of range");
  check(frame.time_s >= 0 && frame.time_s <= MAX_TIME_S, "time out of range");
  check(frame.payload.length <= MAX_PAYLOAD_BYTES, "too large a payload");
  if (kind === "live_block") {
    check(codec in SAMPLE_BYTES, "a live block that is a file");
    check(frame.payload.length % (SAMPLE_BYTES[codec] * frame.channels) === 0, "no whole number of samples");
  }
  return frame;
}

/**
 * The samples of a pcm16 or float32 frame, interleaved, in [-1, 1].
 *
 * @returns {Float32Array}
 */
export function samplesOf(frame) {
  const { payload, codec } = frame;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const samples = new Float32Array(payload.byteLength / SAMPLE_BYTES[codec]);
  for (let i = 0; i < samples.length; i++) {
    samples[i] = codec === "pcm16" ? view.getInt16(2 * i, true) / 32768 : view.getFloat32(4 * i, true);
  }
  return samples;
}

function check(isSo, words) {
  if (!isSo) throw new RangeError(words);
}
