// The golden vectors, read by the JavaScript implementation: run with `node --test`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Clock } from "../../../protocol/javascript/clock.mjs";
import {
  equirectangularPixel,
  polarFromScene,
  sceneFromPolar,
  threejsFromScene,
  unityFromScene,
} from "../../../protocol/javascript/coordinates.mjs";
import { frameFrom, samplesOf } from "../../../protocol/javascript/frames.mjs";
import { messageFrom } from "../../../protocol/javascript/messages.mjs";

const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../../protocol/vectors/${name}.json`, import.meta.url), "utf-8"));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex")).buffer;
const near = (found, expected, about) =>
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9, `${about}: ${found} is not ${expected}`));

for (const { hex, fields } of vectors("frames").valid) {
  test(`frame ${fields.kind} ${fields.codec} ${fields.sequence}`, () => {
    const { payload, position, is_last, ...rest } = frameFrom(bytes(hex));
    const { payload: payloadHex, position: positionText, flags, ...expected } = fields;
    assert.deepEqual(rest, expected);
    assert.equal(position, BigInt(positionText));
    assert.equal(is_last, (flags & 1) === 1);
    assert.equal(Buffer.from(payload).toString("hex"), payloadHex);
  });
}

for (const { hex, about } of vectors("frames").invalid) {
  test(`no frame: ${about}`, () => assert.throws(() => frameFrom(bytes(hex)), RangeError));
}

test("samples have the scale of the specification", () => {
  const live = vectors("frames").valid.find(({ fields }) => fields.codec === "float32");
  assert.deepEqual([...samplesOf(frameFrom(bytes(live.hex)))], [0.5, -0.5, 1, -1]);
});

test("directions in every frame", () => {
  const { width_px, height_px, directions } = vectors("coordinates");
  for (const row of directions) {
    const point = sceneFromPolar(row.azimuth_deg, row.elevation_deg, row.distance_m);
    const about = `${row.azimuth_deg}, ${row.elevation_deg}`;
    near(point, row.scene, about);
    near(unityFromScene(point), row.unity, about);
    near(threejsFromScene(point), row.threejs, about);
    near(equirectangularPixel(row.azimuth_deg, row.elevation_deg, width_px, height_px), row.pixel, about);
    near(sceneFromPolar(...polarFromScene(point)), row.scene, about);
  }
});

for (const { about, exchanges, now_s, offset_s, delay_s } of vectors("clock").sequences) {
  test(`clock: ${about}`, () => {
    const clock = new Clock();
    exchanges.forEach((exchange) => clock.add(exchange));
    const found = clock.estimate(now_s);
    near([found.offset_s, found.delay_s], [offset_s, delay_s], about);
  });
}

test("messages, of known types and of newer ones", () => {
  const { valid, ignored } = vectors("messages");
  for (const { text, canonical } of valid) {
    assert.equal(messageFrom(text).type, messageFrom(canonical).type);
  }
  for (const { text } of ignored) messageFrom(text);
});

const broken = ["empty", "not an object", "no seq", "seq below 1", "seq too large for a double", "seq is text", "no type", "NaN"];
for (const { text, about } of vectors("messages").invalid.filter(({ about }) => broken.includes(about))) {
  test(`no message: ${about}`, () => assert.throws(() => messageFrom(text)));
}
