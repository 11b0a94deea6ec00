// The state of the scene that is followed: section 5 of PROTOCOL.md.

export class SceneState {
  sources = new Map();
  imageUrl = null;
  complete = false;
  /** What the server is doing, in words; empty if nothing. */
  progress = "";

  /** Apply a message; returns the ids of the sources that it changed, or null if it is not about sources. */
  apply(message) {
    switch (message.type) {
      case "scene_snapshot": {
        const before = [...this.sources.keys()];
        this.sources = new Map(message.sources.map((source) => [source.id, source]));
        this.imageUrl = message.image_url ?? null;
        this.complete = message.complete;
        this.progress = "";
        return [...new Set([...before, ...this.sources.keys()])];
      }
      case "source_added":
      case "source_updated":
        this.sources.set(message.source.id, message.source);
        return [message.source.id];
      case "source_removed":
        return this.sources.delete(message.source_id) ? [message.source_id] : [];
      case "scene_removed": {
        const before = [...this.sources.keys()];
        this.sources.clear();
        this.imageUrl = null;
        this.progress = "";
        return before;
      }
      case "source_moved": {
        const known = message.moves.filter((move) => this.sources.has(move.source_id));
        for (const { source_id: id, ...place } of known) this.sources.set(id, { ...this.sources.get(id), ...place });
        return known.map((move) => move.source_id);
      }
      case "scene_progress":
        this.progress = message.state === "running" ? `${message.stage}: ${message.done} of ${message.steps}` : "";
        return null;
      case "scene_ready":
        this.complete = true;
        this.progress = "";
        return null;
      case "notice":
        this.progress = message.text;
        return null;
      default:
        return null;
    }
  }
}

// A ring leaves no gap that anyone hears; close to the poles an azimuth means little.
const ALL_ROUND_DEG = 345;
const POLAR_ELEVATION_DEG = 80;

/** A direction as people say it, in the words of the command line: "30° left, 5° up", "behind", "all round". */
export function directionWords({ kind, azimuth_deg: azimuthDeg, elevation_deg: elevationDeg, width_deg: widthDeg = 0 }) {
  if (kind === "ambient") return "all around";
  const across = Math.round(Math.abs(azimuthDeg));
  const up = Math.round(Math.abs(elevationDeg));
  if (widthDeg >= ALL_ROUND_DEG && Math.abs(elevationDeg) < POLAR_ELEVATION_DEG) return "all round";
  if (up >= POLAR_ELEVATION_DEG) return elevationDeg > 0 ? "overhead" : "underfoot";
  const side = { 0: "ahead", 180: "behind" }[across] ?? `${across}° ${azimuthDeg > 0 ? "left" : "right"}`;
  return up === 0 ? side : `${side}, ${up}° ${elevationDeg > 0 ? "up" : "down"}`;
}

/** A distance with its uncertainty, as people say it: "8.0 ± 0.5 m". */
export function distanceWords({ distance_m: distanceM, distance_sigma_m: sigmaM = null }) {
  if (distanceM === null || distanceM === undefined) return "";
  const digits = distanceM < 10 ? 1 : 0;
  return sigmaM === null ? `${distanceM.toFixed(digits)} m` : `${distanceM.toFixed(digits)} ± ${sigmaM.toFixed(digits)} m`;
}
