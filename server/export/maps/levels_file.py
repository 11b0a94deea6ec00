"""A map of levels as a file: a picture with scale and legend, or a GeoTIFF of decibels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from protocol.errors import InputError, UnavailableError
from protocol.place import Origin, Place
from server.audio.clip_file import SAMPLE_RATE_HZ, read_clip
from server.export.maps.levels import LevelGrid, level_grid
from server.export.maps.weighting import a_weighted_db
from server.export.pictures.lettering.typeface import font
from server.extras import install_advice
from server.files.atomic import replacing

_WIDTH_PX, _MARGIN_PX, _LEGEND_PX = 1280, 24, 96
_LETTERS_PX = 20
_PAPER, _INK = (14, 18, 24), (232, 236, 240)
_STEP_DB = 5.0


def write_levels(place: Place, folder: Path, out: Path) -> None:
    """Write the map; see :class:`server.export.maps.table.MapFormat`.

    Args:
        place: what sounds where.
        folder: where its clips are.
        out: the file to write.
    """
    if not place.viewpoints:
        raise InputError("has no viewpoints", where=str(folder), remedy="make the place again")
    grid = level_grid(place, _weightings(place, folder))
    if out.suffix.lower() == ".png":
        picture = levels_picture(place, grid)
        with replacing(out) as scratch:
            picture.save(scratch)
        return
    _write_geotiff(place, grid, folder, out)


def _weightings(place: Place, folder: Path) -> dict[str, float]:
    """What A-weighting adds to the level of each source, by its clip; sources of one clip are looked at once."""
    by_clip: dict[str, float] = {}
    found = {}
    for source in place.sources:
        if source.clip is not None:
            if source.clip.path not in by_clip:
                by_clip[source.clip.path] = a_weighted_db(read_clip(source, folder).samples, SAMPLE_RATE_HZ)
            found[source.id] = by_clip[source.clip.path]
    return found


def levels_picture(place: Place, grid: LevelGrid) -> Image.Image:
    """The map as a picture: colours by level, viewpoints as dots, a scale in metres and a legend in dB(A).

    Args:
        place: whose viewpoints are drawn.
        grid: levels of shape (rows, columns).
    """
    rows, columns = grid.level_dba.shape
    px_per_cell = (_WIDTH_PX - 2 * _MARGIN_PX) / columns
    height_px = max(1, round(rows * px_per_cell))
    low, high = (
        float(np.floor(grid.level_dba.min() / _STEP_DB) * _STEP_DB),
        float(np.ceil(grid.level_dba.max() / _STEP_DB) * _STEP_DB),
    )
    high = max(high, low + _STEP_DB)
    size = (_WIDTH_PX - 2 * _MARGIN_PX, height_px)
    # Levels are smooth between cells; their bands then have smooth edges.
    fine = cv2.resize(grid.level_dba, size, interpolation=cv2.INTER_LINEAR)
    coloured = _colours((np.floor(fine / _STEP_DB) * _STEP_DB - low) / (high - low))
    picture = Image.new("RGB", (_WIDTH_PX, height_px + 2 * _MARGIN_PX + _LEGEND_PX), _PAPER)
    picture.paste(Image.fromarray(coloured), (_MARGIN_PX, _MARGIN_PX))
    draw = ImageDraw.Draw(picture)
    for viewpoint in place.viewpoints:
        x = _MARGIN_PX + (viewpoint.position_m[0] - grid.west_m) / grid.cell_m * px_per_cell
        y = _MARGIN_PX + (grid.north_m - viewpoint.position_m[1]) / grid.cell_m * px_per_cell
        draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_INK, outline=_PAPER, width=2)
    _draw_legend(draw, low, high, height_px + _MARGIN_PX)
    _draw_scale(draw, px_per_cell / grid.cell_m, height_px + _MARGIN_PX)
    return picture


def _colours(shares: np.ndarray) -> np.ndarray:
    """Viridis, which reads the same to all eyes and in grey; RGB of shape (rows, columns, 3)."""
    values = np.clip(np.round(255.0 * shares), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(values, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB))


def _draw_legend(draw: ImageDraw.ImageDraw, low: float, high: float, top: int) -> None:
    letters = font(_LETTERS_PX)
    bands = np.arange(low, high, _STEP_DB)
    width = min(64.0, (_WIDTH_PX * 0.62) / len(bands))
    draw.text((_MARGIN_PX, top + 14), "LAeq in dB, free field, of the sources that were seen", _INK, font=letters)
    for number, band in enumerate(bands):
        colour = _colours(np.array([[(band - low) / (high - low)]]))[0, 0]
        x = _MARGIN_PX + number * width
        draw.rectangle((x, top + 44, x + width, top + 64), fill=tuple(int(part) for part in colour))
        draw.text((x, top + 68), f"{band:.0f}", _INK, font=letters)


def _draw_scale(draw: ImageDraw.ImageDraw, px_per_m: float, top: int) -> None:
    """A bar of a round number of metres, about a sixth of the picture long."""
    wanted_m = _WIDTH_PX / 6.0 / px_per_m
    power = 10.0 ** np.floor(np.log10(wanted_m))
    length_m = max(step * power for step in (1.0, 2.0, 5.0) if step * power <= wanted_m)
    right, y = _WIDTH_PX - _MARGIN_PX, top + 54
    draw.line((right - length_m * px_per_m, y, right, y), fill=_INK, width=4)
    draw.text((right, y + 10), f"{length_m:g} m", _INK, font=font(_LETTERS_PX), anchor="ra")
    draw.text((right, y - 40), "north is up", _INK, font=font(_LETTERS_PX), anchor="ra")


def _write_geotiff(place: Place, grid: LevelGrid, folder: Path, out: Path) -> None:
    try:
        import rasterio
    except ModuleNotFoundError as error:
        raise UnavailableError("rasterio isn't installed", where="maps", remedy=install_advice("geo")) from error
    if place.origin is None:
        raise InputError(
            "nothing tells where on the earth it is",
            where=str(folder),
            remedy="write a .png, or make it of pictures with latitude and longitude",
        )
    rows, columns = grid.level_dba.shape
    with (
        replacing(out) as scratch,
        rasterio.open(
            scratch,
            "w",
            driver="GTiff",
            width=columns,
            height=rows,
            count=1,
            dtype="float32",
            compress="deflate",
            crs=_proj(place.origin),
            transform=rasterio.Affine(grid.cell_m, 0.0, grid.west_m, 0.0, -grid.cell_m, grid.north_m),
        ) as file,
    ):
        file.write(grid.level_dba, 1)
        file.set_band_description(1, "LAeq in dB, free field")


def _proj(origin: Origin) -> str:
    """Metres to the east and the north of an origin, as PROJ has it."""
    return f"+proj=aeqd +lat_0={origin.latitude_deg} +lon_0={origin.longitude_deg} +datum=WGS84 +units=m"
