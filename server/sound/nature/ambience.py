"""Beds of several things at once, for labels that mean a place rather than a thing."""

from __future__ import annotations

from numpy.random import Generator

from server.sound.animals.insects import crickets, grasshoppers
from server.sound.animals.songbirds import songbirds
from server.sound.nature.wind import grass, leaves
from server.sound.synthesis.circular import Signal
from server.sound.synthesis.noise import band, noise, swell, unit


def leafy_trees(duration_s: float, rng: Generator) -> Signal:
    """Trees: wind in their leaves, and birds that sing in them."""
    return unit(leaves(duration_s, rng)) + 0.6 * unit(songbirds(duration_s, rng))


def meadow(duration_s: float, rng: Generator) -> Signal:
    """Grass in summer: wind that runs through it, crickets and grasshoppers."""
    insects = unit(crickets(duration_s, rng)) + 0.6 * unit(grasshoppers(duration_s, rng))
    return unit(grass(duration_s, rng)) + 0.22 * insects


def open_air(duration_s: float, rng: Generator) -> Signal:
    """Nothing in particular: soft, dull air that suits a room and a street alike."""
    count = round(duration_s * 48_000)
    return noise(max(1, count), rng, band(90, 900, order=1, tilt_db_per_octave=-3.0)) * swell(
        max(1, count), rng, 0.2, 0.12
    )
