// The page: chooses a scene, shows its sources in the picture, and plays them for a head that turns.

import { Picture } from "./picture.mjs";
import { Place } from "./place.mjs";
import { directionWords, distanceWords, SceneState } from "./scene.mjs";
import { Sound } from "./sound.mjs";
import { Stream } from "./stream.mjs";

const TOKEN = "sonorama-token";
const LIST_EVERY_S = 10;
const KEY_TURNS_DEG = { ArrowLeft: 5, ArrowRight: -5 };

const element = (id) => document.getElementById(id);
export const picture = new Picture(element("picture"));
const silenced = new Set();
let scene = new SceneState();
let place = new Place({ viewpoints: [] });
let stream = null;
/** Plays the scene; null until the user asks to listen, because browsers allow no sound before that. */
export let sound = null;

async function fetchFrom(url) {
  const token = sessionStorage.getItem(TOKEN);
  // Beside the page, which may lie behind a prefix of a proxy's.
  const answer = await fetch(new URL(url.slice(1), document.baseURI), { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(problem.what ?? answer.statusText), { status: answer.status });
}

async function listScenes() {
  try {
    const { scenes } = await (await fetchFrom("/v1/scenes")).json();
    element("door").hidden = true;
    place = new Place(await (await fetchFrom("/v1/place")).json());
    showScenes(new Map(scenes.map((scene) => [scene.scene_id, scene.name])));
  } catch (error) {
    // If the server can't be reached, the stream reports it, and waits for the server.
    if (error.status === undefined && stream) return;
    element("door").hidden = error.status !== 401;
    showState(error.status === 401 && !sessionStorage.getItem(TOKEN) ? "" : error.message);
  }
}

/** Shows the choice of scenes; `names` has the name of each by its id. */
function showScenes(names) {
  const ids = [...names.keys()];
  const listed = [...element("scenes").options].map((option) => option.value);
  if (ids.join() !== listed.join()) {
    element("scenes").replaceChildren(...ids.map((id) => new Option(names.get(id), id)));
    element("scenes").hidden = ids.length === 0;
    if (stream) element("scenes").value = stream.sceneId;
  }
  if (ids.length === 0) {
    showState("there is no scene yet: make one with sonorama generate, or by POST /v1/scenes");
  } else if (!stream) {
    const asked = decodeURIComponent(location.hash.slice(1));
    follow(ids.includes(asked) ? asked : ids[0]);
  }
  showWays();
}

/** Shows where one can step to from here. */
function showWays() {
  const ways = stream ? place.ways(stream.sceneId, picture.yawDeg) : [];
  const buttons = ways.map(({ sceneId, words }) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.onclick = () => step(sceneId);
    return button;
  });
  element("ways").replaceChildren(...buttons);
  element("ways").hidden = buttons.length === 0;
}

/** Goes to a neighbour, and goes on looking the same way. */
function step(sceneId) {
  const yawDeg = picture.yawDeg + place.turnDeg(stream.sceneId, sceneId);
  follow(sceneId);
  turnHead(yawDeg);
}

function follow(sceneId) {
  stream?.close();
  for (const id of scene.sources.keys()) sound?.update(id, undefined);
  scene = new SceneState();
  silenced.clear();
  picture.clear();
  sound?.turn(0);
  element("scenes").value = sceneId;
  location.hash = sceneId;
  document.querySelector("main").hidden = false;
  element("listen").hidden = false;
  stream = new Stream({
    token: sessionStorage.getItem(TOKEN),
    sceneId,
    onMessage: handleMessage,
    onState: showState,
  });
}

function handleMessage(message) {
  if (message.type === "error") showState(message.message);
  if (message.type === "scene_removed") removeScene();
  const changed = scene.apply(message);
  if (message.type === "scene_snapshot" || message.type === "scene_ready") showPicture(scene.imageUrl);
  for (const id of message.type === "clock_pong" ? scene.sources.keys() : (changed ?? [])) playSource(id);
  element("progress").textContent = scene.progress;
  if (changed) {
    if (message.type === "source_moved") changed.forEach(showPlace);
    else showSources();
    requestAnimationFrame(drawPicture);
  }
}

