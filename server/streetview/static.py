"""The Street View Static API: one photograph.

See https://developers.google.com/maps/documentation/streetview for the interface.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from protocol.errors import SonoramaError, UnavailableError
from server.streetview.map_tiles import nothing_near_error
from server.streetview.maps_client import MapsClient, key_refused_error, quota_spent_error

LARGEST_HFOV_DEG = 120.0
_SIZE_PX = 640  # what Google gives at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A photograph from Street View.

    Attributes:
        image: the picture as Google encoded it.
        pano_id: the panorama that it was cut from.
        heading_deg: compass heading of its centre, clockwise from north.
        hfov_deg: horizontal field of view.
        copyright: the owner of the picture.
        date: when it was taken (``2023-01``), or empty.
    """

    image: Image.Image
    pano_id: str
    heading_deg: float
    hfov_deg: float
    copyright: str
    date: str


def fetch_photograph(
    web: MapsClient, place: tuple[float, float] | str, *, radius_m: int, heading_deg: float, hfov_deg: float
) -> Photograph:
    """Fetch a level photograph, square and as large as Google gives it.

    The metadata, which are free, are fetched first, so that no quota is spent where there is no picture.

    Args:
        web: sends the requests.
        place: latitude and longitude in degrees, or the id of a panorama.
        radius_m: how far from the place to look, in metres.
        heading_deg: compass heading to look in, clockwise from north.
        hfov_deg: horizontal field of view, at most 120.

    Raises:
        InputError: the key is refused.
        UnavailableError: there is no picture, the quota is spent, or the service can't be reached.
    """
    url = f"{web.maps_url}/maps/api/streetview"
    where = {"pano": place} if isinstance(place, str) else {"location": f"{place[0]},{place[1]}"}
    found = web.fetch_json(f"{url}/metadata", {**where, "radius": str(radius_m)})
    if found.get("status") != "OK":
        raise _refusal(str(found.get("status")), web.readable(found.get("error_message")), place, radius_m)
    pano_id = str(found.get("pano_id", ""))
    content = web.fetch(
        url,
        {
            "pano": pano_id,
            "size": f"{_SIZE_PX}x{_SIZE_PX}",
            "heading": f"{heading_deg % 360.0:g}",
            "fov": f"{hfov_deg:g}",
            "pitch": "0",
            "return_error_code": "true",
        },
    )
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG",))
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise UnavailableError("is damaged", where=f"the photograph {pano_id}", remedy="try again") from error
    return Photograph(
        image=image,
        pano_id=pano_id,
        heading_deg=heading_deg % 360.0,
        hfov_deg=hfov_deg,
        copyright=str(found.get("copyright", "")),
        date=str(found.get("date", "")),
    )


def _refusal(status: str, message: str, place: tuple[float, float] | str, radius_m: int) -> SonoramaError:
    """The error for metadata whose status isn't OK."""
    service = "Street View Static API"
    match status:
        case "ZERO_RESULTS" | "NOT_FOUND":
            if isinstance(place, str):
                return UnavailableError("does not exist (any more)", where=f"panorama {place}", remedy="choose another")
            return nothing_near_error(*place, radius_m)
        case "REQUEST_DENIED":
            return key_refused_error(message, service)
        case "OVER_QUERY_LIMIT" | "OVER_DAILY_LIMIT":
            return quota_spent_error(message, service)
    what = f"answers {status.lower()[:40]}{message and f' ({message})'}"
    return UnavailableError(what, where=service, remedy="check the options, or try again later")
