"""How far below another sound a sound may lie and still be heard: ``python -m benchmarks.masking``.

Each recipe masks another clip of its own, and one of every other recipe, all of one loudness. In frames of 0.1 s and
the 24 critical bands of Zwicker (Fastl and Zwicker, *Psychoacoustics*, 2007, table 6.1), a sound is heard where one of
its bands reaches the masked threshold: the masker's energy, spread by 27 dB a band downwards and 10 dB upwards, less
2 dB in the lowest band to 6 dB in the highest. The table shows how far below the masker a sound is still heard in a
tenth of the frames, and how far the masker's own frames differ: its 10 % loudest from its 10 % quietest.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from binaural.loudness.meter import integrated_lufs
from server.sound.recipes import RECIPES, Recipe

Array = NDArray[np.float64]

RATE_HZ, SECONDS, FRAME = 48_000, 10.0, 4_800
EDGES_HZ = (
    *(0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150),
    *(3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500),
)
BANDS = len(EDGES_HZ) - 1
PAUSES_DB = 10.0


def energies(recipe: Recipe, seed: int) -> Array:
    """Energies of a clip, at one loudness for all, in frames and critical bands, shape (frames, 24)."""
    samples = recipe.make(SECONDS, np.random.default_rng(seed)).astype(np.float64)
    samples *= 10.0 ** ((-23.0 - integrated_lufs(samples, RATE_HZ)) / 20.0)
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME) * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    band = np.digitize(np.fft.rfftfreq(FRAME, 1.0 / RATE_HZ), EDGES_HZ) - 1
    return np.stack([power[:, band == number].sum(axis=1) for number in range(BANDS)], axis=1) + 1e-20


def thresholds(masker: Array) -> Array:
    """Masked thresholds in every frame and band of a masker, both shape (frames, 24)."""
    up = np.arange(BANDS)[:, None] - np.arange(BANDS)
    spread = 10.0 ** (-np.where(up >= 0, 10.0 * up, -27.0 * up) / 10.0)
    index = 10.0 ** (-np.linspace(2.0, 6.0, BANDS) / 10.0)
    threshold: Array = masker @ spread.T * index
    return threshold


def masked_db(target: Array, threshold: Array) -> float:
    """How far below the masker a target, of shape (frames, 24), is heard in a tenth of the frames."""
    return float(np.quantile(10.0 * np.log10(target / threshold).max(axis=1), 0.9))


def dynamics_db(masker: Array) -> float:
    """How far the frames of a clip, of shape (frames, 24), differ in level."""
    quiet, loud = np.quantile(10.0 * np.log10(masker.sum(axis=1)), [0.1, 0.9])
    return float(loud - quiet)


def main() -> None:
    """Print the table."""
    clips: Mapping[str, Array] = {recipe.name: energies(recipe, 0) for recipe in RECIPES}
    print(f"{'masker':<24}{'dynamics dB':>13}{'own kind dB':>13}{'others dB: half':>17}{'three of four':>15}")
    rows = []
    for recipe in RECIPES:
        threshold = thresholds(energies(recipe, 1))
        others_db = [masked_db(clip, threshold) for name, clip in clips.items() if name != recipe.name]
        half_db, most_db = np.quantile(others_db, [0.5, 0.75])
        rows.append((dynamics_db(clips[recipe.name]), masked_db(clips[recipe.name], threshold), half_db, most_db))
        print(
            f"{recipe.name:<24}"
            + "".join(f"{value:>{width}.1f}" for value, width in zip(rows[-1], (13, 13, 17, 15), strict=True))
        )
    table = np.array(rows)
    for words, group in (("go on", table[:, 0] < PAUSES_DB), ("pause", table[:, 0] >= PAUSES_DB)):
        own_db, half_db, most_db = np.median(table[group, 1:], axis=0)
        most_own_db = np.quantile(table[group, 1], 0.75)
        print(
            f"{group.sum()} that {words}: own kind {own_db:.0f} dB (three of four {most_own_db:.0f} dB), "
            f"others {half_db:.0f} dB ({most_db:.0f} dB)"
        )


if __name__ == "__main__":
    main()
