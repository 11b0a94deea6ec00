"""The HRIRs of a SOFA file (AES69-2022), convention SimpleFreeFieldHRIR."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError, cKDTree

from binaural.hrtf.hrir import SAMPLE_RATE_HZ, Hrtf
from protocol.coordinates import polar_from_scene, scene_from_polar
from protocol.errors import InputError, os_reason

Array = NDArray[np.float64]

_CONVENTION = "SimpleFreeFieldHRIR"
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# An octahedron: the fewest that lie all around.
_FEWEST_DIRECTIONS = 6
_EMPTIEST_DEG = 80.0
# Directions nearer than this are one; half a step of the finest turntables.
_SAME_DEG = 0.1
# A windowed sinc of twice as many taps delays by fractions.
_HALF_SINC = 32


def read_sofa(path: Path | str, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Hrtf:
    """The head in a SOFA file, as it was measured, at the rate asked for.

    Positions may be spherical or Cartesian; they are taken relative to the listener's position, view and up. The file's
    delays are written into the HRIRs. Where a direction occurs twice, as in sets of several distances, the furthest is
    taken. The left ear comes first, whatever the file's order. A change of rate keeps arrival times
    and levels. A file is read once for as long as it stays unchanged.

    For headphones equalised to the diffuse field, see :func:`binaural.hrtf.hrir.diffuse_field_equalised`.

    Args:
        path: a file whose name ends in .sofa.
        sample_rate_hz: of the result.

    Returns:
        The directions in the file's order.

    Raises:
        InputError: the file is missing, damaged or of another convention; it holds NaN or infinity, a silent HRIR,
            one ear or more than two, or ears whose sides the positions do not tell or the HRIRs contradict; it
            has fewer than 6 directions, or leaves a hemisphere empty: somewhere on the sphere is a point with no
            direction within 80° of it.
    """
    path = Path(path)
    try:
        state = path.stat()
        with path.open("rb") as file:
            signature = file.read(len(_HDF5_SIGNATURE))
    except OSError as error:
        raise _unusable(path, f"it can't be read ({os_reason(error)})", "check the path") from error
    if signature != _HDF5_SIGNATURE:
        raise _unusable(path, "this is not a SOFA file", "give a .sofa file as AES69 defines it (HDF5)")
    if path.suffix != ".sofa":
        raise _unusable(path, "its name does not end in .sofa", "rename it")
    return _read(path.resolve(), state.st_mtime_ns, state.st_size, sample_rate_hz)


def _unusable(path: Path, what: str, remedy: str) -> InputError:
    return InputError(what, where=str(path), remedy=remedy)


@lru_cache(maxsize=4)
def _read(path: Path, _mtime_ns: int, _size: int, sample_rate_hz: int) -> Hrtf:
    sofa = _opened(path)
    hrirs = _numbers(path, sofa, "Data_IR")
    if hrirs.ndim != 3 or hrirs.shape[1] != 2:
        what = f"it holds responses of shape {hrirs.shape}, not of two ears"
        raise _unusable(path, what, "give a set with two receivers")
    rates_hz = np.unique(_numbers(path, sofa, "Data_SamplingRate"))
    if len(rates_hz) != 1 or rates_hz[0] <= 0.0 or rates_hz[0] != round(rates_hz[0]):
        raise _unusable(path, f"its sample rate is {rates_hz.tolist()} Hz", "give a set with one whole number of hertz")
    if not np.all(np.any(hrirs, axis=2)):
        silent = int(np.argmin(np.all(np.any(hrirs, axis=2), axis=1)))
        raise _unusable(path, f"measurement {silent} is silent", "leave it out or measure it again")
    offsets = _offsets(path, sofa, len(hrirs))
    kept = _furthest(offsets)
    directions = offsets[kept] / np.linalg.norm(offsets[kept], axis=1, keepdims=True)
    _check_grid(path, directions)

    left = _left_ear(path, sofa, len(hrirs))
    delays = _numbers(path, sofa, "Data_Delay")
    if delays.size not in (2, 2 * len(hrirs)) or delays.min() < 0.0:
        raise _unusable(path, "its Data.Delay is negative or not of its measurements", "mend the delays")
    delays = np.broadcast_to(delays.reshape(-1, 2), (len(hrirs), 2))
    ears = [left, 1 - left]
    delayed = _delayed(hrirs[kept][:, ears], delays[kept][:, ears])
    _check_sides(path, delayed, directions)

    azimuth_deg, elevation_deg, _ = polar_from_scene(directions)
    return Hrtf(
        name=str(getattr(sofa, "GLOBAL_Title", "") or path.stem),
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        hrirs=_resampled(delayed, int(rates_hz[0]), sample_rate_hz),
        sample_rate_hz=sample_rate_hz,
    )


def _opened(path: Path) -> Any:
    import sofar

    try:
        # Not verified as a whole, for many files in use break a rule that does no harm; what is used is checked here.
        sofa = sofar.read_sofa(str(path), verify=False, verbose=False)
        convention = str(sofa.GLOBAL_SOFAConventions)
    except Exception as error:  # netCDF and sofar raise whatever a damaged file makes them stumble over
        raise _unusable(path, f"it can't be read as SOFA ({error})", "copy it again from its source") from error
    if convention != _CONVENTION:
        raise _unusable(path, f"its convention is {convention}", f"give a set of HRIRs, {_CONVENTION}")
    return sofa


def _numbers(path: Path, sofa: Any, name: str) -> Array:
    """A variable of the file, at least one-dimensional and finite."""
    sofa_name = name.replace("_", ".") if name.startswith("Data_") else name
    if not hasattr(sofa, name):
        raise _unusable(path, f"it has no {sofa_name}", "give a complete file")
    numbers: Array = np.atleast_1d(np.ma.filled(np.ma.asarray(getattr(sofa, name), dtype=np.float64), np.nan))
    if not numbers.size or not np.all(np.isfinite(numbers)):
        raise _unusable(
            path, f"its {sofa_name} is empty or has NaN or infinity in it", "mend or leave out those measurements"
        )
    return numbers


def _points(path: Path, sofa: Any, name: str, kind: str) -> Array:
    """Positions in metres, shape (n, 3)."""
    numbers = _numbers(path, sofa, name)
    if numbers.size % 3:
        raise _unusable(path, f"its {name} is not of three coordinates", "mend the positions")
    numbers = numbers.reshape(-1, 3)
    points: Array = scene_from_polar(*numbers.T) if kind == "spherical" else numbers
    return points


def _offsets(path: Path, sofa: Any, count: int) -> Array:
    """From the listener to the sources, in the listener's axes: front, left, up; shape (count, 3)."""
    sources = _points(path, sofa, "SourcePosition", str(getattr(sofa, "SourcePosition_Type", "spherical")))
    if len(sources) not in (1, count):
        raise _unusable(path, f"it holds {count} responses from {len(sources)} places", "give a place for each")
    place, view, up = np.zeros((1, 3)), np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0]])
    if hasattr(sofa, "ListenerPosition"):
        place = _points(path, sofa, "ListenerPosition", str(getattr(sofa, "ListenerPosition_Type", "cartesian")))
    if hasattr(sofa, "ListenerView") and hasattr(sofa, "ListenerUp"):
        kind = str(getattr(sofa, "ListenerView_Type", "cartesian"))
        view, up = _points(path, sofa, "ListenerView", kind), _points(path, sofa, "ListenerUp", kind)
    left = np.cross(up, view)
    axes = np.stack(np.broadcast_arrays(view, left, np.cross(view, left)), axis=1)
    lengths = np.linalg.norm(axes, axis=2, keepdims=True)
    offsets = sources - place
    if lengths.min() < 1e-6 or np.linalg.norm(offsets, axis=1).min() < 1e-6:
        raise _unusable(
            path, "a source is at the listener, or the listener's view is along its up", "mend the positions"
        )
    turned: Array = np.einsum("mij,mj->mi", np.broadcast_to(axes / lengths, (len(offsets), 3, 3)), offsets)
    return np.broadcast_to(turned, (count, 3))


