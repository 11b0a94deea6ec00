"""How well directions are found in what was rendered: ``python -m benchmarks.relocalisation [--hrtf OTHER.sofa]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from binaural.evaluation.localisation import Accuracy, Localiser, accuracy, lateral_angle_deg, scaled_head
from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import Hrtf, default_hrtf, diffuse_field_equalised
from binaural.mix.positioned_signal import PositionedSignal, Samples
from binaural.mix.still import binaural_mix

AZIMUTHS_DEG = np.arange(-175.0, 181.0, 5.0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hrtf", type=Path, help="another measured head, as a SOFA file")
    path = parser.parse_args().hrtf
    hrtf = default_hrtf()
    noise = np.random.default_rng(0).standard_normal(hrtf.sample_rate_hz).astype(np.float32)
    ears_by_azimuth = {azimuth_deg: _rendered(noise, azimuth_deg) for azimuth_deg in AZIMUTHS_DEG}

    print(f"{len(AZIMUTHS_DEG)} directions, 1 s of noise, rendered with {hrtf.name}")
    print(f"{'heard by':<44}{'median °':>10}{'worst °':>10}{'front-back':>12}")
    even, odd = (Localiser(_half_ring(left)) for left in (0, 1))
    azimuths = [(odd if a % 10 == 0 else even).azimuth_deg(ears) for a, ears in ears_by_azimuth.items()]
    _print("the same head, this direction left out", accuracy(list(ears_by_azimuth), azimuths))
    for factor in (0.85, 0.9, 1.1, 1.15):
        _print(f"a head {factor:g} times as large", _found(ears_by_azimuth, Localiser(scaled_head(hrtf, factor))))
    if path:
        from binaural.hrtf.sofa.reader import read_sofa

        other = diffuse_field_equalised(read_sofa(path))
        _print(f"{other.name}, {path.name}"[:43], _found(ears_by_azimuth, Localiser(other)))
    stranger = Localiser(scaled_head(hrtf, 1.1))
    _print("1.1 times as large, channels swapped", _found(ears_by_azimuth, stranger, lambda ears: ears[::-1]))
    mirrored = {azimuth_deg: _rendered(noise, -azimuth_deg) for azimuth_deg in AZIMUTHS_DEG}
    _print("1.1 times as large, azimuths of wrong sign", _found(mirrored, stranger))
    lateral = np.degrees(np.arcsin(np.sin(np.radians(AZIMUTHS_DEG))))
    error = np.abs([lateral_angle_deg(ears_by_azimuth[a], hrtf.sample_rate_hz) for a in AZIMUTHS_DEG] - lateral)
    print(f"{'a sphere, by time alone (lateral angle)':<44}{np.median(error):>10.1f}{error.max():>10.1f}{'':>12}")


def _rendered(noise: Samples, azimuth_deg: float) -> Samples:
    source = PositionedSignal(
        samples=noise, loudness_lufs=0.0, level_db_spl_1m=70.0, kind="point", azimuth_deg=azimuth_deg, distance_m=2.0
    )
    return binaural_mix([source], head=NearestHead(default_hrtf())).T


def _half_ring(left: int) -> Hrtf:
    hrtf = default_hrtf()
    chosen = (np.abs(hrtf.elevation_deg) < 1.0) & (np.round(hrtf.azimuth_deg / 5.0).astype(int) % 2 == left)
    return replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[chosen],
        elevation_deg=hrtf.elevation_deg[chosen],
        hrirs=hrtf.hrirs[chosen],
    )


def _found(
    ears_by_azimuth: dict[float, Samples], localiser: Localiser, ears: Callable[[Samples], Samples] = lambda ears: ears
) -> Accuracy:
    return accuracy(list(ears_by_azimuth), [localiser.azimuth_deg(ears(each)) for each in ears_by_azimuth.values()])


def _print(name: str, result: Accuracy) -> None:
    print(f"{name:<44}{result.median_error_deg:>10.1f}{result.worst_error_deg:>10.1f}{result.front_back_rate:>12.0%}")


if __name__ == "__main__":
    main()
