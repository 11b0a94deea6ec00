"""Positioned mono signals in, two ears out; NumPy arrays only.

A source that passes from left to right, in blocks of 256 samples, for a listener who turns to it:

>>> import numpy as np
>>> from binaural import BinauralRenderer, Listener, live_head
>>> renderer = BinauralRenderer(live_head(), ["point"], block_samples=256, doppler=True)
>>> noise = np.random.default_rng(0).standard_normal((1, 12_800)).astype(np.float32)
>>> blocks = []
>>> for number, block in enumerate(np.split(noise, 50, axis=1)):
...     left_m = 2.0 - 0.08 * number
...     blocks.append(renderer.process(block, [[3.0, left_m, 0.0]], Listener.turned(yaw_deg=0.2 * number)).copy())
>>> np.concatenate(blocks).shape
(12800, 2)

The names below are what a user of the library needs; each is imported when it is first asked for, so that importing the
package costs nothing. Places are in metres, in scene axes: front, left, up.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from binaural.head_path import HeadPath, Pose
    from binaural.hrtf.head import Head, TabulatedHead
    from binaural.hrtf.hrir import SAMPLE_RATE_HZ, Hrtf, default_hrtf, diffuse_field_equalised
    from binaural.hrtf.interpolated_head import InterpolatedHead, default_head, live_head
    from binaural.hrtf.sofa.reader import read_sofa
    from binaural.listener import Listener
    from binaural.live.renderer import BinauralRenderer
    from binaural.loudness.levelling import levelling_gain
    from binaural.loudness.meter import integrated_lufs, normalised, true_peak_dbtp
    from binaural.mix.ambisonics import ambisonic_mix, encoded, rotated
    from binaural.mix.magls import AmbisonicHead, ambisonic_head
    from binaural.mix.moving import moving_mix
    from binaural.mix.positioned_signal import PositionedSignal
    from binaural.mix.room import room_mix
    from binaural.mix.stereo import stereo_mix
    from binaural.mix.still import binaural_mix
    from binaural.room.shoebox import ShoeboxRoom

_HOMES = {
    "head_path": ("HeadPath", "Pose"),
    "hrtf.head": ("Head", "TabulatedHead"),
    "hrtf.hrir": ("SAMPLE_RATE_HZ", "Hrtf", "default_hrtf", "diffuse_field_equalised"),
    "hrtf.interpolated_head": ("InterpolatedHead", "default_head", "live_head"),
    "hrtf.sofa.reader": ("read_sofa",),
    "listener": ("Listener",),
    "live.renderer": ("BinauralRenderer",),
    "loudness.levelling": ("levelling_gain",),
    "loudness.meter": ("integrated_lufs", "normalised", "true_peak_dbtp"),
    "mix.ambisonics": ("ambisonic_mix", "encoded", "rotated"),
    "mix.magls": ("AmbisonicHead", "ambisonic_head"),
    "mix.moving": ("moving_mix",),
    "mix.positioned_signal": ("PositionedSignal",),
    "mix.room": ("room_mix",),
    "mix.stereo": ("stereo_mix",),
    "mix.still": ("binaural_mix",),
    "room.shoebox": ("ShoeboxRoom",),
}
_MODULES = {name: f"binaural.{module}" for module, names in _HOMES.items() for name in names}

__all__ = [
    "SAMPLE_RATE_HZ",
    "AmbisonicHead",
    "BinauralRenderer",
    "Head",
    "HeadPath",
    "Hrtf",
    "InterpolatedHead",
    "Listener",
    "Pose",
    "PositionedSignal",
    "ShoeboxRoom",
    "TabulatedHead",
    "ambisonic_head",
    "ambisonic_mix",
    "binaural_mix",
    "default_head",
    "default_hrtf",
    "diffuse_field_equalised",
    "encoded",
    "integrated_lufs",
    "levelling_gain",
    "live_head",
    "moving_mix",
    "normalised",
    "read_sofa",
    "room_mix",
    "rotated",
    "stereo_mix",
    "true_peak_dbtp",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
