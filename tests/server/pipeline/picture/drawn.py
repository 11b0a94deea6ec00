"""A drawn street with marks at known directions, and files of it in every projection.

The files are drawn by formulas of their own, not by the mappings that are tested.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.synthetic.demo import demo_world
from server.synthetic.painting import rendered

WIDTH_PX = 720
MARKS = {(0.0, 3.0): (255, 0, 255), (87.0, -12.0): (255, 0, 0), (-64.0, 10.0): (0, 255, 0), (171.0, -8.0): (0, 0, 255)}
"""Azimuth and elevation of round marks, and their colours."""

_MARK_DEG = 3.0


@cache
def street() -> NDArray[np.uint8]:
    """The whole sphere, uint8 of shape (360, 720, 3), read only."""
    pixels = rendered(demo_world(), WIDTH_PX).pixels.copy()
    # Nothing else is that colourful.
    pixels = np.clip(pixels, 30, 200).astype(np.uint8)
    azimuth = np.pi - (np.arange(WIDTH_PX) + 0.5) * 2.0 * np.pi / WIDTH_PX
    elevation = np.pi / 2.0 - (np.arange(WIDTH_PX // 2)[:, None] + 0.5) * 2.0 * np.pi / WIDTH_PX
    for (mark_azimuth, mark_elevation), colour in MARKS.items():
        a, e = np.radians(mark_azimuth), np.radians(mark_elevation)
        cosine = np.sin(e) * np.sin(elevation) + np.cos(e) * np.cos(elevation) * np.cos(azimuth - a)
        pixels[cosine > np.cos(np.radians(_MARK_DEG))] = colour
    pixels.flags.writeable = False
    return pixels


def seen(azimuth, elevation):
    """What the street shows in directions in radians, arrays that broadcast; black where they are NaN."""
    azimuth, elevation = np.broadcast_arrays(azimuth, elevation)
    sphere = np.concatenate([street()[:, -1:], street(), street()[:, :1]], axis=1)
    x = np.mod(0.5 - azimuth / (2.0 * np.pi), 1.0) * WIDTH_PX + 0.5
    y = (0.5 - elevation / np.pi) * WIDTH_PX / 2.0 - 0.5
    is_there = np.isfinite(x + y)
    maps = (np.where(is_there, at, 0.0).astype(np.float32) for at in (x, y))
    found = cv2.remap(sphere, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.where(is_there[..., None], found, 0).astype(np.uint8)


def rays_seen(forward, left, up):
    """What the street shows along rays, arrays that broadcast."""
    return seen(np.arctan2(left, forward), np.arctan2(up, np.hypot(forward, left)))


def centres(count):
    """From −1 to 1, the middles of so many pixels."""
    return (np.arange(count) + 0.5) / count * 2.0 - 1.0


def part_file(width_deg, height_deg, *, px_per_deg=2.0, azimuth_deg=0.0, elevation_deg=0.0):
    """A part of the equirectangular sphere around a direction."""
    x = centres(round(width_deg * px_per_deg)) * width_deg / 2.0
    y = centres(round(height_deg * px_per_deg)) * height_deg / 2.0
    return seen(np.radians(azimuth_deg - x)[None, :], np.radians(elevation_deg - y)[:, None])


def cylinder_file(hfov_deg, aspect, *, width_px=800, azimuth_deg=0.0):
    """A cylindrical panorama with the horizon at half its height."""
    height_px = round(width_px / aspect)
    radius_px = width_px / np.radians(hfov_deg)
    azimuth = np.radians(azimuth_deg) - centres(width_px)[None, :] * np.radians(hfov_deg) / 2.0
    return seen(azimuth, np.arctan(-centres(height_px)[:, None] * height_px / 2.0 / radius_px))


def photograph_file(hfov_deg, aspect, *, width_px=640, azimuth_deg=0.0):
    """A perspective photograph, level."""
    x = centres(width_px)[None, :] * np.tan(np.radians(hfov_deg / 2.0))
    y = centres(round(width_px / aspect))[:, None] * np.tan(np.radians(hfov_deg / 2.0)) / aspect
    cos, sin = np.cos(np.radians(azimuth_deg)), np.sin(np.radians(azimuth_deg))
    return rays_seen(cos + x * sin, sin - x * cos, -y + 0.0 * x)


def cube_faces(side_px=180):
    """Six faces by their first letters, as seen from inside; up and down are upright when one looks ahead."""
    x, y = centres(side_px)[None, :], centres(side_px)[:, None]
    one = np.ones((side_px, side_px))
    return {
        "F": rays_seen(one, -x * one, -y * one),
        "R": rays_seen(-x * one, -one, -y * one),
        "B": rays_seen(-one, x * one, -y * one),
        "L": rays_seen(x * one, one, -y * one),
        "U": rays_seen(y * one, -x * one, one),
        "D": rays_seen(-y * one, -x * one, -one),
    }


def cube_file(*rows, side_px=180):
    """Faces by their letters in rows; a dot is black, and an exclamation mark turns the face before upside down."""
    faces = {**cube_faces(side_px), ".": np.zeros((side_px, side_px, 3), np.uint8)}
    grid = []
    for row in rows:
        cells = []
        for sign in row:
            if sign == "!":
                cells[-1] = cells[-1][::-1, ::-1]
            else:
                cells.append(faces[sign])
        grid.append(np.concatenate(cells, axis=1))
    return np.concatenate(grid, axis=0)


def fisheye_file(fov_deg, *, lenses, side_px=400):
    """Equidistant circles; of two, the left one looks ahead and the right one behind."""
    x, y = np.meshgrid(centres(side_px), centres(side_px))
    theta = np.hypot(x, y) * np.radians(fov_deg / 2.0)
    theta[np.hypot(x, y) > 1.0] = np.nan
    sideways = np.sin(theta) / np.hypot(x, y)
    ahead = rays_seen(np.cos(theta), -x * sideways, -y * sideways)
    behind = rays_seen(-np.cos(theta), x * sideways, -y * sideways)
    return np.concatenate([ahead, behind][:lenses], axis=1)


def stereo_file(*, over_under, width_deg=360.0, px_per_deg=2.0):
    """Two eyes' equirectangular pictures; the right one's marks are elsewhere, and must not be found."""
    left = part_file(width_deg, 180.0, px_per_deg=px_per_deg)
    right = np.roll(left, 3, axis=1)
    return np.concatenate([left, right], axis=0 if over_under else 1)


def found_marks(picture):
    """Where a picture shows the marks: azimuth and elevation by colour; marks that it doesn't show are left out."""
    pixels = picture.pixels.astype(int)
    found = {}
    for direction, colour in MARKS.items():
        rows, columns = np.nonzero(np.abs(pixels - colour).max(axis=2) < 40)
        if rows.size < 5:
            continue
        azimuth_deg, elevation_deg = picture.view.direction(columns + 0.5, rows + 0.5)
        a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
        x, y, z = (np.cos(e) * np.cos(a)).mean(), (np.cos(e) * np.sin(a)).mean(), np.sin(e).mean()
        found[direction] = (np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y))))
    return found


