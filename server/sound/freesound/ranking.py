"""Which of the sounds found fit best: by their words and ratings before, and by how they loop once they are heard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.audio.loop import RATE_HZ
from server.sound.freesound.client import FoundSound
from server.sound.recordings.naming import title
from server.sound.words import phrases

# A name that is the label counts as much as anything; each word that it has beside dilutes it.
_NAME, _TAGS, _PROMPT, _RATING = 1.0, 0.5, 0.5, 0.5
# So many ratings weigh as much as none at all.
_DOUBT = 5
_MIDDLE, _HALF = 2.5, 2.5
_EDGE_S = 0.5
_BANDS = 24
# Levels of beginning and end that differ by so much halve the likeness.
_STEP_DB = 6.0
# An end so far below the loudest is quiet, and so needs no likeness to the beginning.
_QUIET_DB = -40.0


def ranked(found: Sequence[FoundSound], *, label: str, prompt: str) -> list[FoundSound]:
    """Sounds by their words and ratings, the best first; where those agree, in the order given.

    Args:
        found: of the search.
        label: what the source is.
        prompt: what it sounds like.
    """
    return sorted(found, key=lambda sound: -text_fit(sound, label=label, prompt=prompt))


def text_fit(sound: FoundSound, *, label: str, prompt: str) -> float:
    """How well a sound's words and ratings fit, about 0 to 2.5.

    Args:
        sound: what was found.
        label: what the source is.
        prompt: what it sounds like.
    """
    wanted, asked = _stems(label), _stems(prompt)
    name, tags = _stems(title(Path(sound.name.replace("/", " ")))), _stems(" ".join(sound.tags))
    everything = name | tags | _stems(sound.description)
    rating = (sound.avg_rating - _MIDDLE) / _HALF * sound.num_ratings / (sound.num_ratings + _DOUBT)
    return (
        _NAME * len(wanted & name) / max(1, len(wanted | name))
        + _TAGS * len(wanted & tags) / max(1, len(wanted))
        + _PROMPT * len(asked & everything) / max(1, len(asked))
        + _RATING * rating
    )


def loopability(samples: NDArray[np.floating[Any]]) -> float:
    """How well the end of a sound goes on in its beginning, in [0, 1].

    It is the likeness of their spectra, less where the level steps. An end in quiet joins anything: it is one event.

    Args:
        samples: mono at 48 kHz, shape (n,), n > 0.
    """
    edge = max(1, min(round(_EDGE_S * RATE_HZ), len(samples) // 2))
    first, last = samples[:edge], samples[-edge:]
    loudest = float(np.max(np.abs(samples), initial=0.0))
    if loudest == 0.0:
        return 0.0
    if float(np.max(np.abs(last))) <= loudest * 10.0 ** (_QUIET_DB / 20.0):
        return 1.0
    begins, ends = _bands(first), _bands(last)
    step_db = 10.0 * np.log10((begins.sum() + 1e-12) / (ends.sum() + 1e-12))
    one, other = np.sqrt(begins), np.sqrt(ends)
    alike = float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))
    return min(1.0, alike * float(2.0 ** (-abs(step_db) / _STEP_DB)))


def _bands(samples: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The power in bands from 50 Hz to the top, evenly spaced on a logarithmic scale, shape (bands,)."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2 / len(samples)
    edges_hz = np.geomspace(50.0, RATE_HZ / 2, _BANDS + 1)
    edges = np.minimum((edges_hz * len(samples) / RATE_HZ).astype(np.intp), len(power) - 1)
    return np.add.reduceat(power, edges[:-1]).astype(np.float64)


def _stems(text: str) -> set[str]:
    return {word.stem for phrase in phrases(text.replace("-", " ").replace("_", " ")) for word in phrase}
