"""Recordings as a voice: where a name fits, its recording is heard, and every choice is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from protocol.errors import InputError
from server.audio.loop import SURPLUS_S, loop_from
from server.extras import install_advice
from server.pipeline.stages import Sound, Voicer, VoiceRequest
from server.sound.recordings import ffmpeg
from server.sound.recordings.folder import RecordingFolder
from server.sound.recordings.naming import Fit, fitting
from server.sound.recordings.reading import read_stretch


class RecordedVoicer:
    """Plays recordings from a folder where a name fits, and hands the rest to another voice.

    Args:
        folder: holds WAV, FLAC, Ogg, MP3 or AIFF files, in folders by category if there are many.
        otherwise: makes what no recording fits.

    Raises:
        InputError: the folder is missing or holds no recording.
    """

    def __init__(self, folder: Path, otherwise: Voicer) -> None:
        self._folder = RecordingFolder.opened(folder)
        self._otherwise = otherwise
        self.identity = f"recordings@{self._folder.identity}+{otherwise.identity}"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One looping clip for each request, in order, with a note of what was chosen and why.

        A recording that is shorter than was asked keeps its own length, unless it is one event that ends in quiet. One
        that can't be read goes to the next that fits, and in the end to the other voice.
        """
        for request in requests:
            sound, said = self._recorded(request)
            if sound is not None:
                yield sound
                continue
            for made in self._otherwise.voice([request]):
                yield replace(made, note="; ".join(filter(None, (said, made.note))))

    def _recorded(self, request: VoiceRequest) -> tuple[Sound | None, str]:
        """The recording for a request, or None and why there is none."""
        rng = np.random.default_rng(request.seed)
        takes = self._fitting(self._folder.files, request)
        faults = []
        while takes:
            take = takes.pop(int(rng.integers(len(takes))))
            name = take.path.relative_to(self._folder.path)
            try:
                stretch = read_stretch(take.path, rng, wanted_s=request.duration_s + SURPLUS_S)
            except InputError as error:
                faults.append(f"{name} {error.what}")
                continue
            clip = loop_from(stretch.samples, request.duration_s)
            note = "; ".join(filter(None, (f"plays {name}, by {take.why}", stretch.mended)))
            return Sound(samples=clip.astype(np.float32), loop=True, note=note), ""
        if not faults:
            faults = [
                f"{fit.path.relative_to(self._folder.path)} can't be read here: convert it to WAV or FLAC, or "
                f"{install_advice(ffmpeg.EXTRA)}"
                for fit in self._fitting(self._folder.unread, request)
            ]
        told = "; ".join(faults) if faults else f"no recording is named like {request.label!r}"
        return None, f"{told}; another voice makes it"

    def _fitting(self, files: Sequence[Path], request: VoiceRequest) -> list[Fit]:
        return fitting(files, self._folder.path, label=request.label, prompt=request.prompt)
