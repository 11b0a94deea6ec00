"""Defects of the clips that a model made: no numbers, silence, clipping, and nothing but noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from server.audio.loop import RATE_HZ

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong with a clip.

    Attributes:
        kind: not finite, silent, clipped or noise.
        severity: 1 is just beyond what passes; grows.
    """

    kind: Literal["not finite", "silent", "clipped", "noise"]
    severity: float

    @property
    def description(self) -> str:
        """The end of a sentence about the clip, for a person."""
        return {
            "not finite": "is not finite",
            "silent": "is nearly silent",
            "clipped": "is clipped",
            "noise": "is nothing but noise",
        }[self.kind]

    @property
    def is_beyond_use(self) -> bool:
        """Whether nothing of the source is in the clip, so that it can't be brought to a level either."""
        return self.kind in ("not finite", "silent")


# Models answer with peaks near 1. A clip that never comes near this level is their silence.
_SILENT_DB = -50.0
# Measured on the procedural clips: the highest share of a clean clip is 0.31, that of a siren. Of the same clips, cut
# to a crest of 3 dB, half are above it; the others are so dense that resampling hides the cut, and hearing does too.
_CLIPPED_SHARE = 0.35
_FEW_SAMPLES = 2000
# Of the procedural clips only rain and waterfalls are as flat and as even as this.
_NOISE_FLATNESS = 0.45
_NOISE_SPREAD_DB = 1.2
_FRAME_S = 0.1


def defect_of(clip: NDArray[np.floating], *, may_be_noise: bool) -> Defect | None:
    """What is wrong with a clip, if anything.

    Args:
        clip: mono at 48 kHz, shape (samples,), at the level at which the model made it.
        may_be_noise: whether steady noise is what was asked for.
    """
    samples = np.asarray(clip, dtype=np.float64)
    if not np.all(np.isfinite(samples)):
        return Defect(kind="not finite", severity=np.inf)
    samples = samples - samples.mean()
    loudest_db = _loudest_db(samples)
    if loudest_db < _SILENT_DB:
        return Defect(kind="silent", severity=max(loudest_db, -200.0) / _SILENT_DB)
    clipped = clipped_share(samples)
    if clipped > _CLIPPED_SHARE:
        return Defect(kind="clipped", severity=clipped / _CLIPPED_SHARE)
    if not may_be_noise:
        flatness, spread_db = spectral_flatness(samples), level_spread_db(samples)
        if flatness > _NOISE_FLATNESS and spread_db < _NOISE_SPREAD_DB:
            return Defect(kind="noise", severity=flatness / _NOISE_FLATNESS)
    return None


def _loudest_db(samples: Samples) -> float:
    """RMS level of the loudest tenth of a second, in dB of full scale; −inf for digital silence."""
    frames = _frames(samples)
    with np.errstate(divide="ignore"):
        return float(10.0 * np.log10(np.mean(frames**2, axis=1).max()))


def clipped_share(samples: Samples) -> float:
    """The share of the loud samples that stand at the level at which the wave is cut, in [0, 1]; samples (N,).

    The positive and the negative half of the wave are measured apart, since only one may be cut. Loud samples are
    those beyond half of the extreme. Of these the fullest band of levels, 2 % wide, counts, less the fuller of the two
    bands that are two bands away: the crest of a pure tone is full of samples too, but thins out evenly. Resampling
    rings at the edges of a cut, so the fullest band need not be the outermost.
    """
    return max(_share_at_one_level(samples), _share_at_one_level(-samples))


def _share_at_one_level(samples: Samples) -> float:
    top = float(samples.max(initial=0.0))
    if top <= 0.0:
        return 0.0
    loud = samples[samples > 0.5 * top] / top
    counts, _ = np.histogram(loud, bins=25, range=(0.5, 1.0))
    padded = np.pad(counts, 2)
    neighbours = np.maximum(padded[:-4], padded[4:])
    return float(np.max(counts - neighbours) / max(_FEW_SAMPLES, loud.size))


def spectral_flatness(samples: Samples) -> float:
    """Spectral flatness of samples (N,) at 48 kHz from 100 Hz to 10 kHz: 1 for white noise, 0 for a tone.

    It is the geometric over the arithmetic mean of the power spectrum, by Welch's method.
    """
    frequencies, power = signal.welch(samples, RATE_HZ, nperseg=min(2048, samples.size))
    power = power[(frequencies >= 100.0) & (frequencies <= 10_000.0)]
    if power.size == 0 or power.max() <= 0.0:
        return 0.0
    return float(np.exp(np.mean(np.log(np.maximum(power, 1e-12 * power.max())))) / power.mean())


def level_spread_db(samples: Samples) -> float:
    """Standard deviation in dB of the levels of the tenths of a second of samples (N,) at 48 kHz."""
    power = np.mean(_frames(samples) ** 2, axis=1)
    return float(np.std(10.0 * np.log10(np.maximum(power, 1e-6 * max(power.max(), 1e-30)))))


def _frames(samples: Samples) -> Samples:
    length = min(round(_FRAME_S * RATE_HZ), max(1, samples.size))
    count = max(1, samples.size // length)
    return np.resize(samples, count * length).reshape(count, length) if samples.size else np.zeros((1, 1))
