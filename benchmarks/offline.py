"""Sources that stand still, rendered to a file by whoever can: ``python -m benchmarks.offline``.

    uv run --all-extras --group bench python -m benchmarks.offline

All get the same clips of 10 s at the same measured directions of MIT KEMAR, and one thread. The peers convolve each
source with the two measured responses; so does the plain loop over scipy, which is what most scripts do.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable

import numpy as np
import scipy.signal

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interpolated_head import live_head
from binaural.listener import Listener
from binaural.live.renderer import BinauralRenderer
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.still import binaural_mix

RATE_HZ, SECONDS, SOURCES, ROUNDS = 48_000, 10, 16, 3
CLIPS = np.random.default_rng(0).standard_normal((SOURCES, SECONDS * RATE_HZ)).astype(np.float32)
HEAD = NearestHead(default_hrtf())
ROWS = np.linspace(0, len(HEAD.nodes) - 1, SOURCES).astype(int)


def by_scipy() -> object:
    """A loop."""
    return sum(
        scipy.signal.fftconvolve(clip[:, None], HEAD.table[row].T, axes=0)
        for clip, row in zip(CLIPS, ROWS, strict=True)
    )


def by_pyfar() -> object:
    """Its convolution of signals."""
    import pyfar

    def rendered(clip: np.ndarray, row: int) -> np.ndarray:
        both = pyfar.dsp.convolve(pyfar.Signal(clip, RATE_HZ), pyfar.Signal(HEAD.table[row], RATE_HZ))
        return both.time  # type: ignore[no-any-return]

    return sum(rendered(clip, row) for clip, row in zip(CLIPS, ROWS, strict=True))


def by_slab() -> object:
    """Its filters, which HRTFs are made of."""
    import slab

    def rendered(clip: np.ndarray, row: int) -> np.ndarray:
        ears = slab.Filter(HEAD.table[row].T, samplerate=RATE_HZ, fir="IR")
        return ears.apply(slab.Sound(np.repeat(clip[:, None], 2, axis=1), samplerate=RATE_HZ)).data  # type: ignore[no-any-return]

    return sum(rendered(clip, row) for clip, row in zip(CLIPS, ROWS, strict=True))


def by_pyroomacoustics() -> object:
    """A room without walls, whose microphones hear with the measured directivities."""
    import pyroomacoustics as pra

    room = pra.AnechoicRoom(3, fs=RATE_HZ)
    file = pra.directivities.MeasuredDirectivityFile(SOFA, fs=RATE_HZ, interp_order=12, interp_n_points=1000)
    ahead = pra.directivities.Rotation3D([0.0, 0.0], rot_order="yz")
    ears = [file.get_mic_directivity(ear, orientation=ahead) for ear in (0, 1)]
    room.add_microphone_array(pra.MicrophoneArray(np.zeros((3, 2)), fs=RATE_HZ, directivity=ears))
    for clip, row in zip(CLIPS, ROWS, strict=True):
        room.add_source(2.0 * HEAD.nodes[row], signal=clip)
    room.simulate()
    return room.mic_array.signals


SOFA = "/usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa"


def ours_still() -> object:
    """What ``sonorama render`` does of a scene without echoes."""
    azimuth_deg, elevation_deg = (default_hrtf().azimuth_deg[ROWS], default_hrtf().elevation_deg[ROWS])
    signals = [
        PositionedSignal(
            samples=clip, loudness_lufs=-23.0, level_db_spl_1m=70.0, kind="point", distance_m=2.0,
            azimuth_deg=float(azimuth), elevation_deg=float(elevation),
        )
        for clip, azimuth, elevation in zip(CLIPS, azimuth_deg, elevation_deg, strict=True)
    ]  # fmt: skip
    return binaural_mix(signals, head=HEAD)


def ours_in_blocks() -> object:
    """As it would be live, of 256 samples each, with sources that could move."""
    engine = BinauralRenderer(live_head(), ["point"] * SOURCES)
    places, listener = 2.0 * HEAD.nodes[ROWS], Listener()
    blocks = [
        engine.process(CLIPS[:, begin : begin + 256], places, listener).copy()
        for begin in range(0, CLIPS.shape[1] - 255, 256)
    ]
    return np.concatenate(blocks)


def main() -> None:
    """Print the table."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    contenders: dict[str, Callable[[], object]] = {
        "Sonorama, still": ours_still,
        "Sonorama, in blocks": ours_in_blocks,
        "scipy.signal.fftconvolve": by_scipy,
        "pyfar.dsp.convolve": by_pyfar,
        "slab.Filter.apply": by_slab,
        "pyroomacoustics, anechoic, SOFA": by_pyroomacoustics,
    }
    print(f"| {SOURCES} still sources of {SECONDS} s | seconds | × ours |\n|---|---:|---:|")
    reference = 0.0
    for name, contender in contenders.items():
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            try:
                contender()
            except (ImportError, FileNotFoundError) as error:
                print(f"| {name} | – | {error} |")
                break
            seconds.append(time.perf_counter() - began)
        if seconds:
            reference = reference or min(seconds)
            print(f"| {name} | {min(seconds):.2f} | {min(seconds) / reference:.1f} |")


if __name__ == "__main__":
    main()
