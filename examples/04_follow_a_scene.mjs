// Follow a scene over WebSocket, and turn a source, in plain JavaScript: sections 1 to 5 of protocol/PROTOCOL.md.
//
//   sonorama serve my-scenes
//   node --experimental-websocket examples/04_follow_a_scene.mjs http://127.0.0.1:8765
//
// From Node 22 on the flag isn't needed; a browser runs the same, on a page of the server's own.
// Arguments: address, seconds to follow, token.

import { messageFrom } from "../protocol/javascript/messages.mjs";

const [address = "http://127.0.0.1:8765", seconds = "10", token = null] = process.argv.slice(2);
const answer = await fetch(`${address}/v1/scenes`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
const { scenes } = await answer.json();
const sceneId = scenes[0].scene_id;

const socket = new WebSocket(`${address.replace("http", "ws")}/v1/stream`, "sonorama.v1");
let sent = 0;
let received = 0;
const send = (type, fields) => socket.send(JSON.stringify({ type, seq: (sent += 1), ...fields }));

socket.onopen = () => send("hello", { majors: [1], client: "example", token });

const handlers = {
  welcome(message) {
    // Something must be said in every heartbeat; what has arrived need not be remembered by the server.
    setInterval(() => send("ack", { received_seq: received }), (message.heartbeat_s / 2) * 1000);
    send("subscribe", { scene_id: sceneId });
  },
  scene_snapshot({ sources }) {
    for (const { label, azimuth_deg, distance_m } of sources) console.log(`${label} ${azimuth_deg}° ${distance_m} m`);
    const placed = sources.find((source) => source.kind !== "ambient");
    if (placed) send("set_source", { scene_id: sceneId, source_id: placed.id, azimuth_deg: 90, distance_m: 2 });
  },
  source_updated: ({ source }) => console.log(`now ${source.label} ${source.azimuth_deg}° ${source.distance_m} m`),
  source_moved: ({ moves }) => moves.forEach((move) => console.log(`now ${move.source_id} ${move.azimuth_deg}°`)),
  error: ({ code, message }) => console.error(`${code}: ${message}`),
};

socket.onmessage = ({ data }) => {
  const message = messageFrom(data);
  received = message.seq;
  // Types that this client doesn't know are passed over.
  handlers[message.type]?.(message);
};
socket.onclose = ({ code, reason }) => {
  console.log(`closed: ${code} ${reason}`);
  process.exit(code === 1000 ? 0 : 1);
};
setTimeout(() => {
  send("bye", {});
  socket.close(1000);
}, 1000 * seconds);