def _furthest(offsets: Array) -> NDArray[np.intp]:
    """The indices of the furthest measurement in each direction."""
    distances_m = np.linalg.norm(offsets, axis=1)
    # To the millimetre, so that of one distance the first in the file is taken.
    ranking = np.argsort(-np.round(distances_m, 3), kind="stable")
    ranked = (offsets / distances_m[:, None])[ranking]
    dropped = np.zeros(len(ranking), dtype=np.bool_)
    pairs = cKDTree(ranked).query_pairs(2.0 * np.sin(np.radians(_SAME_DEG) / 2.0), output_type="ndarray")
    for first, second in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]:
        dropped[second] |= not dropped[first]
    return np.sort(ranking[~dropped])


def _check_grid(path: Path, directions: Array) -> None:
    if len(directions) < _FEWEST_DIRECTIONS:
        what = f"it holds {len(directions)} directions, and {_FEWEST_DIRECTIONS} are the fewest around a head"
        raise _unusable(path, what, "give a set that was measured all around")
    try:
        # A face of the convex hull is the widest circle around its corners without a direction in it.
        faces = ConvexHull(directions).equations
    except QhullError:
        raise _unusable(
            path, "all its directions lie in one plane", "give a set that was measured all around"
        ) from None
    widest = faces[np.argmax(faces[:, 3])]
    empty_deg = float(np.degrees(np.arccos(np.clip(-widest[3], -1.0, 1.0))))
    if empty_deg >= _EMPTIEST_DEG:
        azimuth_deg, elevation_deg, _ = polar_from_scene(widest[:3])
        what = (
            f"it leaves a hemisphere empty: nothing was measured within {empty_deg:.0f}° of azimuth "
            f"{azimuth_deg:.0f}°, elevation {elevation_deg:.0f}°"
        )
        raise _unusable(path, what, f"give a set without a gap of {_EMPTIEST_DEG:.0f}° or more")


