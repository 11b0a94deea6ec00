"""Reads damaged files in a process of its own, which may crash, hang or swell, and says of which that is so."""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.seeds import Seed, seeds
from protocol.errors import SonoramaError

PATIENCE_S = 120.0
"""A file that takes longer hangs; on a busy machine, each takes milliseconds."""

_POLL_S = 0.5


@dataclass
class Outcome:
    """What became of the damaged files of one format."""

    read: int = 0
    refused: int = 0
    faults: dict[int, str] = field(default_factory=dict)
    """By the number of the mutation: what it raised, or how the process ended."""
    refusals: Counter[str] = field(default_factory=Counter)
    swollen_mb: float = 0.0
    """How much the largest file made the process grow."""


def outcomes_of(
    names: Sequence[str], numbers: Sequence[int], *, find: Callable[[], Mapping[str, Seed]] = seeds
) -> dict[str, Outcome]:
    """Read damaged files of some formats.

    Args:
        names: of the formats.
        numbers: of the mutations.
        find: where the formats are known.
    """
    outcomes = {name: Outcome() for name in names}
    waiting = [(name, number) for name in names for number in numbers]
    context = multiprocessing.get_context("spawn")
    while waiting:
        ours, theirs = context.Pipe()
        process = context.Process(target=_read_all, args=(find, waiting, theirs), daemon=True)
        process.start()
        theirs.close()
        fault = _collect(ours, waiting, outcomes)
        process.kill()
        process.join()
        if waiting:
            name, number = waiting.pop(0)
            outcomes[name].faults[number] = fault or f"the process ended with {process.exitcode}"
    return outcomes


def _collect(ours: Connection, waiting: list[tuple[str, int]], outcomes: Mapping[str, Outcome]) -> str:
    """Take results until the process ends or hangs; returns what is wrong with the file that waits first."""
    last_s = time.monotonic()
    while waiting:
        try:
            if not ours.poll(_POLL_S):
                if time.monotonic() - last_s > PATIENCE_S:
                    return f"took more than {PATIENCE_S:.0f} s"
                continue
            kind, words, grown_mb = ours.recv()
        except (EOFError, ConnectionError):
            return ""
        last_s = time.monotonic()
        name, number = waiting.pop(0)
        outcome = outcomes[name]
        outcome.swollen_mb = max(outcome.swollen_mb, grown_mb)
        if kind == "read":
            outcome.read += 1
        elif kind == "refused":
            outcome.refused += 1
            outcome.refusals[words] += 1
        else:
            outcome.faults[number] = words
    return ""


def _read_all(find: Callable[[], Mapping[str, Seed]], waiting: Sequence[tuple[str, int]], results: Connection) -> None:
    """Read damaged files and send what became of each; the first of a format is read whole before."""
    known, whole = find(), set[str]()
    # What libraries write there of damaged files is not of interest.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for name, number in waiting:
        seed = known[name]
        if name not in whole:
            kind, words = _read(seed.content, seed)
            if kind != "read":
                results.send(("fault", f"the whole file is not read: {words}", 0.0))
                continue
            whole.add(name)
        before_mb = _peak_mb()
        kind, words = _read(mutated(seed.content, number), seed)
        results.send((kind, words, _peak_mb() - before_mb))


def _read(content: bytes, seed: Seed) -> tuple[str, str]:
    """What became of a file: read, refused, or a fault, and in which words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"damaged{seed.suffix}"
        path.write_bytes(content)
        try:
            seed.read(path)
        except SonoramaError as error:
            words = str(error)
            return ("fault", f"several lines: {words!r}") if "\n" in words else ("refused", error.what)
        except Exception:
            return "fault", traceback.format_exc()
    return "read", ""


def _peak_mb() -> float:
    """The largest that this process ever was."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
