"""The sources of a place with their shapes on the earth, by GeoPandas: GeoJSON (RFC 7946) and GeoParquet 1.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from protocol.errors import InputError, UnavailableError
from protocol.place import Place, PlacedSource, Point
from server.extras import install_advice
from server.files.atomic import replacing
from server.place.poses.frame import LocalFrame

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def write_geojson(place: Place, folder: Path, out: Path) -> None:
    """Write the sources as GeoJSON; see :class:`server.export.maps.table.MapFormat`.

    Args:
        place: what sounds where.
        folder: where its clips are.
        out: the file to write.
    """
    text = _table(place, folder).to_json(drop_id=True, ensure_ascii=False)
    with replacing(out) as scratch:
        scratch.write_text(text + "\n", encoding="utf-8")


def write_geoparquet(place: Place, folder: Path, out: Path) -> None:
    """Write the sources as GeoParquet; see :class:`server.export.maps.table.MapFormat`.

    Args:
        place: what sounds where.
        folder: where its clips are.
        out: the file to write.
    """
    table = _table(place, folder)
    with replacing(out) as scratch:
        table.to_parquet(scratch, index=False)


def _table(place: Place, folder: Path) -> GeoDataFrame:
    """A row for each source that stands somewhere, WGS 84."""
    try:
        import geopandas
        import shapely
    except ModuleNotFoundError as error:
        raise UnavailableError("geopandas isn't installed", where="maps", remedy=install_advice("geo")) from error
    if place.origin is None:
        raise InputError(
            "nothing tells where on the earth it is",
            where=str(folder),
            remedy="make it of pictures with latitude and longitude",
        )
    frame = LocalFrame(place.origin)
    placed = [source for source in place.sources if source.position_m is not None]
    shapes = []
    for source in placed:
        is_point = isinstance(source.shape, Point)
        corners_m = [source.position_m] if isinstance(source.shape, Point) else list(source.shape.points_m)
        latitude, longitude, height = frame.on_earth(np.array(corners_m))
        corners = np.column_stack([longitude, latitude, height])
        if is_point:
            shapes.append(shapely.Point(corners[0]))
        elif source.shape.type == "polyline":
            shapes.append(shapely.LineString(corners))
        else:
            shapes.append(shapely.Polygon(corners))
    rows = [_properties(source) for source in placed]
    return geopandas.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _properties(source: PlacedSource) -> dict[str, Any]:
    covariance = source.covariance_m2
    return {
        "id": source.id,
        "label": source.label,
        "prompt": source.prompt,
        "kind": source.kind,
        "evidence": source.evidence,
        "confidence": source.confidence,
        "passing": source.passing,
        "level_db_spl_1m": source.level_db_spl_1m,
        "sigma_m": None if covariance is None else round(float(np.sqrt(covariance[0][0] + covariance[1][1])), 3),
        "covariance_m2": json.dumps(covariance),
        "seen_from": ", ".join(seen.viewpoint for seen in source.seen_from),
        "clip": None if source.clip is None else source.clip.path,
    }
