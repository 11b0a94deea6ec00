"""``python -m benchmarks.fuzz [FORMAT...] --count 2000``: a line for each format, a trace for each kind of fault."""

from __future__ import annotations

import argparse
import sys

from benchmarks.fuzz.reading import outcomes_of
from benchmarks.fuzz.seeds import seeds


def main() -> int:
    """Read damaged files of every format, or of those named; fails if one was neither read nor refused."""
    known = seeds()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=f"of {', '.join(known)}; else all")
    parser.add_argument("--count", type=int, default=2000, help="how many files of each")
    parser.add_argument("--first", type=int, default=0, help="the number of the first mutation")
    parser.add_argument("--refusals", action="store_true", help="say what was refused, too")
    arguments = parser.parse_args()
    faults = 0
    for name in arguments.formats or known:
        numbers = range(arguments.first, arguments.first + arguments.count)
        outcome = outcomes_of([name], numbers)[name]
        faults += len(outcome.faults)
        print(
            f"{name:<18}{outcome.read:>6} read {outcome.refused:>6} refused {len(outcome.faults):>4} faults"
            f"{outcome.swollen_mb:>8.0f} MB at most",
            flush=True,
        )
        shown = set()
        for number, words in outcome.faults.items():
            kind = words.rstrip().splitlines()[-1][:60]
            if kind not in shown:
                print(f"  number {number}: {words}", flush=True)
            shown.add(kind)
        if arguments.refusals:
            for words, count in outcome.refusals.most_common(12):
                print(f"  {count:>5} {words}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