def mark_pixels(pixels):
    """Column and row of each mark in a file, by direction, where it is largest; no mark that isn't there."""
    found = {}
    for direction, colour in MARKS.items():
        is_marked = np.abs(pixels.astype(int) - colour).max(axis=2) < 40
        _, _, sizes, middles = cv2.connectedComponentsWithStats(is_marked.astype(np.uint8))
        if len(sizes) > 1:
            largest = 1 + int(np.argmax(sizes[1:, cv2.CC_STAT_AREA]))
            found[direction] = middles[largest] + 0.5
    return found


def saved(path, pixels, **options):
    """A file of these pixels; lossless where its kind can be."""
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, **options)
    return path


def gpano(**properties):
    """A packet of XMP with these properties of GPano."""
    inside = "".join(f' GPano:{name}="{value}"' for name, value in properties.items())
    start = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
    return f'{start}xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"{inside}/></rdf:RDF></x:xmpmeta>'.encode()


def exif(focal_35mm=None, *, stitched=False, orientation=None):
    """EXIF of a phone."""
    made = Image.Exif()
    if focal_35mm is not None:
        made.get_ifd(0x8769)[0xA405] = focal_35mm
    if stitched:
        made.get_ifd(0x8769)[0xA401] = 6
    if orientation is not None:
        made[0x0112] = orientation
    return made
