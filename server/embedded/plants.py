"""Plants: green and rough; trees rise above the horizon or stand out dark from the grass."""

from __future__ import annotations

import numpy as np

from server.embedded.evidence import rises, spread
from server.embedded.features import Features, Grid


def plant_evidence(f: Features, above: Grid, sky: Grid) -> tuple[Grid, Grid, Grid]:
    """Greenness, and how well each pixel fits trees and grass, each float32 (H, W) in [0, 1]."""
    below = 1 - above
    # Relative to lightness, so that leaves in the shade are as green as those in the sun.
    green = rises(-f.green_red / (f.lightness + 12.0) * 60.0, 4.5, 2.0) * rises(f.blue_yellow, 2.0, 2.5)
    green = green * rises(f.lightness, 5.0, 2.0)
    # Leaves against the light are almost colourless, but very rough.
    leafy = rises(f.roughness, 0.12, 0.03) * rises(-f.green_red, 0.5, 1.5) * rises(f.blue_yellow, 0.5, 2.0)
    trees = above * np.maximum(green * rises(f.roughness, 0.08, 0.03), 0.8 * leafy)
    # Below the horizon, trees are darker and duller than the grass around them.
    here = below * green
    weight = spread(here, 8.0 / f.px_deg, around=f.panorama) + np.float32(1e-4)
    vivid = f.lightness + f.chroma
    usual = spread(here * vivid, 8.0 / f.px_deg, around=f.panorama) / weight
    dark = 1 - rises(vivid / np.maximum(usual, 5.0), 0.86, 0.08)
    near = rises(f.elevation_deg, -10.0, 2.0)
    low_trees = below * near * green * dark * rises(f.roughness, 0.10, 0.03)
    grass = below * green * rises(f.roughness, 0.022, 0.007) * (1 - 0.7 * rises(f.roughness, 0.28, 0.05))
    # Under a canopy all that is green belongs to it.
    canopy = spread(trees * f.solid_angle_sr * (f.elevation_deg > 20.0), 25.0 / f.px_deg, around=f.panorama, sigma_y_px=0.1)
    room = np.mean(f.solid_angle_sr * (f.elevation_deg > 20.0), axis=0, keepdims=True)
    covered = rises(np.mean(canopy, axis=0, keepdims=True) / np.maximum(room, 1e-6), 0.35, 0.08)
    undergrowth = below * green * covered * rises(f.elevation_deg, -30.0, 4.0)
    return green, np.maximum.reduce([trees, low_trees, undergrowth]), grass * (1 - covered)
