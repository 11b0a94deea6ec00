// The place whose viewpoints the scenes are: from each one can step to its neighbours.

const NARROW_DEG = 22.5;
const SIDES = ["ahead", "ahead to the left", "to the left", "behind to the left", "behind", "behind to the right", "to the right", "ahead to the right"];

export class Place {
  #viewpoints = new Map();

  /** Reads the answer of `/v1/place`. */
  constructor({ viewpoints }) {
    for (const viewpoint of viewpoints) this.#viewpoints.set(viewpoint.scene_id, viewpoint);
  }

  /** Where one can step to from a scene, for a head turned to the left by `yawDeg`: `[{ sceneId, words }]`, the nearest first. */
  ways(sceneId, yawDeg) {
    const here = this.#viewpoints.get(sceneId);
    if (!here) return [];
    const ways = here.links.map((link) => {
      const there = this.#viewpoints.get(link);
      const [east, north] = [0, 1].map((axis) => there.position_m[axis] - here.position_m[axis]);
      const compassDeg = (Math.atan2(east, north) * 180) / Math.PI;
      const leftDeg = here.heading_deg - compassDeg - yawDeg;
      const side = SIDES[Math.round((((leftDeg % 360) + 360) % 360) / (2 * NARROW_DEG)) % SIDES.length];
      const metres = Math.hypot(east, north);
      return { sceneId: link, metres, words: `${there.name}, ${Math.round(metres)} m ${side}` };
    });
    return ways.sort((first, second) => first.metres - second.metres);
  }

  /** How far a head that looks somewhere in one scene has to be turned to look there in another, in degrees to the left. */
  turnDeg(fromId, toId) {
    const [from, to] = [fromId, toId].map((id) => this.#viewpoints.get(id));
    return from && to ? to.heading_deg - from.heading_deg : 0;
  }
}
