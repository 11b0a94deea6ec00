"""The Map Tiles API: panoramas of Street View from tiles.

See https://developers.google.com/maps/documentation/tile/streetview for the interface.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from PIL import Image
from pydantic import TypeAdapter, ValidationError

from protocol.errors import UnavailableError
from server.streetview.maps_client import MapsClient
from server.streetview.panorama import Panorama

_AT_ONCE = 4
_NOT_TWO_TO_ONE = 0.005
_PANORAMA = TypeAdapter(Panorama)


class MapTiles:
    """A session with the Map Tiles API. Its token lives as long as this object and is stored nowhere.

    Args:
        web: sends the requests.

    Raises:
        InputError: the key is refused.
        UnavailableError: the service can't be reached, or refuses for another reason.
    """

    def __init__(self, web: MapsClient) -> None:
        self._web = web
        self._root = f"{web.tiles_url}/v1"
        url = f"{self._root}/createSession"
        made = web.fetch_json(url, {}, body={"mapType": "streetview", "language": "en-US", "region": "US"})
        session = made.get("session")
        if not isinstance(session, str) or not session:
            raise UnavailableError("gives no session token", where=url, remedy="try again later")
        web.hide(session)
        self._session = {"session": session}

    def find_pano_id(self, lat: float, lon: float, radius_m: int) -> str:
        """Find the panorama that is nearest to a place; returns its id.

        Args:
            lat: latitude in degrees, positive north.
            lon: longitude in degrees, positive east.
            radius_m: how far from there to look, in metres.

        Raises:
            UnavailableError: there is none, or the service refuses.
        """
        url = f"{self._root}/streetview/panoIds"
        answer = self._web.fetch_json(
            url, self._session, body={"locations": [{"lat": lat, "lng": lon}], "radius": radius_m}
        )
        match answer.get("panoIds"):
            case [str(pano_id), *_] if pano_id:
                return pano_id
        raise nothing_near_error(lat, lon, radius_m)

    def fetch_panorama(self, pano_id: str) -> Panorama:
        """Fetch the metadata of a panorama.

        Raises:
            UnavailableError: there is no such panorama, or it isn't a whole sphere.
        """
        answer = self._web.fetch_json(f"{self._root}/streetview/metadata", {**self._session, "panoId": pano_id})
        where = f"panorama {pano_id}"
        try:
            panorama = _PANORAMA.validate_python(answer)
        except ValidationError as error:
            field = ".".join(map(str, error.errors()[0]["loc"]))
            raise UnavailableError(f"its metadata has a bad {field}", where=where, remedy="choose another") from error
        width_px, height_px = panorama.image_width_px, panorama.image_height_px
        if abs(width_px / height_px / 2.0 - 1.0) > _NOT_TWO_TO_ONE:
            what = f"has {width_px} × {height_px} pixels, which is no whole sphere"
            raise UnavailableError(what, where=where, remedy="choose another")
        return panorama

    def fetch_picture(self, panorama: Panorama, zoom: int) -> Image.Image:
        """Fetch a panorama's tiles, four at once, and stitch them to the whole picture.

        Args:
            panorama: as :meth:`fetch_panorama` returned it.
            zoom: from 0 to the panorama's deepest.

        Returns:
            An RGB picture of shape ``panorama.size_px(zoom)``, columns by rows.

        Raises:
            UnavailableError: a tile is missing or damaged; the other tiles are then not fetched any more.
        """
        columns, rows = panorama.grid(zoom)
        picture = Image.new("RGB", panorama.size_px(zoom))
        places = [(column, row) for row in range(rows) for column in range(columns)]
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tile")
        try:
            tiles = pool.map(partial(self._fetch_tile, panorama, zoom), places)
            for (column, row), tile in zip(places, tiles, strict=True):
                # What lies beyond the picture's edge is cut away here.
                picture.paste(tile, (column * panorama.tile_width_px, row * panorama.tile_height_px))
        finally:
            pool.shutdown(cancel_futures=True)
        return picture

    def _fetch_tile(self, panorama: Panorama, zoom: int, place: tuple[int, int]) -> Image.Image:
        column, row = place
        url = f"{self._root}/streetview/tiles/{zoom}/{column}/{row}"
        content = self._web.fetch(url, {**self._session, "panoId": panorama.pano_id})
        width_px, height_px = panorama.size_px(zoom)
        least = (
            min(panorama.tile_width_px, width_px - column * panorama.tile_width_px),
            min(panorama.tile_height_px, height_px - row * panorama.tile_height_px),
        )
        where = f"tile {column}, {row} of zoom {zoom}"
        try:
            tile = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
            if tile.width > panorama.tile_width_px or tile.height > panorama.tile_height_px:
                raise ValueError("too large")
            if tile.width < least[0] or tile.height < least[1]:
                raise ValueError("too small")
            return tile.convert("RGB")
        except (OSError, ValueError, SyntaxError) as error:
            raise UnavailableError("is damaged or of a wrong size", where=where, remedy="try again") from error


def nothing_near_error(lat: float, lon: float, radius_m: int) -> UnavailableError:
    """The error for a place that Street View has no picture of.

    Args:
        lat: latitude in degrees.
        lon: longitude in degrees.
        radius_m: how far from there was looked, in metres.
    """
    return UnavailableError(
        f"has no Street View within {radius_m} m", where=f"{lat}, {lon}", remedy="look further with --radius-m"
    )
