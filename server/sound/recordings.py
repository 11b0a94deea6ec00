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

from protocol.errors import InputError
from server.audio.downmix import mixed_down
from server.audio.loop import SURPLUS_S, loop_from
from server.pipeline.stages import Sound, Voicer, VoiceRequest
from server.sound.synthesis.circular import RATE_HZ
from server.sound.words import head, phrases

Samples = NDArray[np.float64]

_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"})
_REMEDY = "convert it to WAV or FLAC, or take it out of the folder"


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
            takes = matching_files(self._files, label=request.label, prompt=request.prompt)
            if takes:
                rng = np.random.default_rng(request.seed)
                take = takes[int(rng.integers(len(takes)))]
                clip = loop_from(_mono(take, rng, wanted_s=request.duration_s + SURPLUS_S), request.duration_s)
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


def matching_files(files: Sequence[Path], *, label: str, prompt: str) -> list[Path]:
    """The files whose names fit best what a source is, or none.

    A file fits a text if all words of its name stand in the text; a number at the end only counts takes. One that
    fits the label goes before one that fits only the prompt, and of those that fit, the one with most words. For the
    prompt, the name must also hold the noun that it begins with: wind.wav is not what "leaves in the wind" sound like.

    Args:
        files: the recordings.
        label: what the source is.
        prompt: what it sounds like.
    """
    label_words, prompt_words = _stems(label), _stems(prompt)
    opening = next(iter(phrases(prompt)), [])
    subject = head(opening, frozenset())

    def rank(name: set[str]) -> tuple[int, int]:
        """How well a name fits, the larger the better; (0, 0) where it does not."""
        if name and name <= label_words:
            return 2, len(name)
        if subject is not None and subject.stem in name and name <= prompt_words:
            return 1, len(name)
        return 0, 0

    ranks = {path: rank(_stems(path.stem)) for path in files}
    best = max(ranks.values(), default=(0, 0))
    return [path for path in files if ranks[path] == best and best > (0, 0)]


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
