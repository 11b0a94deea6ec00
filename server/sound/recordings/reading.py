"""A recording read as far as it can be: headers that lie, samples that are no numbers, sound amid silence."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.random import Generator
from numpy.typing import NDArray

from protocol.errors import InputError
from server.audio.downmix import mixed_down
from server.sound.recordings import ffmpeg
from server.sound.recordings.folder import DECODED
from server.sound.synthesis.circular import RATE_HZ

Samples = NDArray[np.float64]

_REMEDY = "convert it to WAV or FLAC, or take it out of the folder"
# A long file is listened to at so many places, for so long each, to find where its sound is.
_LOOKS, _LOOK_S = 1200, 0.25
# Stretches this much softer than the loudest are as good, so that the seed may choose.
_AS_GOOD_DB = 0.5
_SILENCE_DB = -60.0
# Interpolation mends a few samples; more of them are a damaged file.
_MENDED_PART = 0.01
_SUBTYPES = {
    (1, 8): "PCM_U8",
    (1, 16): "PCM_16",
    (1, 24): "PCM_24",
    (1, 32): "PCM_32",
    (3, 32): "FLOAT",
    (3, 64): "DOUBLE",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a recording.

    Attributes:
        samples: mono at 48 kHz, shape (n,), n > 0.
        mended: what was mended, in words; empty where nothing was.
    """

    samples: Samples = field(repr=False)
    mended: str


def read_stretch(path: Path, rng: Generator, *, wanted_s: float) -> Stretch:
    """A recording, or the stretch of a longer one where its sound is, without the silence around it.

    Args:
        path: the file.
        rng: chooses where several stretches are about as loud.
        wanted_s: how long it may be.

    Raises:
        InputError: it can't be read, or holds no sound.
    """
    try:
        with _opened(path) as (file, mended):
            wanted = int(np.ceil(wanted_s * file.samplerate))
            begin = _loudest_begin(file, wanted, rng)
            file.seek(begin)
            rate_hz = file.samplerate
            channels = file.read(wanted + round(_LOOK_S * rate_hz), dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, OSError, struct.error) as error:
        raise InputError("can't be read as a recording", where=str(path), remedy=_REMEDY) from error
    missing = ~np.isfinite(channels)
    if missing.any():
        first = int(np.argmax(missing.any(axis=1)))
        told = f"{int(missing.sum())} samples are no numbers (the first at {(begin + first) / rate_hz:.2f} s)"
        if missing.mean() > _MENDED_PART:
            raise InputError(told, where=str(path), remedy=_REMEDY)
        _interpolate(channels, missing)
        mended = f"{told}, so they were interpolated"
    mono = mixed_down(channels) if channels.size else np.zeros(0)
    heard = np.flatnonzero(np.abs(mono) > np.max(np.abs(mono), initial=0.0) * 10.0 ** (_SILENCE_DB / 20.0))
    if not len(heard):
        raise InputError("holds no sound", where=str(path), remedy=_REMEDY)
    sound = mono[heard[0] : heard[-1] + 1][:wanted]
    return Stretch(np.asarray(soxr.resample(sound, rate_hz, RATE_HZ, quality="VHQ"), dtype=np.float64), mended)


def _loudest_begin(file: soundfile.SoundFile, wanted: int, rng: Generator) -> int:
    """Where a stretch of so many frames begins that is about as loud as any."""
    if file.frames <= wanted:
        return 0
    step = max(round(_LOOK_S * file.samplerate), file.frames // _LOOKS)
    look = min(round(_LOOK_S * file.samplerate), step)
    powers = []
    for begin in range(0, file.frames - look + 1, step):
        file.seek(begin)
        block = np.nan_to_num(file.read(look, dtype="float64", always_2d=True), posinf=0.0, neginf=0.0)
        powers.append(float(np.mean(block**2)) if block.size else 0.0)
    window = max(1, min(len(powers), round(wanted / step)))
    sums = np.convolve(powers, np.ones(window), mode="valid")
    good = np.flatnonzero(sums >= sums.max() * 10.0 ** (-_AS_GOOD_DB / 10.0))
    chosen = int(good[int(rng.integers(len(good)))]) * step
    within: int = min(chosen, file.frames - wanted)
    return within


def _interpolate(channels: Samples, missing: NDArray[np.bool_]) -> None:
    for channel, gaps in zip(channels.T, missing.T, strict=True):
        if gaps.any() and not gaps.all():
            channel[gaps] = np.interp(np.flatnonzero(gaps), np.flatnonzero(~gaps), channel[~gaps])
        channel[~np.isfinite(channel)] = 0.0


@contextmanager
def _opened(path: Path) -> Iterator[tuple[soundfile.SoundFile, str]]:
    """The file, and what was mended: one that a crashed recorder left has no length in its header yet."""
    if path.suffix.lower() in DECODED:
        with ffmpeg.decoded(path) as file:
            yield file, ""
        return
    with soundfile.SoundFile(path) as file:
        if file.frames or file.format not in ("WAV", "WAVEX"):
            yield file, ""
            return
    raw = _raw_wave(path)
    if raw is None:
        with soundfile.SoundFile(path) as file:
            yield file, ""
        return
    content, rate_hz, channels, subtype = raw
    with soundfile.SoundFile(
        content, samplerate=rate_hz, channels=channels, subtype=subtype, format="RAW", endian="LITTLE"
    ) as file:
        yield file, "its header has no length, so it was read to its end"


def _raw_wave(path: Path) -> tuple[io.BytesIO, int, int, str] | None:
    """What a RIFF file holds behind the head of its data, and how that is to be read; None where nothing is there."""
    data = path.read_bytes()
    at, form = 12, None
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt ":
            form = struct.unpack_from("<HHIIHH", data, at + 8)
        elif name == b"data":
            break
        at += 8 + size + size % 2
    if form is None or at + 8 >= len(data):
        return None
    tag, channels, rate_hz, _, align, bits = form
    subtype = _SUBTYPES.get((1 if tag == 0xFFFE else tag, bits))
    if subtype is None or not channels or not align:
        return None
    rest = data[at + 8 :]
    return io.BytesIO(rest[: len(rest) // align * align]), rate_hz, channels, subtype
