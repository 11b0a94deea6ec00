// Draws the picture, which turns with the head, and marks the sources in it.

import { equirectangularPixel, sceneFromPolar } from "./coordinates.mjs";

const RADIANS = Math.PI / 180;
const FONT = "600 14px system-ui, sans-serif";

export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.clear();
  }

  /** Forget the picture, and look ahead. */
  clear() {
    const look = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
    Object.assign(this, { image: null, projection: "equirectangular", hfovDeg: 360, ...look });
  }

  get isPanorama() {
    return this.projection === "equirectangular";
  }

  /** The width at which the whole picture is drawn, in pixels of the screen. */
  get widthPx() {
    const { clientWidth, clientHeight } = this.canvas;
    if (this.isPanorama) return Math.max(clientWidth, 2 * clientHeight);
    return Math.min(clientWidth, (clientHeight * this.image.width) / this.image.height);
  }

  /** By how many degrees the head turns when the picture is dragged by one pixel. */
  get degPerPx() {
    return (this.isPanorama ? 360 : this.hfovDeg) / this.widthPx;
  }

  /** The point [x, y] at which a direction is drawn, in pixels of the screen; null if it is outside the picture. */
  pixel(azimuthDeg, elevationDeg) {
    const { clientWidth, clientHeight } = this.canvas;
    if (this.isPanorama) {
      const aside = ((((azimuthDeg - this.yawDeg + 180) % 360) + 360) % 360) - 180;
      const [x, y] = equirectangularPixel(aside, elevationDeg, this.widthPx, this.widthPx / 2);
      return [x + (clientWidth - this.widthPx) / 2, y + (clientHeight - this.widthPx / 2) / 2];
    }
    const [front, left, up] = this.#fromCamera(sceneFromPolar(azimuthDeg, elevationDeg));
    if (front <= 0) return null;
    const focalPx = this.widthPx / 2 / Math.tan((this.hfovDeg / 2) * RADIANS);
    return [clientWidth / 2 - (focalPx * left) / front, clientHeight / 2 - (focalPx * up) / front];
  }

  /** A point of the scene in the frame of the camera, which looked up by its pitch and tilted to the right by its roll. */
  #fromCamera([front, left, up]) {
    const [pitch, roll] = [this.pitchDeg * RADIANS, this.rollDeg * RADIANS];
    const ahead = front * Math.cos(pitch) + up * Math.sin(pitch);
    const above = up * Math.cos(pitch) - front * Math.sin(pitch);
    return [ahead, left * Math.cos(roll) + above * Math.sin(roll), above * Math.cos(roll) - left * Math.sin(roll)];
  }

  /** Draw the picture, and a mark for each source but ambience. */
  draw(sources) {
    const { canvas } = this;
    const { clientWidth, clientHeight } = canvas;
    canvas.width = clientWidth * devicePixelRatio;
    canvas.height = clientHeight * devicePixelRatio;
    const paint = canvas.getContext("2d");
    paint.scale(devicePixelRatio, devicePixelRatio);
    if (this.image) this.#drawImage(paint);
    for (const source of sources) {
      const point = source.kind !== "ambient" && this.pixel(source.azimuth_deg, source.elevation_deg);
      if (point) this.#drawMark(paint, point, source);
    }
    if (!this.isPanorama) this.#drawGaze(paint);
  }

  #drawImage(paint) {
    const { clientWidth, clientHeight } = this.canvas;
    const widthPx = this.widthPx;
    const heightPx = (widthPx * this.image.height) / this.image.width;
    const top = (clientHeight - heightPx) / 2;
    const middle = (clientWidth - widthPx) / 2;
    if (!this.isPanorama) {
      paint.drawImage(this.image, middle, top, widthPx, heightPx);
      return;
    }
    // Drawn twice, side by side, because the seam may be anywhere.
    const turnedPx = middle + (((this.yawDeg % 360) + 360) % 360) * (widthPx / 360);
    for (const turn of [-1, 0]) paint.drawImage(this.image, turnedPx + turn * widthPx, top, widthPx, heightPx);
  }

  #drawMark(paint, [x, y], { label, muted, clip }) {
    paint.globalAlpha = muted || !clip ? 0.5 : 1;
    paint.fillStyle = "#f2b544";
    paint.strokeStyle = "#14161a";
    paint.lineWidth = 3;
    paint.beginPath();
    paint.arc(x, y, 7, 0, 2 * Math.PI);
    paint.stroke();
    paint.fill();
    paint.font = FONT;
    paint.strokeText(label, x + 12, y + 5);
    paint.fillText(label, x + 12, y + 5);
    paint.globalAlpha = 1;
  }

  #drawGaze(paint) {
    const point = this.pixel(this.yawDeg, 0);
    if (!point) return;
    paint.fillStyle = "#ffffff88";
    paint.fillRect(point[0] - 1, 0, 2, this.canvas.clientHeight);
  }
}
