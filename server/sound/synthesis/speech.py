"""Wordless talk: syllables with pitch, vowels and hisses like speech, and no language in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import fft, signal
from scipy.interpolate import PchipInterpolator

from server.sound.synthesis.circular import RATE_HZ, Signal
from server.sound.synthesis.formants import resonators
from server.sound.synthesis.tone import cycles, glottis, played

# Talk is made at a third of the rate: it has little above 8 kHz, and a murmur has many talkers.
TALK_RATE_HZ = RATE_HZ / 3
# What the throat still rings after a syllable's source has ended.
_RINGING_S = 0.05

# First three formants of men's vowels in hertz: G. E. Peterson and H. L. Barney, "Control methods used in a study of
# the vowels", J. Acoust. Soc. Am. 24, 1952, table II; the upper two are typical.
_VOWELS_HZ = np.array(
    [
        [270, 2290, 3010],
        [390, 1990, 2550],
        [530, 1840, 2480],
        [660, 1720, 2410],
        [730, 1090, 2440],
        [570, 840, 2410],
        [440, 1020, 2240],
        [300, 870, 2240],
        [640, 1190, 2390],
        [490, 1350, 1690],
    ],
    dtype=np.float64,
)
_UPPER_HZ = (3500.0, 4500.0)
_BANDWIDTHS_HZ = (70.0, 90.0, 130.0, 250.0, 350.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talker:
    """Whose voice it is.

    Attributes:
        pitch_hz: middle of the voice.
        melody: standard deviation of the pitch's logarithm from syllable to syllable.
        size: length of the throat relative to a man's.
        syllable_s: mean length of a syllable; talk has four to five a second.
    """

    pitch_hz: float
    melody: float
    size: float
    syllable_s: float


def talker(rng: Generator, *, child: bool = False) -> Talker:
    """Somebody, drawn by chance: a woman or a man, or a child."""
    if child:
        return Talker(pitch_hz=rng.uniform(270, 380), melody=0.22, size=rng.uniform(0.7, 0.8), syllable_s=0.2)
    if rng.uniform() < 0.5:
        return Talker(pitch_hz=rng.uniform(175, 235), melody=0.13, size=rng.uniform(0.83, 0.9), syllable_s=0.2)
    return Talker(pitch_hz=rng.uniform(90, 140), melody=0.11, size=rng.uniform(0.95, 1.03), syllable_s=0.21)


def phrase(who: Talker, rng: Generator, *, syllables: int, stretch: float = 1.0) -> Signal:
    """A phrase, at ``TALK_RATE_HZ``.

    Args:
        who: speaks.
        rng: draws melody, vowels and consonants.
        syllables: how many.
        stretch: of every syllable; above 1 draws the vowels out, as in a shout.
    """
    lengths = (who.syllable_s * stretch * rng.uniform(0.65, 1.4, syllables) * TALK_RATE_HZ).astype(np.int64)
    lengths[-1] = int(1.4 * lengths[-1])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    count = int(starts[-1])
    pitch_hz = _melody(who, rng, starts, count)
    # The source's tilt of the glottis and the lift of the lips together fall by 6 dB an octave.
    harmonics = int(np.clip(0.45 * TALK_RATE_HZ / pitch_hz.max(), 4, 40))
    source = played(glottis(harmonics, tilt=1.1), cycles(pitch_hz) * (RATE_HZ / TALK_RATE_HZ))
    source += 0.02 * rng.standard_normal(count)
    total = np.zeros(count + int((_RINGING_S + 0.1) * TALK_RATE_HZ))
    for number in range(syllables):
        first, last = int(starts[number]), int(starts[number + 1])
        _add_syllable(total, source, first, last, who, rng)
    return total


def _melody(who: Talker, rng: Generator, starts: Signal, count: int) -> Signal:
    """Pitch that steps about and declines over the phrase."""
    levels = who.melody * rng.standard_normal(starts.size).clip(-2, 2) - 0.22 * np.linspace(0, 1, starts.size)
    course = PchipInterpolator(starts, levels)(np.arange(count))
    return np.asarray(who.pitch_hz * np.exp(course))


def _add_syllable(total: Signal, source: Signal, first: int, last: int, who: Talker, rng: Generator) -> None:
    """Lay one syllable: a consonant's hiss perhaps, then a vowel that moves to another."""
    # Half of all syllables end on a closed mouth.
    last -= int(rng.uniform(0.1, 0.35) * (last - first)) * int(rng.integers(2))
    ramp = max(8, min((last - first) // 3, int(0.035 * TALK_RATE_HZ)))
    lead = min(first, ramp)
    piece = source[first - lead : last]
    place = np.arange(piece.size)
    window = np.sin(np.pi / 2 * np.clip(place / (lead + ramp), 0, 1)) ** 2
    window *= np.sin(np.pi / 2 * np.clip((piece.size - place) / (2 * ramp), 0, 1)) ** 2
    glide = np.linspace(0.0, 1.0, piece.size)
    start, rest = first - lead, np.zeros(int(_RINGING_S * TALK_RATE_HZ))
    for share in (1.0 - glide, glide):
        formants_hz = np.concatenate([_VOWELS_HZ[rng.integers(len(_VOWELS_HZ))], _UPPER_HZ]) / who.size
        throat = resonators(formants_hz.clip(max=0.47 * TALK_RATE_HZ), _BANDWIDTHS_HZ, rate_hz=TALK_RATE_HZ)
        voiced = signal.sosfilt(throat, np.concatenate([piece * window * share, rest]))
        total[start : start + voiced.size] += rng.uniform(0.7, 1.0) * voiced
    if rng.uniform() < 0.45:
        count = int(rng.uniform(0.04, 0.11) * TALK_RATE_HZ)
        centre_hz = rng.uniform(2800, 6200)
        hz = fft.rfftfreq(count, 1.0 / TALK_RATE_HZ)
        shape = np.exp(-0.5 * (np.log2(np.maximum(hz, 1.0) / centre_hz) / 0.35) ** 2)
        hiss = fft.irfft(fft.rfft(rng.standard_normal(count)) * shape, count) * np.hanning(count)
        total[start : start + count] += rng.uniform(0.8, 3.0) * hiss
