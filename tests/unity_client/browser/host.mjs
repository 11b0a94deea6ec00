// Emscripten's side of a .jslib, as far as ours uses it, in Node: a line of JSON calls a function, a line tells what it
// returned. What a function writes into memory comes back.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import vm from "node:vm";

const TEXT_AT = [0, 65536, 131072];
const BYTES_AT = 1 << 20;

const memory = new Uint8Array(16 << 20);
const library = {};
const world = {
  HEAPU8: memory,
  LibraryManager: { library },
  UTF8ToString: (at, size = memory.indexOf(0, at) - at) => new TextDecoder().decode(memory.subarray(at, at + size)),
  autoAddDeps: () => {},
  mergeInto: (into, from) => Object.assign(into, from),
  WebSocket, fetch, TextEncoder, Uint8Array, AbortController,
};
vm.createContext(world);
vm.runInContext(readFileSync(process.argv[2], "utf8"), world);
world.sonorama = library.$sonorama;

function passed(argument, index) {
  if (typeof argument === "number") return argument;
  if (typeof argument === "string") {
    const bytes = new TextEncoder().encode(argument + "\0");
    memory.set(bytes, TEXT_AT[index]);
    return TEXT_AT[index];
  }
  if (argument.bytes) memory.set(Buffer.from(argument.bytes, "base64"), BYTES_AT);
  return BYTES_AT;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args, size } = JSON.parse(line);
  const returned = library[call](...args.map(passed)) ?? 0;
  const bytes = size ? Buffer.from(memory.subarray(BYTES_AT, BYTES_AT + size)).toString("base64") : "";
  process.stdout.write(`${JSON.stringify({ returned, bytes })}\n`);
}
