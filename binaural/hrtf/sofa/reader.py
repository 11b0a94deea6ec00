"""The HRIRs of a SOFA file (AES69-2022), convention SimpleFreeFieldHRIR."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ, Hrtf
from binaural.hrtf.sofa.ears import left_ear
from binaural.hrtf.sofa.file import SofaFile, check_kind, unusable
from binaural.hrtf.sofa.grid import EMPTIEST_DEG, extent_words, furthest, stand_ins, widest_gap
from binaural.hrtf.sofa.responses import delayed, resampled
from protocol.coordinates import polar_from_scene

Array = NDArray[np.float64]

# An octahedron, or a ring by sixths.
_FEWEST_DIRECTIONS = 6
# A set of which more than this is silent or damaged is no set.
_MOST_LEFT_OUT = 0.5


def read_sofa(path: Path | str, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Hrtf:
    """The head in a SOFA file, as it was measured, at the rate asked for.

    Positions may be spherical or Cartesian; they are taken relative to the listener's position, view and up. The file's
    delays are written into the HRIRs. Where a direction occurs twice, as in sets of several distances, the furthest is
    taken. The left ear comes first, whatever the file's order. A change of rate keeps arrival times and levels. A file
    is read once for as long as it stays unchanged.

    What can be mended is mended, and told in the result's ``notices``: measurements that are silent or hold NaN are
    left out, ears that the positions confuse are told by their sound, and in a set that doesn't go all around (a ring,
    an upper hemisphere) directions as far to the side stand in for those that were not measured.

    For headphones equalised to the diffuse field, see :func:`binaural.hrtf.hrir.diffuse_field_equalised`.

    Args:
        path: a file whose name ends in .sofa.
        sample_rate_hz: of the result.

    Returns:
        The directions in the file's order, then those that were made up.

    Raises:
        InputError: the file is missing, damaged or of another convention; most of it is silent or holds NaN; it has one
            ear or more than two, or neither positions nor sound tell them apart; it has fewer than 6 directions, or
            none on a whole side.
    """
    path = Path(path)
    check_kind(path)
    state = path.stat()
    return _read(path.resolve(), state.st_mtime_ns, state.st_size, sample_rate_hz)


@lru_cache(maxsize=4)
def _read(path: Path, _mtime_ns: int, _size: int, sample_rate_hz: int) -> Hrtf:
    file, notices = SofaFile(path), []
    hrirs = file.numbers("Data_IR")
    if hrirs.ndim == 3 and hrirs.shape[2] == 2 != hrirs.shape[1]:
        hrirs = hrirs.transpose(0, 2, 1)
        notices.append("its Data.IR has receivers and samples in each other's place: exchanged")
    if hrirs.ndim != 3 or hrirs.shape[1] != 2:
        what = f"it holds responses of shape {hrirs.shape}, not of two ears"
        raise unusable(path, what, "give a set with two receivers")
    rate_hz, count = file.rate_hz(), len(hrirs)
    offsets, delays = _offsets(file, count), file.delays(count, rate_hz)

    # Measurements that can be used, each direction once.
    sound = np.isfinite(hrirs).all(axis=(1, 2)) & np.any(np.nan_to_num(hrirs), axis=2).all(axis=1)
    sound &= np.isfinite(offsets).all(axis=1)
    if sound.mean() < 1.0 - _MOST_LEFT_OUT:
        what = f"{count - int(sound.sum())} of its {count} measurements are silent or have NaN or infinity in them"
        raise unusable(path, what, "measure them again, or give another set")
    if not sound.all():
        notices.append(f"left out, since silent or not numbers: measurement {_numbered(np.flatnonzero(~sound))}")
    whole = np.flatnonzero(sound)
    if np.linalg.norm(offsets[whole], axis=1).min() < 1e-6:
        raise unusable(path, "a source is at the listener", "mend the positions")
    kept = whole[furthest(offsets[whole])]
    if len(kept) < _FEWEST_DIRECTIONS:
        what = f"it holds {len(kept)} directions, and {_FEWEST_DIRECTIONS} are the fewest around a head"
        raise unusable(path, what, "give a set that was measured all around")
    directions = offsets[kept] / np.linalg.norm(offsets[kept], axis=1, keepdims=True)

    # The left ear first.
    ears = left_ear(file.receivers(count), hrirs[kept], directions)
    if ears is None:
        what = "neither its ReceiverPosition nor its sound tells left from right"
        raise unusable(path, what, "put the left ear at positive y")
    left, odd = ears
    notices += [odd] if odd else []
    order = [left, 1 - left]
    heard = resampled(delayed(hrirs[kept][:, order], delays[kept][:, order]), rate_hz, sample_rate_hz)

    # All around.
    gap_deg, emptiest = widest_gap(directions)
    measured = extent_words(directions)
    if gap_deg >= EMPTIEST_DEG:
        filled = stand_ins(directions)
        if filled is None:
            azimuth_deg, elevation_deg, _ = polar_from_scene(emptiest)
            what = (
                f"it leaves a side empty: nothing was measured within {gap_deg:.0f}° of azimuth {azimuth_deg:.0f}°, "
                f"elevation {elevation_deg:.0f}°"
            )
            raise unusable(path, what, "give a set with both sides of the head")
        made_up, by = filled
        directions, heard = np.concatenate([directions, made_up]), np.concatenate([heard, heard[by]])
        notices.append(f"measured only {measured}: elsewhere what is as far to the side stands in")
    azimuth_deg, elevation_deg, _ = polar_from_scene(directions)
    return Hrtf(
        name=file.title,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        hrirs=heard,
        sample_rate_hz=sample_rate_hz,
        source=f"{len(kept)} directions {measured}, {hrirs.shape[2]} samples each at {rate_hz} Hz",
        notices=tuple(notices),
    )


def _offsets(file: SofaFile, count: int) -> Array:
    """From the listener to the sources, in the listener's axes: front, left, up; shape (count, 3)."""
    sources = file.points("SourcePosition", kind="spherical")
    if len(sources) not in (1, count):
        raise unusable(file.path, f"it holds {count} responses from {len(sources)} places", "give a place for each")
    place, view, up = np.zeros((1, 3)), np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0]])
    if file.has("ListenerPosition"):
        place = file.points("ListenerPosition", kind="cartesian")
    if file.has("ListenerView") and file.has("ListenerUp"):
        view, up = (file.points(name, kind="cartesian") for name in ("ListenerView", "ListenerUp"))
    if any(len(points) not in (1, count) for points in (place, view, up)):
        raise unusable(file.path, "its listener isn't placed or turned for each measurement", "mend the positions")
    left = np.cross(up, view)
    axes = np.stack(np.broadcast_arrays(view, left, np.cross(view, left)), axis=1)
    lengths = np.linalg.norm(axes, axis=2, keepdims=True)
    if not lengths.min() > 1e-6:
        raise unusable(file.path, "the listener's view is along its up", "mend the positions")
    offsets = np.broadcast_to(sources - place, (count, 3))
    turned: Array = np.einsum("mij,mj->mi", np.broadcast_to(axes / lengths, (count, 3, 3)), offsets)
    return turned


def _numbered(indices: NDArray[np.intp]) -> str:
    """The first few of some numbers."""
    first = ", ".join(str(index) for index in indices[:5])
    return first if len(indices) <= 5 else f"{first} and {len(indices) - 5} more"
