"""How well directions that were left out of a measured head are predicted: ``python -m benchmarks.interpolation``.

Prints Markdown: the log-spectral distortion from 200 Hz to 16 kHz at the near and at the far ear (bins of 23 Hz,
nothing smoothed), the error of the interaural time difference below 1.5 kHz and that of the level difference from
200 Hz to 16 kHz. Where one direction is left out, so are others that are no neighbours of it, to build fewer heads.

Four methods are put side by side, all from the same measured directions:

- *nearest*: the response of the nearest direction;
- *linear*: the barycentric mean of the three responses around, as they are;
- *MCA*: the same mean of responses with the onset delays taken out, the delays interpolated apart, and the level of the
  mean corrected, smoothed over equivalent rectangular bandwidths, to the mean of the levels: after Arend, Pörschmann,
  Weinzierl and Brinkmann (2023, IEEE/ACM TASLP 31), in a plain version of our own;
- *ours*: :class:`binaural.hrtf.head.InterpolatedHead`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.alignment import aligned
from binaural.hrtf.hrir import Hrtf, default_hrtf, diffuse_field_equalised
from binaural.hrtf.interaural import ild_db, itds_s, log_spectral_distortion_db
from binaural.hrtf.interpolated_head import InterpolatedHead
from binaural.hrtf.minimum_phase import minimum_phase_spectrum
from binaural.hrtf.sofa.reader import read_sofa
from binaural.hrtf.spherical_mesh import SphericalMesh, weighted_sums
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]
Method = Callable[[Hrtf, Array], NDArray[np.floating]]

_LOWEST_HZ, _HIGHEST_HZ = 200.0, 16_000.0
_SIZE = 4096


def delayed(responses: NDArray[np.floating], samples: Array) -> NDArray[np.floating]:
    """Responses (N, 2, L) later by fractions of samples (N, 2), turned in the frequency domain."""
    frequency = np.fft.rfftfreq(_SIZE)
    turned = np.fft.rfft(responses, _SIZE) * np.exp(-2j * np.pi * frequency * samples[..., None])
    return np.fft.irfft(turned)[..., : _SIZE // 2]


def nearest(hrtf: Hrtf, directions: Array) -> NDArray[np.floating]:
    """The nearest measured responses."""
    return NearestHead(hrtf).filters(directions)


def linear(hrtf: Hrtf, directions: Array) -> NDArray[np.floating]:
    """Barycentric means of measured responses."""
    mesh = SphericalMesh(scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg))
    return weighted_sums(hrtf.hrirs, *mesh.corners(directions))


def erb_means(frequency_hz: NDArray[np.floating]) -> Array:
    """A matrix that averages over the equivalent rectangular bandwidth around each bin (Glasberg and Moore 1990)."""
    half_hz = 24.7 * (4.37e-3 * frequency_hz + 1.0) / 2.0
    near = np.abs(frequency_hz[:, None] - frequency_hz) <= half_hz[:, None]
    means: Array = near / near.sum(axis=1, keepdims=True)
    return means


def magnitude_corrected(hrtf: Hrtf, directions: Array) -> NDArray[np.floating]:
    """Means of time-aligned responses, corrected in level."""
    mesh = SphericalMesh(scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg))
    corners, weights = mesh.corners(directions)
    delays = aligned(hrtf).delays_samples
    # 16 samples stay in front, so that what rings before the onset is not cut off.
    at_once = delayed(hrtf.hrirs, 16.0 - delays)[..., :1024]
    mean = np.fft.rfft(weighted_sums(at_once, corners, weights), _SIZE)
    levels = weighted_sums(np.abs(np.fft.rfft(at_once, _SIZE)), corners, weights)
    smooth = erb_means(np.fft.rfftfreq(_SIZE, 1.0 / hrtf.sample_rate_hz))
    correction = np.sqrt((levels**2 @ smooth.T) / (np.abs(mean) ** 2 @ smooth.T))
    corrected = np.fft.irfft(mean * minimum_phase_spectrum(correction))[..., :1024]
    return delayed(corrected, weighted_sums(delays, corners, weights))


def ours(taps: int, table_nodes: int = 8000) -> Method:
    """What the renderer uses."""

    def interpolated(hrtf: Hrtf, directions: Array) -> NDArray[np.floating]:
        head = InterpolatedHead(hrtf, taps=taps, table_nodes=table_nodes)
        return delayed(head.filters(directions), head.delays_samples(directions))

    return interpolated


def errors(hrtf: Hrtf, kept: NDArray[np.bool_], asked: NDArray[np.bool_], method: Method) -> Array:
    """Shape (directions asked for, 4): distortion at the near and the far ear in dB, ITD in µs, ILD in dB."""
    known = replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[kept],
        elevation_deg=hrtf.elevation_deg[kept],
        hrirs=hrtf.hrirs[kept],
    )
    directions = scene_from_polar(hrtf.azimuth_deg[asked], hrtf.elevation_deg[asked])
    truth, predicted = hrtf.hrirs[asked], method(known, directions)
    rate_hz = hrtf.sample_rate_hz
    distortion_db = log_spectral_distortion_db(predicted, truth, rate_hz, lowest_hz=_LOWEST_HZ, highest_hz=_HIGHEST_HZ)
    near = (directions[:, 1] < 0.0).astype(np.intp)
    rows = np.arange(len(directions))
    itd_us = 1e6 * np.abs(itds_s(predicted, rate_hz) - itds_s(truth, rate_hz))
    levels_db = [
        ild_db(a, rate_hz, lowest_hz=_LOWEST_HZ, highest_hz=_HIGHEST_HZ)
        - ild_db(b, rate_hz, lowest_hz=_LOWEST_HZ, highest_hz=_HIGHEST_HZ)
        for a, b in zip(predicted, truth, strict=True)
    ]
    return np.column_stack([distortion_db[rows, near], distortion_db[rows, 1 - near], itd_us, np.abs(levels_db)])


def spread(points: Array, count: int) -> NDArray[np.bool_]:
    """An even choice of points: from the frontmost on, always the one furthest from those chosen."""
    chosen = np.zeros(len(points), dtype=np.bool_)
    nearest_cosine = np.full(len(points), -2.0)
    following = int(np.argmax(points[:, 0]))
    for _ in range(count):
        chosen[following] = True
        nearest_cosine = np.maximum(nearest_cosine, points @ points[following])
        following = int(np.argmin(np.where(chosen, 2.0, nearest_cosine)))
    return chosen


def without_neighbours(points: Array) -> Iterator[NDArray[np.bool_]]:
    """Choices of what to keep, so that each point is left out once, never together with a neighbour of its own."""
    triangles = SphericalMesh(points).triangles
    colour = np.full(len(points), -1)
    for point in range(len(points)):
        around = triangles[(triangles == point).any(axis=1)]
        colour[point] = min(set(range(len(points))) - set(colour[around].ravel().tolist()))
    for number in range(colour.max() + 1):
        yield colour != number


def splits(hrtf: Hrtf) -> Iterator[tuple[str, list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]]]:
    """What is kept and what is asked for, for each row of the table."""
    points = scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)
    everything = np.ones(len(points), dtype=np.bool_)
    yield f"all {len(points)}, at themselves", [(everything, everything)]
    yield f"all {len(points)}, one left out", [(kept, ~kept) for kept in without_neighbours(points)]
    for thinning in (2, 4, 8):
        count = len(points) // thinning
        kept = spread(points, count)
        yield f"1 of {thinning} kept ({count})", [(kept, ~kept)]
    lowest_deg = float(np.min(hrtf.elevation_deg))
    kept = hrtf.elevation_deg >= lowest_deg + 19.5
    yield f"nothing below {lowest_deg + 20:.0f}°", [(kept, ~kept)]


def what_the_table_adds(hrtf: Hrtf, taps: int) -> None:
    """Print the second table: the error between nodes, against a table of many more."""
    random = np.random.default_rng(0).standard_normal((500, 3))
    directions = random / np.linalg.norm(random, axis=1, keepdims=True)
    rate_hz = hrtf.sample_rate_hz
    exact = ours(taps, 60_000)(hrtf, directions)
    print("| nodes | MiB | built in s | 128 filters in ms | level dB, 50 / 99 % | ITD µs, 50 / 99 % |")
    print("|---|---|---|---|---|---|")
    for nodes in (1000, 4000, 8000, 16_000):
        began_s = time.perf_counter()
        head = InterpolatedHead(hrtf, taps=taps, table_nodes=nodes)
        built_s = time.perf_counter() - began_s
        asked_s = []
        for _ in range(50):
            began_s = time.perf_counter()
            head.filters(directions[:128])
            asked_s.append(time.perf_counter() - began_s)
        mixed_ears = delayed(head.filters(directions), head.delays_samples(directions))
        level_db = np.quantile(log_spectral_distortion_db(mixed_ears, exact, rate_hz), [0.5, 0.99])
        itd_us = np.quantile(1e6 * np.abs(itds_s(mixed_ears, rate_hz) - itds_s(exact, rate_hz)), [0.5, 0.99])
        print(
            f"| {len(head.table)} | {head.table.nbytes / 2**20:.1f} | {built_s:.2f} | {1e3 * np.median(asked_s):.2f} "
            f"| {level_db[0]:.3f} / {level_db[1]:.2f} | {itd_us[0]:.2f} / {itd_us[1]:.1f} |"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hrtf", type=Path, help="a SOFA file; else the default set, equalised to the diffuse field")
    parser.add_argument("--taps", type=int, nargs="+", default=[256, 512], help="filter lengths of ours")
    arguments = parser.parse_args()
    hrtf = diffuse_field_equalised(read_sofa(arguments.hrtf)) if arguments.hrtf else default_hrtf()
    methods: dict[str, Method] = {"nearest": nearest, "linear": linear, "MCA": magnitude_corrected}
    methods |= {f"ours, {taps} taps": ours(taps) for taps in arguments.taps}
    print(f"{hrtf.name}: error, median / 90 %\n")
    print("| measured | method | near ear dB | far ear dB | ITD µs | ILD dB |\n|---|---|---|---|---|---|")
    for row, choices in splits(hrtf):
        for name, method in methods.items():
            found = np.concatenate([errors(hrtf, kept, asked, method) for kept, asked in choices])
            middle, most = np.quantile(found, [0.5, 0.9], axis=0)
            cells = [
                f"{a:.{digits}f} / {b:.{digits}f}" for a, b, digits in zip(middle, most, (2, 2, 1, 2), strict=True)
            ]
            print(f"| {row} | {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nWhat the table of {arguments.taps[0]} taps adds at 500 directions anywhere, against 60,000 nodes\n")
    what_the_table_adds(hrtf, arguments.taps[0])


if __name__ == "__main__":
    main()
