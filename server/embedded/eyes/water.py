"""Water: flat, below the horizon, and a mirror of the sky."""

from __future__ import annotations

import numpy as np

from server.embedded.eyes.evidence import HORIZON_DIFFERENCE, between, horizon_difference, rises, spread
from server.embedded.eyes.features import Features, Grid


def water_evidence(f: Features, sky: Grid, green: Grid) -> Grid:
    """How well each pixel fits open water, float32 (H, W) in [0, 1].

    At grazing angles water reflects all of the sky, and less and less towards one's feet (Fresnel), while ground
    scatters alike in all directions: so water is as bright as the sky at the horizon, of its colour, and darkens
    downwards.
    """
    around = f.panorama
    el = f.elevation_deg
    low = sky * between(el, 1.5, 12.0, 0.7)
    weight = np.mean(low, axis=0, keepdims=True)
    seen = spread(weight, 8.0 / f.px_deg, around=around, sigma_y_px=0.1) + np.float32(1e-4)

    def of_sky(value: Grid) -> Grid:
        return spread(np.mean(low * value, axis=0, keepdims=True), 8.0 / f.px_deg, around=around, sigma_y_px=0.1) / seen

    sky_l, sky_a, sky_b = of_sky(f.lightness), of_sky(f.green_red), of_sky(f.blue_yellow)
    ratio = f.lightness / np.maximum(sky_l, 20.0)
    grazing = 0.42 + 0.36 * np.exp(np.minimum(el, 0.0) / 8.0)
    alike = 1 - rises(np.hypot(f.green_red - sky_a, f.blue_yellow - sky_b), 16.0, 3.0)
    bright = rises(ratio - grazing, 0.0, 0.05) * (1 - rises(ratio, 1.12, 0.05))
    smooth = 1 - rises(f.grain, 4.5, 1.0)
    below = 1 - rises(el, 0.0, 0.5)
    water = below * bright * alike * smooth * (1 - green) * rises(el, -28.0, 3.0)
    return water * _contact(f, water, sky)


def _contact(f: Features, water: Grid, sky: Grid) -> Grid:
    """For each column, how surely water meets the sky at the horizon and darkens below it, (1, W) in [0, 1]."""
    around = f.panorama
    el = f.elevation_deg

    def band(value: Grid, low: float, high: float) -> Grid:
        within = ((el > low) & (el < high)).astype(np.float32)
        mean: Grid = np.sum(value * within, axis=0, keepdims=True) / np.maximum(within.sum(axis=0, keepdims=True), 1)
        return mean

    meets = rises(band(water, -4.0, -0.8), 0.5, 0.15) * rises(band(sky, 2.0, 8.0), 0.5, 0.15)
    darkens = rises(band(f.lightness, -3.0, -0.8) - band(f.lightness, -13.0, -8.0), 5.0, 2.0)
    # A pale wall is of the sky's colour too, but of one colour with what is right above the horizon: itself.
    parts = rises(horizon_difference(f), 1.5 * HORIZON_DIFFERENCE, 1.0)
    return spread(meets * darkens * parts, 6.0 / f.px_deg, around=around, sigma_y_px=0.1)
