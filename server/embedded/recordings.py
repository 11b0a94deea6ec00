"""The user's own recordings as a voice: a folder of sound files, matched by name.

``church-bell.wav`` sounds wherever a church bell is; ``dog.flac`` and ``dog_2.ogg`` are two takes of which the seed
picks one. Whatever no file fits goes to another voice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal

from protocol.errors import InputError
from server.embedded.sound.loop import RATE_HZ, sample_count
from server.embedded.sound.words import head, phrases
from server.pipeline.stages import Sound, Voicer, VoiceRequest

Samples = NDArray[np.float64]

_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"})
_REMEDY = "convert it to WAV or FLAC, or take it out of the folder"
_CROSSFADE_S = 0.5
# A loop may be so much longer or shorter than asked, to close where the recording is most like its beginning.
_SLACK_S = 0.01
# A recording whose ends lie so far below its loudest moment stands alone, as one bark does, and is not repeated.
_QUIET_END_DB = -40.0
_EDGE_S = 0.02
# Channels that agree less than this were recorded apart: their sum would comb, and is no louder for it.
_SAME_SOUND = 0.6


class RecordedVoicer:
    """Plays recordings from a folder where a name fits, and hands the rest to another voice.

    Args:
        folder: holds WAV, FLAC, Ogg, MP3 or AIFF files.
        otherwise: makes what no recording fits.

    Raises:
        InputError: the folder is missing or holds no recording.
    """

    def __init__(self, folder: Path, otherwise: Voicer) -> None:
        if not folder.is_dir():
            raise InputError("there is no such folder", where=str(folder), remedy="check the path of --clips")
        self._files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file())
        if not self._files:
            raise InputError(
                "holds no recordings",
                where=str(folder),
                remedy=f"put sound files there ({', '.join(sorted(_SUFFIXES))})",
            )
        self._otherwise = otherwise
        self.identity = f"recordings@{_digest(self._files)}+{otherwise.identity}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One looping clip for each request, in order.

        A recording that is shorter than was asked keeps its own length, unless it is one event that ends in quiet.

        Raises:
            InputError: a recording that fits can't be read.
        """
        for request in requests:
            takes = matching(self._files, label=request.label, prompt=request.prompt)
            if takes:
                rng = np.random.default_rng(request.seed)
                take = takes[int(rng.integers(len(takes)))]
                clip = loop_from(
                    _mono(take, rng, wanted_s=request.duration_s + _CROSSFADE_S + 2 * _SLACK_S), request.duration_s
                )
                yield Sound(samples=clip.astype(np.float32), loop=True)
            else:
                yield from self._otherwise.voice([request])


def _digest(files: Sequence[Path]) -> str:
    """Twelve hex digits that change with any file's name or content."""
    total = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            total.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()[:12]


def matching(files: Sequence[Path], *, label: str, prompt: str) -> list[Path]:
    """The files whose names fit best, or none.

    A file fits a text if all words of its name stand in the text; a number at the end only counts takes. One that
    fits the label goes before one that fits only the prompt, and of those that fit, the one with most words. For the
    prompt, the name must also hold the noun that it begins with: wind.wav is not what "leaves in the wind" sound like.
    """
    label_words, prompt_words = _stems(label), _stems(prompt)
    opening = next(iter(phrases(prompt)), [])
    subject = head(opening, frozenset())
    ranked: list[tuple[tuple[int, int], Path]] = []
    for path in files:
        name = _stems(path.stem)
        if name and name <= label_words:
            ranked.append(((2, len(name)), path))
        elif name and name <= prompt_words and subject is not None and subject.stem in name:
            ranked.append(((1, len(name)), path))
    best = max((rank for rank, _ in ranked), default=None)
    return [path for rank, path in ranked if rank == best]


def _stems(text: str) -> set[str]:
    return {word.stem for phrase in phrases(text.replace("-", " ")) for word in phrase}


