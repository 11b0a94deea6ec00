"""A SOFA file opened, and its variables as numbers in metres, degrees, samples and hertz, however it spells them."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import scene_from_polar
from protocol.errors import InputError, os_reason

Array = NDArray[np.float64]

_CONVENTION = "simplefreefieldhrir"
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_TO_METRES = {"mm": 1e-3, "milli": 1e-3, "cm": 1e-2, "centi": 1e-2}


def unusable(path: Path, what: str, remedy: str) -> InputError:
    """The error of a file that can't be used.

    Args:
        path: the file.
        what: what is wrong.
        remedy: what to do.
    """
    return InputError(what, where=str(path), remedy=remedy)


def check_kind(path: Path) -> None:
    """See that a file is one of SOFA's, by its first bytes and its name.

    Raises:
        InputError: it is missing, can't be read, or is another kind of file.
    """
    try:
        with path.open("rb") as file:
            signature = file.read(len(_HDF5_SIGNATURE))
    except OSError as error:
        raise unusable(path, f"it can't be read ({os_reason(error)})", "check the path") from error
    if signature != _HDF5_SIGNATURE:
        raise unusable(path, "this is not a SOFA file", "give a .sofa file as AES69 defines it (HDF5)")
    if path.suffix.lower() != ".sofa":
        raise unusable(path, "its name does not end in .sofa", "rename it")


class SofaFile:
    """The variables of a file of HRIRs.

    Args:
        path: the file.

    Raises:
        InputError: it can't be read, or holds something else than HRIRs.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sofa = _opened(path)
        convention = str(getattr(self._sofa, "GLOBAL_SOFAConventions", ""))
        if convention.strip().lower() != _CONVENTION:
            raise unusable(path, f"its convention is {convention}", "give a set of HRIRs, SimpleFreeFieldHRIR")

    @property
    def title(self) -> str:
        """What it says that it is."""
        return str(getattr(self._sofa, "GLOBAL_Title", "") or self.path.stem)

    def has(self, name: str) -> bool:
        """Whether it holds a variable."""
        return hasattr(self._sofa, name)

    def words(self, name: str, default: str) -> str:
        """An attribute such as a type or units, in lower case."""
        return str(getattr(self._sofa, name, "") or default).strip().lower()

    def numbers(self, name: str) -> Array:
        """A variable of any shape, at least one-dimensional; what is missing in it is NaN.

        Raises:
            InputError: there is none, or it is empty.
        """
        sofa_name = name.replace("_", ".") if name.startswith("Data_") else name
        if not self.has(name):
            raise unusable(self.path, f"it has no {sofa_name}", "give a complete file")
        given: Array = np.atleast_1d(np.ma.filled(np.ma.asarray(getattr(self._sofa, name), dtype=np.float64), np.nan))
        if not given.size:
            raise unusable(self.path, f"its {sofa_name} is empty", "give a complete file")
        return given

    def finite(self, name: str) -> Array:
        """A variable in which nothing is missing, of any shape.

        Raises:
            InputError: there is none, it is empty, or it has NaN or infinity in it.
        """
        given = self.numbers(name)
        if not np.all(np.isfinite(given)):
            sofa_name = name.replace("_", ".") if name.startswith("Data_") else name
            raise unusable(self.path, f"its {sofa_name} has NaN or infinity in it", "mend or leave out those")
        return given

    def points(self, name: str, *, kind: str) -> Array:
        """Positions in metres, shape (n, 3): front, left and up.

        Args:
            name: of the variable.
            kind: spherical or cartesian, where the file doesn't say.

        Raises:
            InputError: there is none, or it isn't of three coordinates.
        """
        given = self.numbers(name)
        if given.size % 3:
            raise unusable(self.path, f"its {name} is not of three coordinates", "mend the positions")
        return self._in_metres(name, given.reshape(-1, 3), kind)

    def receivers(self, count: int) -> Array:
        """Where the two ears are, shape (2, 3), on average over so many measurements; zeros where that isn't said."""
        name = "ReceiverPosition"
        if not self.has(name):
            return np.zeros((2, 3))
        given = np.nan_to_num(self.numbers(name))
        if given.size not in (6, 6 * count):
            return np.zeros((2, 3))
        each = np.moveaxis(given.reshape(2, 3, -1), 2, 0).reshape(-1, 3)
        return np.asarray(self._in_metres(name, each, "cartesian").reshape(-1, 2, 3).mean(axis=0))

    def _in_metres(self, name: str, given: Array, kind: str) -> Array:
        units = self.words(f"{name}_Units", "")
        scale = next((factor for word, factor in _TO_METRES.items() if word in units), 1.0)
        if self.words(f"{name}_Type", kind).startswith("cart"):
            return given * scale
        angles_deg = np.degrees(given[:, :2]) if "rad" in units else given[:, :2]
        return np.asarray(scene_from_polar(angles_deg[:, 0], angles_deg[:, 1], given[:, 2] * scale))

    def rate_hz(self) -> int:
        """The sample rate.

        Raises:
            InputError: it isn't one whole number of hertz.
        """
        rates_hz = np.unique(self.finite("Data_SamplingRate"))
        if "k" in self.words("Data_SamplingRate_Units", "hertz")[:4]:
            rates_hz = rates_hz * 1000.0
        if len(rates_hz) != 1 or rates_hz[0] <= 0.0 or rates_hz[0] != round(rates_hz[0]):
            what = f"its sample rate is {rates_hz.tolist()} Hz"
            raise unusable(self.path, what, "give a set with one whole number of hertz")
        return int(rates_hz[0])

    def delays(self, count: int, rate_hz: int) -> Array:
        """How many samples later than they are written the responses of so many measurements begin, shape (count, 2).

        Raises:
            InputError: they are negative, or as many as nothing else in the file.
        """
        if not self.has("Data_Delay"):
            return np.zeros((count, 2))
        delays = self.finite("Data_Delay")
        if "sec" in self.words("Data_Delay_Units", "samples"):
            delays = delays * rate_hz
        if delays.size not in (1, 2, 2 * count) or delays.min() < 0.0:
            raise unusable(self.path, "its Data.Delay is negative or not of its measurements", "mend the delays")
        return np.broadcast_to(delays.reshape(-1, 2) if delays.size > 1 else delays, (count, 2))


def _opened(path: Path) -> Any:
    import sofar

    # sofar looks for a name that ends in small letters.
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        link = Path(folder) / "head.sofa"
        link.symlink_to(path)
        try:
            # As it lies in the file: many in use break a rule that does no harm, or follow one that is newer than the
            # library; what is used of them is checked here.
            return sofar.read_sofa_as_netcdf(str(link))
        except Exception as error:  # netCDF and sofar raise whatever a damaged file makes them stumble over
            said = str(error).replace(str(link), path.name)
            raise unusable(path, f"it can't be read as SOFA ({said})", "copy it again from its source") from error
