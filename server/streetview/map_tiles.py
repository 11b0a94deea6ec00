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
from server.streetview.panorama import Panorama
from server.streetview.web import Web

_AT_ONCE = 4
_NOT_TWO_TO_ONE = 0.005
_PANORAMA = TypeAdapter(Panorama)


class MapTiles:
    """A session with the Map Tiles API; its token lives as long as this object and is kept nowhere.

    Args:
        web: the way to Google.

    Raises:
        InputError: the key is refused.
        UnavailableError: the service can't be reached, or refuses.
    """

    def __init__(self, web: Web) -> None:
        self._web = web
        self._root = f"{web.tiles_url}/v1"
        url = f"{self._root}/createSession"
        made = web.json(url, {}, body={"mapType": "streetview", "language": "en-US", "region": "US"})
        session = made.get("session")
        if not isinstance(session, str) or not session:
            raise UnavailableError("gives no session token", where=url, remedy="try again later")
        web.hide(session)
        self._session = {"session": session}

    def pano_id_near(self, lat: float, lon: float, radius_m: int) -> str:
        """The id of the panorama nearest to a place.

        Args:
            lat: latitude in degrees, positive north.
            lon: longitude in degrees, positive east.
            radius_m: how far from there to look.

        Raises:
            UnavailableError: there is none.
        """
        url = f"{self._root}/streetview/panoIds"
        answer = self._web.json(url, self._session, body={"locations": [{"lat": lat, "lng": lon}], "radius": radius_m})
        match answer.get("panoIds"):
            case [str(pano_id), *_] if pano_id:
                return pano_id
        raise nothing_near(lat, lon, radius_m)

    def panorama(self, pano_id: str) -> Panorama:
        """What is known of a panorama.

        Raises:
            UnavailableError: there is no such panorama, or it isn't a whole sphere.
        """
        answer = self._web.json(f"{self._root}/streetview/metadata", {**self._session, "panoId": pano_id})
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

    def picture(self, panorama: Panorama, zoom: int) -> Image.Image:
        """The whole panorama, stitched from its tiles, four of which are fetched at once.

        Args:
            panorama: which.
            zoom: 0 to its deepest.

        Returns:
            An RGB picture of ``panorama.size_px(zoom)``.

        Raises:
            UnavailableError: a tile is missing or damaged; the others are not asked for any more.
        """
        columns, rows = panorama.grid(zoom)
        picture = Image.new("RGB", panorama.size_px(zoom))
        places = [(column, row) for row in range(rows) for column in range(columns)]
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tile")
        try:
            tiles = pool.map(partial(self._tile, panorama, zoom), places)
            for (column, row), tile in zip(places, tiles, strict=True):
                # What lies beyond the picture's edge is cut away here.
                picture.paste(tile, (column * panorama.tile_width_px, row * panorama.tile_height_px))
        finally:
            pool.shutdown(cancel_futures=True)
        return picture

    def _tile(self, panorama: Panorama, zoom: int, place: tuple[int, int]) -> Image.Image:
        column, row = place
        url = f"{self._root}/streetview/tiles/{zoom}/{column}/{row}"
        content = self._web.content(url, {**self._session, "panoId": panorama.pano_id})
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


def nothing_near(lat: float, lon: float, radius_m: int) -> UnavailableError:
    """Street View has not been there."""
    return UnavailableError(
        f"has no Street View within {radius_m} m", where=f"{lat}, {lon}", remedy="look further with --radius-m"
    )