def _mono(path: Path, rng: Generator, *, wanted_s: float) -> Samples:
    """A recording, or a stretch of one that is longer than wanted, as mono at 48 kHz."""
    try:
        with soundfile.SoundFile(path) as file:
            wanted = int(np.ceil(wanted_s * file.samplerate))
            if file.frames > wanted:
                file.seek(int(rng.integers(file.frames - wanted + 1)))
            channels = file.read(wanted, dtype="float64", always_2d=True)
            rate_hz = file.samplerate
    except (soundfile.SoundFileError, OSError) as error:
        raise InputError("can't be read as a recording", where=str(path), remedy=_REMEDY) from error
    if channels.size == 0 or not np.all(np.isfinite(channels)) or not np.any(channels):
        raise InputError("holds no sound", where=str(path), remedy=_REMEDY)
    return np.asarray(soxr.resample(mixed_down(channels), rate_hz, RATE_HZ, quality="VHQ"), dtype=np.float64)


def mixed_down(channels: Samples) -> Samples:
    """One channel that loses as little as one can.

    A plain average cancels whatever is in opposite phase, and halves what is on one side only. The direction in which
    the channels together have most energy (their first principal component) is the mono signal from which they can be
    rebuilt with the least squared error. Where channels hardly agree, as from microphones set apart, any sum combs
    and gains nothing: then the louder channel alone is taken.

    Args:
        channels: shape (n, channels).

    Returns:
        Shape (n,), at the level of the channels together and with the polarity of the loudest.
    """
    energy = channels.T @ channels
    loudest = int(np.argmax(np.diag(energy)))
    values, directions = np.linalg.eigh(energy)
    if values[-1] < (1.0 + _SAME_SOUND) / 2.0 * np.trace(energy):
        return np.asarray(channels[:, loudest])
    direction = directions[:, -1]
    return np.asarray(channels @ (direction * np.sign(direction[loudest])))


def loop_from(recording: Samples, duration_s: float) -> Samples:
    """A loop of the asked length, or of the recording's own where that is shorter.

    Args:
        recording: mono at 48 kHz.
        duration_s: asked for; kept to within 10 ms where the recording is long enough.

    Returns:
        A recording that is one event, quiet at both ends and shorter than asked, followed by silence. Any other with
        its end faded into its beginning, the gains matched to how alike the two are so that the level stays even
        (M. Fink, M. Holters and U. Zölzer, "Signal-matched power-complementary cross-fading and dry-wet mixing",
        DAFx 2016).
    """
    count = sample_count(duration_s)
    if recording.size < count and _ends_quietly(recording):
        return np.pad(recording, (0, count - recording.size))
    fade = min(sample_count(_CROSSFADE_S), recording.size // 3)
    slack = min(sample_count(_SLACK_S), fade // 4)
    if fade == 0:
        return recording.copy()
    start = recording[:fade]
    shortest = min(count, recording.size - fade - slack) - slack
    length, likeness = _best_length(recording[shortest : shortest + 2 * slack + fade], start)
    length += shortest
    loop, beyond = recording[:length].copy(), recording[length : length + fade]
    angle = np.pi / 2 * (np.arange(fade) + 0.5) / fade
    rise, fall = np.sin(angle) ** 2, np.cos(angle) ** 2
    # Power of the sum of two signals of equal power and this correlation; near opposites are not blown up.
    power = rise**2 + fall**2 + 2.0 * max(likeness, -0.5) * rise * fall
    loop[:fade] = (rise * start + fall * beyond) / np.sqrt(power)
    return loop


def _best_length(region: Samples, start: Samples) -> tuple[int, float]:
    """Where in a region the beginning recurs most exactly, and the correlation there."""
    products = signal.correlate(region, start, mode="valid", method="fft")
    energy = np.cumsum(np.concatenate([[0.0], region**2]))
    norms = np.sqrt(np.maximum((energy[start.size :] - energy[: -start.size]) * np.sum(start**2), 1e-24))
    likeness = products / norms
    best = int(np.argmax(likeness))
    return best, float(likeness[best])


def _ends_quietly(recording: Samples) -> bool:
    edge = max(1, min(sample_count(_EDGE_S), recording.size // 4))
    loudest = float(np.max(np.abs(recording)))
    ends = np.concatenate([recording[:edge], recording[-edge:]])
    return float(np.max(np.abs(ends))) < loudest * 10 ** (_QUIET_END_DB / 20)
