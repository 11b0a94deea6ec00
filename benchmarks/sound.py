"""How long each recipe takes, and how its finished clip measures: ``python -m benchmarks.sound [--seconds 10]``."""

from __future__ import annotations

import argparse
import time

import numpy as np

from binaural.loudness.meter import integrated_lufs, true_peak_dbtp
from server.audio.levelling import levelled_clip
from server.sound.recipes import RECIPES


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each clip")
    seconds = parser.parse_args().seconds
    RECIPES[0].make(1.0, np.random.default_rng(0))  # the first call pays for imports
    print(f"{'recipe':<24}{'make ms':>9}{'finish ms':>11}{'LUFS':>9}{'dBTP':>8}{'crest dB':>10}")
    total_s = 0.0
    for recipe in RECIPES:
        began_s = time.perf_counter()
        raw = recipe.make(seconds, np.random.default_rng(0))
        made_s = time.perf_counter()
        clip = levelled_clip(raw)
        done_s = time.perf_counter()
        total_s += done_s - began_s
        crest_db = 20 * np.log10(np.abs(raw).max() / raw.std())
        print(
            f"{recipe.name:<24}{1e3 * (made_s - began_s):>9.0f}{1e3 * (done_s - made_s):>11.0f}"
            f"{integrated_lufs(clip, 48_000):>9.2f}{true_peak_dbtp(clip, 48_000):>8.2f}{crest_db:>10.1f}"
        )
    print(f"{len(RECIPES)} recipes; mean {1e3 * total_s / len(RECIPES):.0f} ms for {seconds:g} s of sound")


if __name__ == "__main__":
    main()
