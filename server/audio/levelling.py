"""What every clip goes through, whoever made it: a loudness, a ceiling for its peaks, and no DC."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from binaural.loudness.levelling import levelling_gain
from binaural.loudness.meter import true_peak_dbtp
from protocol.errors import InputError

CLIP_LUFS = -23.0
"""Loudness of every clip: the programme level of EBU R 128, which leaves even footsteps room for their peaks."""

CEILING_DBTP = -1.0
"""Highest true peak of a clip (EBU R 128)."""


def levelled_clip(
    samples: NDArray[np.floating[Any]], *, sample_rate_hz: int = 48_000, name: str = "a clip"
) -> NDArray[np.float32]:
    """A clip without DC, at ``CLIP_LUFS``, with true peaks below ``CEILING_DBTP``, that still loops.

    One gain does it where peaks allow. Otherwise a look-ahead limiter takes them down, working round the circle of
    the loop, at the gain that makes the loudness right. Where a clip is so peaked that this does not
    converge (a lone click), the ceiling wins and the clip stays quieter.

    Args:
        samples: mono, shape (n,); a clip shorter than a gating block of 400 ms is measured as if it were repeated.
        sample_rate_hz: of the clip.
        name: of the clip, for errors.

    Returns:
        Samples of the same shape.

    Raises:
        InputError: the clip is empty, silent, not mono, or holds values that are not numbers.
    """
    clip = np.asarray(samples, dtype=np.float64)
    remedy = "make it again, or give a recording with --clips"
    if clip.ndim != 1 or clip.size == 0:
        raise InputError(f"is no mono sound (its shape is {clip.shape})", where=name, remedy=remedy)
    if not np.all(np.isfinite(clip)):
        raise InputError("holds samples that are not numbers", where=name, remedy=remedy)
    clip = clip - clip.mean()
    peak = float(np.max(np.abs(clip)))
    if peak < 1e-9:
        raise InputError("is silent", where=name, remedy=remedy)
    return np.asarray(_levelled(clip / peak, sample_rate_hz), dtype=np.float32)


def _levelled(clip: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """The clip at its loudness, its peaks limited where one gain does not do."""
    gain = levelling_gain(
        clip, sample_rate_hz=sample_rate_hz, target_lufs=CLIP_LUFS, ceiling_dbtp=CEILING_DBTP, circular=True
    )
    levelled = clip * gain
    # A limiter that meets lopsided peaks leaves a little DC behind.
    levelled = levelled - levelled.mean()
    # The last word is the meter's.
    over_db = true_peak_dbtp(levelled, sample_rate_hz) - CEILING_DBTP
    return np.asarray(levelled * 10.0 ** (-max(0.0, over_db) / 20.0))
