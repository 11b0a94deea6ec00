// Directions in the frames of section 7 of PROTOCOL.md. Azimuth 0 is the middle of the picture and grows to the LEFT,
// elevation grows upwards; both are in degrees, points and distances in metres.

const RADIANS = Math.PI / 180;

/** The point (front, left, up) at a direction and a distance. */
export function sceneFromPolar(azimuthDeg, elevationDeg, distanceM = 1) {
  const flat = distanceM * Math.cos(elevationDeg * RADIANS);
  return [
    flat * Math.cos(azimuthDeg * RADIANS),
    flat * Math.sin(azimuthDeg * RADIANS),
    distanceM * Math.sin(elevationDeg * RADIANS),
  ];
}

/** Azimuth, elevation and distance of a point (front, left, up). */
export function polarFromScene([front, left, up]) {
  const azimuthDeg = Math.atan2(left, front) / RADIANS;
  return [
    azimuthDeg === -180 ? 180 : azimuthDeg,
    Math.atan2(up, Math.hypot(front, left)) / RADIANS,
    Math.hypot(front, left, up),
  ];
}

/** The same point for Unity: right, up, forward. */
export function unityFromScene([front, left, up]) {
  return [-left, up, front];
}

/** The same point for three.js and Web Audio: right, up, back. */
export function threejsFromScene([front, left, up]) {
  return [-left, up, -front];
}

/** Where in an equirectangular picture a direction lies: column and row, in pixels. */
export function equirectangularPixel(azimuthDeg, elevationDeg, widthPx, heightPx) {
  return [(0.5 - azimuthDeg / 360) * widthPx, (0.5 - elevationDeg / 180) * heightPx];
}
