"""The listener's head that a user chose."""

from __future__ import annotations

from pathlib import Path

from binaural.hrtf.hrir import Hrtf, default_hrtf, diffuse_field_equalised
from binaural.hrtf.interpolated_head import InterpolatedHead, default_head


def hrtf_from(path: Path | None) -> Hrtf:
    """The set of a SOFA file at 48 kHz, equalised to the diffuse field; the default one without a file.

    Raises:
        InputError: the file can't be used; see :func:`binaural.hrtf.sofa.reader.read_sofa`.
    """
    if path is None:
        return default_hrtf()
    # Imported late: the reader brings a library with it.
    from binaural.hrtf.sofa.reader import read_sofa

    return diffuse_field_equalised(read_sofa(path))


def notes_on(path: Path | None) -> tuple[str, ...]:
    """What was mended in a SOFA file as it was read, each in a sentence.

    Raises:
        InputError: the file can't be used.
    """
    return () if path is None else hrtf_from(path).notices


def head_from(path: Path | None) -> InterpolatedHead:
    """The head of :func:`hrtf_from`, interpolated."""
    return default_head() if path is None else InterpolatedHead(hrtf_from(path))
