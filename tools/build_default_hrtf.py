"""Writes the default HRTF from its SOFA file: ``uv run --with h5py tools/build_default_hrtf.py FILE.sofa``.

FILE.sofa is MIT_KEMAR_normal_pinna.sofa, which Debian's package libmysofa1 installs in /usr/share/libmysofa.
"""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np

OUT = Path(__file__).parents[1] / "binaural" / "hrtf" / "data" / "mit_kemar_normal_pinna.npz"


def main(sofa: Path) -> None:
    """Pack directions and responses; every measured sample is kept."""
    with h5py.File(sofa) as file:
        rate_hz = file["Data.SamplingRate"][0]
        position = file["SourcePosition"]
        responses = file["Data.IR"][:]
        left_y_m, right_y_m = file["ReceiverPosition"][:, 1, 0]
        if position.attrs["Type"] != b"spherical" or position.attrs["Units"] != b"degree, degree, metre":
            sys.exit("the positions aren't in degrees")
        if not left_y_m > 0 > right_y_m or np.any(file["Data.Delay"]):
            sys.exit("the first ear isn't the left one, or delays are kept apart")
        azimuth_deg, elevation_deg = position[:, 0], position[:, 1]
    # The measurement was taken with 16 bits, so 16 bits hold it without loss.
    samples = np.round(responses * 2**15)
    if not np.array_equal(samples / 2**15, responses):
        sys.exit("the responses aren't those of a measurement with 16 bits")
    np.savez_compressed(
        OUT,
        # SOFA counts azimuth anticlockwise from the front, as Sonorama does, but from 0 to 360.
        directions_deg=np.stack([180.0 - (180.0 - azimuth_deg) % 360.0, elevation_deg], axis=1),
        samples=samples.astype("<i2"),
        sample_rate_hz=np.int64(rate_hz),
    )
    print(f"{OUT}: {samples.shape}, {OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
