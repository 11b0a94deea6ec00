"""A mix of any length, brought to its loudness and written: made once to be measured and once to be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.loudness.levelling import GainCurve, Heard, levelling_curve
from binaural.mix.stem import Blocks
from server.export.encoding import check_space, is_rf64, sound_file
from server.export.report import Report

CEILING_DBTP = -1.0
"""Highest true peak (EBU R 128)."""

DEEPEST_LIMITING_DB = 12.0
"""How much a limiter may take from the highest peak: a bark in a silent park may stay far above the park."""

_HEARD_TWICE = ("measuring loudness", "limiting peaks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A mix in blocks.

    Attributes:
        blocks: makes them, each of shape (n, channels).
        channels: of the mix.
        length_samples: of the mix.
        circular: whether its end joins its beginning.
    """

    blocks: Blocks
    channels: int
    length_samples: int
    circular: bool


def write_levelled(
    out: Path, mix: Mix, *, lufs: float, report: Report, heard: Blocks | None = None, comment: str = ""
) -> None:
    """Write a mix at a loudness, with true peaks of at most −1 dBTP.

    One gain does it where peaks allow; otherwise a look-ahead limiter takes up to 12 dB from them, in all channels
    alike. A programme more peaked than that stays quieter.

    Args:
        out: the file to write, whose suffix says how.
        mix: what is written.
        lufs: the loudness.
        report: told how far it is.
        heard: what has the loudness, in blocks of shape (n, 2), if it isn't the mix itself.
        comment: kept in the file.

    Raises:
        InputError: the place can't be written to, or has too little space.
    """
    check_space(out, channels=mix.channels, length_samples=mix.length_samples)

    def programme() -> Iterator[Heard]:
        if heard is None:
            return (Heard(block, block) for block in mix.blocks())
        return (Heard(ears, block) for ears, block in zip(heard(), mix.blocks(), strict=True))

    gain = programme_gain(programme, lufs=lufs, circular=mix.circular, length_samples=mix.length_samples, report=report)
    write_programme(out, mix, gain, report=report, comment=comment)


def programme_gain(
    programme: Callable[[], Iterable[Heard]],
    *,
    lufs: float,
    circular: bool,
    length_samples: int,
    report: Report,
    deepest_db: float = DEEPEST_LIMITING_DB,
) -> GainCurve:
    """What brings a programme to its loudness, as :func:`write_levelled` has it.

    Args:
        programme: what is heard and what peaks, in blocks.
        lufs: the loudness.
        circular: whether its end joins its beginning.
        length_samples: of the programme.
        report: told how far it is.
        deepest_db: how much a limiter may take; 0 for none.
    """
    steps = iter(_HEARD_TWICE)

    def watched() -> Iterator[Heard]:
        done, step = 0, next(steps)
        for block in programme():
            yield block
            done += len(block.sound)
            report.advance(step, done / length_samples)

    return levelling_curve(
        watched,
        sample_rate_hz=SAMPLE_RATE_HZ,
        target_lufs=lufs,
        ceiling_dbtp=CEILING_DBTP,
        deepest_db=deepest_db,
        circular=circular,
    )


def write_programme(out: Path, mix: Mix, gain: GainCurve, *, report: Report, comment: str = "") -> None:
    """Write a mix through a gain.

    Args:
        out: the file to write, whose suffix says how.
        mix: what is written.
        gain: a factor for all channels alike.
        report: told how far it is.
        comment: kept in the file.

    Raises:
        InputError: the place can't be written to.
    """
    with sound_file(
        out,
        channels=mix.channels,
        length_samples=mix.length_samples,
        sample_rate_hz=SAMPLE_RATE_HZ,
        comment=comment,
    ) as file:
        begin = 0
        for block in report.watched(mix.blocks(), mix.length_samples, "writing"):
            file.write(block * gain.factors(begin, len(block))[:, None].astype(np.float32))
            begin += len(block)
    if is_rf64(out, channels=mix.channels, length_samples=mix.length_samples):
        report.note("is larger than 4 GiB, so it is RF64 (EBU Tech 3306), which some players of WAV don't know")