/** The scene that is followed was deleted: another one may be chosen. */
function removeScene() {
  picture.clear();
  showState("this scene was deleted");
  listScenes();
}

function playSource(id) {
  // Before the server's clock is known, the position in a clip isn't known either; each clock_pong calls this again.
  if (stream.nowS() === null) return;
  sound?.update(id, scene.sources.get(id), !silenced.has(id)).catch((error) => showState(error.message));
}

async function showPicture(imageUrl) {
  // Only the finished scene knows how its picture lies around the listener.
  if (!imageUrl || !scene.complete) return;
  const shown = scene;
  try {
    const image = await createImageBitmap(await (await fetchFrom(imageUrl)).blob());
    const { image: metadata } = await (await fetchFrom(`/v1/scenes/${element("scenes").value}`)).json();
    if (scene !== shown) return;
    const { projection, hfov_deg: hfovDeg, pitch_deg: pitchDeg = 0, roll_deg: rollDeg = 0 } = metadata;
    Object.assign(picture, { image, projection, hfovDeg, pitchDeg, rollDeg });
    drawPicture();
  } catch (error) {
    showState(error.message);
  }
}

function drawPicture() {
  picture.draw([...scene.sources.values()].map((source) => ({ ...source, muted: source.muted || silenced.has(source.id) })));
}

function showSources() {
  const loudestFirst = [...scene.sources.values()].sort((first, second) => second.level_db_spl_1m - first.level_db_spl_1m);
  element("sources").replaceChildren(
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

function showPlace(id) {
  const source = scene.sources.get(id);
  const { cells } = element(`source-${id}`);
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
    playSource(id);
    drawPicture();
  };
  return box;
}

function turnHead(byDeg) {
  picture.yawDeg = ((((picture.yawDeg + byDeg + 180) % 360) + 360) % 360) - 180;
  sound?.turn(picture.yawDeg);
  drawPicture();
  showWays();
}

function toggleListening() {
  // Sources play on at the server meanwhile: who listens again is in step with all other listeners.
  sound?.close();
  sound = sound ? null : new Sound(async (url) => (await fetchFrom(url)).arrayBuffer(), () => stream.nowS());
  sound?.turn(picture.yawDeg);
  sound?.setVolume(volume.valueAsNumber);
  for (const id of scene.sources.keys()) playSource(id);
  for (const id of ["volume", "meters"]) element(id).hidden = !sound;
  element("listen").textContent = sound ? "Stop" : "Listen";
}

function showLevels() {
  if (sound) [element("left").value, element("right").value] = sound.levelsDb();
}

function showState(words) {
  element("state").textContent = words;
}

const volume = element("volume").querySelector("input");
volume.oninput = () => sound?.setVolume(volume.valueAsNumber);
element("listen").onclick = toggleListening;
element("scenes").onchange = () => follow(element("scenes").value);
element("door").onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, element("token").value);
  listScenes();
};
element("picture").onpointerdown = (event) => element("picture").setPointerCapture(event.pointerId);
element("picture").onpointermove = (event) => {
  if (event.buttons & 1) turnHead(event.movementX * picture.degPerPx);
};
element("picture").onkeydown = (event) => {
  if (event.key in KEY_TURNS_DEG) turnHead(KEY_TURNS_DEG[event.key]);
};
setInterval(showLevels, 100);
addEventListener("resize", drawPicture);
addEventListener("pagehide", () => stream?.close());
// A phone puts pages to sleep, and takes one back that was left.
addEventListener("pageshow", ({ persisted }) => persisted && stream && follow(stream.sceneId));
addEventListener("online", () => stream?.wake());
document.addEventListener("resume", () => stream?.wake());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  stream?.wake();
  sound?.context.resume();
});
setInterval(listScenes, LIST_EVERY_S * 1000);
listScenes();
