"""People: murmur, talk, cafés, markets, children, applause."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import fft

from server.sound.synthesis.circular import (
    RATE_HZ,
    Signal,
    chance_times_s,
    lay,
    sample_count,
    silence,
    spaced_times_s,
)
from server.sound.synthesis.noise import band, filtered, grains, noise, swell, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.speech import TALK_RATE_HZ, Talker, phrase, talker
from server.sound.synthesis.tone import arch, decay, struck


def at_full_rate(talk: Signal) -> Signal:
    """A phrase brought to the clip's rate by extending its spectrum; its faded ends keep it free of wrap-around."""
    factor = round(RATE_HZ / TALK_RATE_HZ)
    count = fft.next_fast_len(talk.size, real=True)
    full = fft.irfft(fft.rfft(talk * arch(talk.size, attack_s=0.004, release_s=0.02), count), factor * count)
    return np.asarray(factor * full)


def _talking(
    loop: Signal, who: Talker, rng: Generator, *, gain: float, pause_s: float, syllables: tuple[int, int] = (4, 13)
) -> None:
    """Lay somebody's talk round a clip: phrases and pauses."""
    duration_s = loop.size / RATE_HZ
    at_s, end_s = rng.uniform(0.0, duration_s), duration_s
    while end_s > 0:
        words = at_full_rate(phrase(who, rng, syllables=int(rng.integers(*syllables))))
        lay(loop, words, at_s=at_s, gain=gain * rng.uniform(0.8, 1.1))
        step_s = words.size / RATE_HZ + rng.exponential(pause_s) + 0.2
        at_s, end_s = at_s + step_s, end_s - step_s


def murmur(duration_s: float, rng: Generator) -> Signal:
    """A crowd at some distance: a dozen who talk at once, and many more behind them."""
    crowd = silence(duration_s)
    for nearness in (0.8, 0.7, *rng.uniform(0.25, 0.6, size=8)):
        _talking(crowd, talker(rng), rng, gain=nearness, pause_s=0.7)
    crowd = unit(filtered(crowd, band(110, 9000)))
    # Those behind: the same talk at other places of the circle, dulled.
    count = crowd.size
    far = sum((np.roll(crowd, int(rng.uniform(0.1, 0.9) * count)) for _ in range(3)), np.zeros(count))
    crowd += 0.35 * filtered(far, band(120, 1500, order=1))
    return in_space(crowd, rng, t60_s=0.9, wet=0.45, bright_hz=2500)


def conversation(duration_s: float, rng: Generator) -> Signal:
    """Two or three people near by, in talk with each other."""
    talk = silence(duration_s)
    for gain in (1.0, 0.85, 0.5)[: int(rng.integers(2, 4))]:
        _talking(talk, talker(rng), rng, gain=gain, pause_s=2.2, syllables=(5, 16))
    return in_space(talk, rng, t60_s=0.4, wet=0.15)


def cafe(duration_s: float, rng: Generator) -> Signal:
    """A café: murmur in a room, cups on saucers, spoons, now and then the steam of the machine."""
    room = unit(murmur(duration_s, rng))
    for at_s in chance_times_s(duration_s, 1.1, rng):
        key_hz = rng.uniform(1900, 4600)
        for _ in range(rng.integers(1, 4)):
            modes_hz = key_hz * np.array([1.0, 1.63, 2.41, 3.3]) * rng.normal(1, 0.01, 4)
            clink = struck(modes_hz, (0.25, 0.18, 0.1, 0.06), (1.0, 0.7, 0.5, 0.3), rng)
            lay(room, clink, at_s=at_s, gain=float(rng.exponential(0.9)))
            at_s += rng.uniform(0.05, 0.2)
    length_s = min(2.5, 0.3 * duration_s)
    steam = noise(sample_count(length_s), rng, band(2200, 9000, order=1))
    lay(room, steam * arch(steam.size, attack_s=0.15, release_s=0.3), at_s=rng.uniform(0, duration_s), gain=0.14)
    return in_space(room, rng, t60_s=0.6, wet=0.4)


def market(duration_s: float, rng: Generator) -> Signal:
    """A market: a dense crowd, with traders who call over it."""
    crowd = unit(murmur(duration_s, rng))
    for _ in range(2):
        trader = talker(rng)
        loud = Talker(pitch_hz=1.7 * trader.pitch_hz, melody=0.18, size=trader.size, syllable_s=0.26)
        for at_s in spaced_times_s(duration_s, 3.4, rng, evenness=6.0):
            cry = unit(at_full_rate(phrase(loud, rng, syllables=int(rng.integers(3, 7)), stretch=1.3)))
            lay(crowd, cry, at_s=at_s, gain=rng.uniform(0.5, 1.0))
    return in_space(crowd, rng, t60_s=1.1, wet=0.35)


def playground(duration_s: float, rng: Generator) -> Signal:
    """Children at play: chatter, shouts and squeals, near and far, and running feet."""
    yard = silence(duration_s)
    for nearness in (0.6, 0.5, 0.4, 0.3, 0.25):
        _talking(yard, talker(rng, child=True), rng, gain=nearness, pause_s=0.8, syllables=(2, 8))
    yard = unit(yard)
    for at_s in chance_times_s(duration_s, 1.3, rng):
        child = talker(rng, child=True)
        high = Talker(pitch_hz=rng.uniform(1.4, 2.4) * child.pitch_hz, melody=0.3, size=child.size, syllable_s=0.22)
        shout = unit(at_full_rate(phrase(high, rng, syllables=int(rng.integers(1, 4)), stretch=rng.uniform(1.2, 2.2))))
        lay(yard, shout, at_s=at_s, gain=rng.uniform(0.3, 1.2))
    for at_s in chance_times_s(duration_s, 0.4, rng):
        for step in range(rng.integers(4, 8)):
            slap = noise(sample_count(0.06), rng, band(150, 1600, order=1)) * decay(0.06, 0.06, attack_s=0.003)
            lay(yard, slap, at_s=at_s + 0.31 * step, gain=0.5)
    return in_space(yard, rng, t60_s=0.9, wet=0.4, bright_hz=3500)


def applause(duration_s: float, rng: Generator) -> Signal:
    """Applause: hands that clap some three to five times a second, each pair with a tone of its own."""
    count = sample_count(duration_s)
    hands = silence(duration_s)
    for _ in range(24):
        centre_hz = rng.uniform(700, 2300)
        clap = noise(sample_count(0.03), rng, band(centre_hz / 1.5, centre_hz * 1.7, order=1))
        clap *= decay(0.03, 0.03, attack_s=0.0005)
        nearness = rng.uniform(0.2, 1.0)
        for at_s in spaced_times_s(duration_s, 1.0 / rng.uniform(3.0, 4.8), rng, evenness=60.0):
            lay(hands, clap, at_s=at_s, gain=nearness * rng.uniform(0.6, 1.0))
    kernel = noise(sample_count(0.03), rng, band(700, 3500, order=1)) * decay(0.03, 0.03)
    rest = grains(count, rng, rate_hz=250.0, kernel=kernel) * swell(count, rng, 0.3, 0.12)
    return in_space(unit(hands) + 0.8 * unit(rest), rng, t60_s=1.3, wet=0.4)
