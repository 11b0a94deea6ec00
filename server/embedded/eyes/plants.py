"""Plants: green and rough; trees rise above the horizon or stand out dark from the grass."""

from __future__ import annotations

import cv2
import numpy as np

from server.embedded.eyes.evidence import rises, spread
from server.embedded.eyes.features import Features, Grid

# Under this share of leaves overhead one stands in a wood. A photograph shows less of what is overhead.
_CANOPY_DEG, _CANOPY_SHARE = 20.0, 0.35
_CANOPY_DEG_PHOTOGRAPH, _CANOPY_SHARE_PHOTOGRAPH = 3.0, 0.85


def plant_evidence(f: Features, above: Grid) -> tuple[Grid, Grid, Grid]:
    """Greenness, and how well each pixel fits trees and grass, each float32 (H, W) in [0, 1]."""
    below = 1 - above
    # Relative to lightness, so that leaves in the shade are as green as those in the sun.
    green = rises(-f.green_red / (f.lightness + 12.0) * 60.0, 4.5, 2.0) * rises(f.blue_yellow, 2.0, 2.5)
    green = green * rises(f.lightness, 5.0, 2.0)
    # Not what is rough along its edge only, as a painted wall is.
    rough = f.body_grain / (f.lightness + np.float32(8.0))
    trees = above * np.maximum(green * rises(rough, 0.08, 0.03), 0.8 * _backlit(f))
    low_trees = below * green * _dark_green(f, below * green) * rises(f.roughness, 0.055, 0.015)
    blades = rises(_roughness_inside(f, below * green), 0.022, 0.007)
    grass = below * green * (1 - 0.8 * low_trees) * blades * (1 - 0.7 * rises(f.roughness, 0.28, 0.05))
    covered = _canopy(f, trees)
    undergrowth = below * green * covered * rises(f.elevation_deg, -30.0, 4.0)
    return green, np.maximum.reduce([trees, low_trees, undergrowth]), grass * (1 - covered)


def _roughness_inside(f: Features, green: Grid) -> Grid:
    """How rough green areas are, relative to their lightness, judged by what is well inside of them.

    The detail at their border, and that of what lies beside it, says nothing of what they are made of. The mean root of
    its size is hardly moved by a lone line either: for Gaussian x of deviation σ, E[√|x|] = 2^(1/4) Γ(3/4) / √π · √σ.
    """
    wide = np.pad(green, ((0, 0), (2, 2)), mode="wrap" if f.panorama else "edge")
    inside = np.asarray(cv2.erode(wide, np.ones((5, 5), np.uint8))[:, 2:-2], dtype=np.float32)
    weight = spread(inside, 3.0, around=f.panorama)
    root = spread(inside * np.sqrt(np.abs(f.detail)), 3.0, around=f.panorama) / (weight + np.float32(0.01))
    return (root / np.float32(0.822)) ** 2 / (f.lightness + np.float32(8.0))


def _backlit(f: Features) -> Grid:
    """Leaves against the light are almost colourless, or as blue as the sky behind them, but very rough."""
    greenish = rises(-f.green_red, 0.5, 1.5) * rises(f.blue_yellow - f.green_red, 1.0, 2.0)
    return rises(f.roughness, 0.12, 0.03) * greenish


def _dark_green(f: Features, green: Grid) -> Grid:
    """How surely what is green below the horizon is trees: far off, and darker and duller than the grass around."""
    sigma_px = 20.0 / f.px_deg
    vivid = f.lightness + f.chroma
    usual = spread(green * vivid, sigma_px, around=f.panorama) / (
        spread(green, sigma_px, around=f.panorama) + np.float32(1e-4)
    )
    dark = 1 - rises(vivid / np.maximum(usual, 5.0), 0.86, 0.08)
    return dark * rises(f.elevation_deg, -14.0, 2.0)


def _canopy(f: Features, trees: Grid) -> Grid:
    """For each column, how surely leaves close overhead, (1, W) in [0, 1]: what is green there is undergrowth."""
    from_deg, share = (_CANOPY_DEG, _CANOPY_SHARE) if f.panorama else (_CANOPY_DEG_PHOTOGRAPH, _CANOPY_SHARE_PHOTOGRAPH)
    overhead_sr = f.solid_angle_sr * (f.elevation_deg > from_deg)
    leaves = np.mean(trees * overhead_sr, axis=0, keepdims=True)
    all_of_it = np.mean(overhead_sr, axis=0, keepdims=True)
    wide_px = 25.0 / f.px_deg
    leaves, all_of_it = (spread(one, wide_px, around=f.panorama, sigma_y_px=0.1) for one in (leaves, all_of_it))
    return rises(leaves / np.maximum(all_of_it, 1e-9), share, 0.08)