def _left_ear(path: Path, sofa: Any, count: int) -> int:
    """Which of the two receivers is further to the left."""
    receivers = _numbers(path, sofa, "ReceiverPosition")
    receivers = receivers.reshape(2, 3, -1) if receivers.size in (6, 6 * count) else np.zeros((2, 3, 1))
    if str(getattr(sofa, "ReceiverPosition_Type", "cartesian")) == "spherical":
        receivers = np.moveaxis(scene_from_polar(*np.moveaxis(receivers, 1, 0)), -1, 1)
    left_m = receivers[:, 1].mean(axis=1)
    if abs(left_m[0] - left_m[1]) < 1e-3:
        raise _unusable(path, "its ReceiverPosition does not tell left from right", "put the left ear at positive y")
    return int(np.argmax(left_m))


def _check_sides(path: Path, hrirs: Array, directions: Array) -> None:
    """The ear that is nearer to a source is the louder one, over all directions."""
    left, right = np.log(np.sum(hrirs**2, axis=2)).T
    if np.sum((left - right) * directions[:, 1]) < 0.0:
        what = "its ears are swapped: sources on the left are louder at the ear that is said to be right"
        raise _unusable(path, what, "swap the rows of ReceiverPosition")


def _delayed(hrirs: Array, delays_samples: Array) -> Array:
    """HRIRs (M, 2, N) delayed by samples (M, 2): whole samples by a shift, fractions by a windowed sinc."""
    whole = np.floor(delays_samples).astype(np.intp)
    rest = delays_samples - whole
    count, ears, length = hrirs.shape
    if rest.any():
        taps = np.arange(-_HALF_SINC, _HALF_SINC + 1)
        # Kaiser's window of −80 dB (Oppenheim and Schafer, section 7.5): flat to 0.9 of the band.
        away = taps - rest[..., None]
        window = np.i0(7.857 * np.sqrt(np.maximum(1.0 - (away / (_HALF_SINC + 1)) ** 2, 0.0))) / np.i0(7.857)
        size = 1 << (length + len(taps)).bit_length()
        spectra = np.fft.rfft(hrirs, size) * np.fft.rfft(np.sinc(away) * window, size)
        hrirs = np.fft.irfft(spectra)[..., : length + 2 * _HALF_SINC]
        # The sinc begins before its middle.
        whole = whole - _HALF_SINC
    begin = max(0, -int(whole.min()))
    delayed = np.zeros((count, ears, begin + max(0, int(whole.max())) + hrirs.shape[-1]))
    for shift in np.unique(whole):
        delayed[whole == shift, begin + shift : begin + shift + hrirs.shape[-1]] = hrirs[whole == shift]
    return delayed[..., begin:]


def _resampled(hrirs: Array, from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """HRIRs (M, 2, N) at another rate; they are scaled so that their gains stay."""
    if from_hz == to_hz:
        return hrirs.astype(np.float32)
    count, ears, length = hrirs.shape
    columns = soxr.resample(hrirs.reshape(-1, length).T, from_hz, to_hz, quality="VHQ") * (from_hz / to_hz)
    resampled: NDArray[np.float32] = columns.T.reshape(count, ears, -1).astype(np.float32)
    return resampled
