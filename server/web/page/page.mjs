// The page: which scene, what it holds, and how it sounds for a head that turns.

import { Picture } from "./picture.mjs";
import { directionWords, distanceWords, SceneState } from "./scene.mjs";
import { Sound } from "./sound.mjs";
import { Stream } from "./stream.mjs";

const TOKEN = "sonorama-token";
const NEW_SCENES_S = 10;
const KEY_TURNS_DEG = { ArrowLeft: 5, ArrowRight: -5 };

const at = (id) => document.getElementById(id);
export const picture = new Picture(at("picture"));
const silenced = new Set();
let scene = new SceneState();
let stream = null;
/** What plays, once somebody has asked to listen; browsers let nothing sound before. */
export let sound = null;

async function fetched(url) {
  const token = sessionStorage.getItem(TOKEN);
  const answer = await fetch(url, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.what ?? answer.statusText), { status: answer.status });
}

async function enter() {
  try {
    const { scenes } = await (await fetched("/v1/scenes")).json();
    at("door").hidden = true;
    list(scenes.map((one) => one.scene_id));
  } catch (error) {
    // A server that can't be reached is the stream's to tell, and to wait for.
    if (error.status === undefined && stream) return;
    at("door").hidden = error.status !== 401;
    say(error.status === 401 && !sessionStorage.getItem(TOKEN) ? "" : error.message);
  }
}

function list(ids) {
  const listed = [...at("scenes").options].map((option) => option.value);
  if (ids.join() !== listed.join()) {
    at("scenes").replaceChildren(...ids.map((id) => new Option(id, id)));
    at("scenes").hidden = ids.length === 0;
    if (stream) at("scenes").value = stream.sceneId;
  }
  if (ids.length === 0) {
    say("there is no scene yet: make one with sonorama generate, or by POST /v1/scenes");
  } else if (!stream) {
    const asked = decodeURIComponent(location.hash.slice(1));
    follow(ids.includes(asked) ? asked : ids[0]);
  }
}

function follow(sceneId) {
  stream?.close();
  for (const id of scene.sources.keys()) sound?.update(id, undefined);
  scene = new SceneState();
  silenced.clear();
  picture.clear();
  sound?.turn(0);
  at("scenes").value = sceneId;
  location.hash = sceneId;
  document.querySelector("main").hidden = false;
  at("listen").hidden = false;
  stream = new Stream({
    token: sessionStorage.getItem(TOKEN),
    sceneId,
    onMessage: hear,
    onState: say,
  });
}

function hear(message) {
  if (message.type === "error") say(message.message);
  const changed = scene.apply(message);
  if (message.type === "scene_snapshot" || message.type === "scene_ready") show(scene.imageUrl);
  for (const id of message.type === "clock_pong" ? scene.sources.keys() : (changed ?? [])) play(id);
  at("progress").textContent = scene.progress;
  if (changed) {
    if (message.type === "source_moved") changed.forEach(listPlace);
    else listSources();
    requestAnimationFrame(draw);
  }
}

function play(id) {
  // Where a clip's sound stands can't be told before the clock is known; each answer about it comes by here again.
  if (stream.nowS() === null) return;
  sound?.update(id, scene.sources.get(id), !silenced.has(id)).catch((error) => say(error.message));
}

async function show(imageUrl) {
  if (!imageUrl) return;
  const shown = scene;
  try {
    const image = await createImageBitmap(await (await fetched(imageUrl)).blob());
    if (scene !== shown) return;
    picture.image = image;
    // Of a photograph only the finished scene tells how wide it looks.
    if (!picture.isPanorama && scene.complete) {
      const { image: told } = await (await fetched(`/v1/scenes/${at("scenes").value}`)).json();
      picture.hfovDeg = told.hfov_deg ?? picture.hfovDeg;
    }
    draw();
  } catch (error) {
    say(error.message);
  }
}

function draw() {
  picture.draw([...scene.sources.values()].map((one) => ({ ...one, muted: one.muted || silenced.has(one.id) })));
}

function listSources() {
  const loudestFirst = [...scene.sources.values()].sort((one, other) => other.level_db_spl_1m - one.level_db_spl_1m);
  at("sources").replaceChildren(
    ...loudestFirst.map((source) => {
      const row = document.createElement("tr");
      row.id = `source-${source.id}`;
      const level = `${Math.round(source.level_db_spl_1m)} dB`;
      for (const words of [source.label, directionWords(source), distanceWords(source), level]) {
        row.insertCell().textContent = words;
      }
      row.insertCell().append(source.clip ? heardBox(source) : "in the making");
      return row;
    }),
  );
}

function listPlace(id) {
  const source = scene.sources.get(id);
  const { cells } = at(`source-${id}`);
  cells[1].textContent = directionWords(source);
  cells[2].textContent = distanceWords(source);
}

function heardBox({ id, label }) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !silenced.has(id);
  box.ariaLabel = `hear ${label}`;
  box.onchange = () => {
    if (box.checked) silenced.delete(id);
    else silenced.add(id);
    play(id);
    draw();
  };
  return box;
}

function turn(byDeg) {
  picture.yawDeg = ((((picture.yawDeg + byDeg + 180) % 360) + 360) % 360) - 180;
  sound?.turn(picture.yawDeg);
  draw();
}

function listen() {
  // Sounds go on at the server while nobody listens: whoever comes back begins anew, in step with all others.
  sound?.close();
  sound = sound ? null : new Sound(async (url) => (await fetched(url)).arrayBuffer(), () => stream.nowS());
  sound?.turn(picture.yawDeg);
  sound?.setVolume(volume.valueAsNumber);
  for (const id of scene.sources.keys()) play(id);
  for (const id of ["volume", "meters"]) at(id).hidden = !sound;
  at("listen").textContent = sound ? "Stop" : "Listen";
}

function measure() {
  if (sound) [at("left").value, at("right").value] = sound.levelsDb();
}

function say(words) {
  at("state").textContent = words;
}

const volume = at("volume").querySelector("input");
volume.oninput = () => sound?.setVolume(volume.valueAsNumber);
at("listen").onclick = listen;
at("scenes").onchange = () => follow(at("scenes").value);
at("door").onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, at("token").value);
  enter();
};
at("picture").onpointerdown = (event) => at("picture").setPointerCapture(event.pointerId);
at("picture").onpointermove = (event) => {
  if (event.buttons & 1) turn(event.movementX * picture.degPerPx);
};
at("picture").onkeydown = (event) => {
  if (event.key in KEY_TURNS_DEG) turn(KEY_TURNS_DEG[event.key]);
};
setInterval(measure, 100);
addEventListener("resize", draw);
addEventListener("pagehide", () => stream?.close());
setInterval(enter, NEW_SCENES_S * 1000);
enter();
