"""Requests, clips, and a voicer whose answers are given, for tests of what wraps a voicer."""

from collections.abc import Iterator, Sequence

import numpy as np

from server.pipeline.stages import Sound, VoiceRequest

RATE_HZ = 48_000


def voice_request(
    label: str, prompt: str = "", *, duration_s: float = 1.0, seed: int = 0, kind: str = "point"
) -> VoiceRequest:
    return VoiceRequest(label=label, prompt=prompt or label, duration_s=duration_s, seed=seed, kind=kind)


def tone(hz: float = 440.0, duration_s: float = 1.0, amplitude: float = 0.3) -> np.ndarray:
    """A tone that comes and goes, as sounds do."""
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 1.5 * time_s)
    return (amplitude * swell * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def hiss(duration_s: float = 1.0, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ))).astype(np.float32)


class ScriptedVoicer:
    """Answers a label's first request with the label's first clip, and so on; keeps what it was asked."""

    identity = "scripted@1"

    def __init__(self, **clips: Sequence[np.ndarray]) -> None:
        self._clips = {label: list(some) for label, some in clips.items()}
        self.rounds: list[list[VoiceRequest]] = []

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        self.rounds.append([])
        for request in requests:
            self.rounds[-1].append(request)
            yield Sound(samples=self._clips[request.label].pop(0), loop=True)
