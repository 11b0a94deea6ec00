"""The formats of maps of a place: a row each. To import it costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from protocol.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFormat:
    """One format.

    Attributes:
        name: as in ``sonorama render --format NAME``.
        help: what it is, for the help of the command line.
        suffixes: that its file may have, the first being the usual one.
        writer: what writes a place, as ``module:function`` of a place, its folder and ``out``.
    """

    name: str
    help: str
    suffixes: tuple[str, ...]
    writer: str

    def check(self, options: Iterable[str]) -> None:
        """See that no option was given: a map has none.

        Raises:
            InputError: one was.
        """
        for option in options:
            if option not in ("folder", "format", "out"):
                raise InputError(
                    f"isn't for --format {self.name}", where=f"--{option.replace('_', '-')}", remedy="leave it out"
                )

    def render(self, place: Place, folder: Path, *, out: Path) -> None:
        """Write a place.

        Args:
            place: what sounds where.
            folder: where its clips are.
            out: the file to write.

        Raises:
            InputError: the file's name or place won't do, or nothing tells where on the earth the place is.
            UnavailableError: the extra geo isn't installed.
            SceneError: a clip is missing or damaged.
        """
        if out.suffix.lower() not in self.suffixes:
            raise InputError(
                f"isn't a name for {self.name}", where=str(out), remedy=f"end it in {' or '.join(self.suffixes)}"
            )
        module, _, function = self.writer.partition(":")
        getattr(import_module(module), function)(place, folder, out)


MAP_FORMATS: Mapping[str, MapFormat] = {
    row.name: row
    for row in (
        MapFormat(
            name="geojson",
            help="the sources of a place for geographic programs",
            suffixes=(".geojson", ".json"),
            writer="server.export.maps.sources:write_geojson",
        ),
        MapFormat(
            name="geoparquet",
            help="the same, for many sources",
            suffixes=(".parquet",),
            writer="server.export.maps.sources:write_geoparquet",
        ),
        MapFormat(
            name="levels",
            help="how loud the sources of a place are over the ground, LAeq",
            suffixes=(".png", ".tif", ".tiff"),
            writer="server.export.maps.levels_file:write_levels",
        ),
    )
}
