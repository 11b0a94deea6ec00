"""From the earth to a local frame in metres, and back: east, north and up of an origin.

pyproj converts by way of geocentric coordinates (EPSG:4978) and the topocentric frame of PROJ, so that nothing is
stretched, as it is by a map's projection.
"""

from __future__ import annotations

import numpy as np
from pyproj import Transformer

from protocol.place import Origin
from server.place.viewpoints import Floats


class LocalFrame:
    """A frame whose x goes to the east, y to the north and z up, from an origin on the ground (WGS 84)."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._transformer = Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
            f"+step +proj=topocentric +ellps=WGS84 +lat_0={origin.latitude_deg} +lon_0={origin.longitude_deg} "
            f"+h_0={origin.height_m}"
        )

    def metres(self, latitude_deg: Floats, longitude_deg: Floats, height_m: Floats) -> Floats:
        """East, north and up of places on the earth, shape (N, 3), from three arrays of shape (N,).

        Args:
            latitude_deg: shape (N,).
            longitude_deg: shape (N,).
            height_m: above the ellipsoid, shape (N,).
        """
        return np.stack(self._transformer.transform(longitude_deg, latitude_deg, height_m), axis=-1)

    def on_earth(self, position_m: Floats) -> tuple[Floats, Floats, Floats]:
        """Latitude, longitude and height of places in metres, (N, 3): three arrays of shape (N,)."""
        east, north, up = np.moveaxis(np.asarray(position_m, dtype=np.float64), -1, 0)
        longitude_deg, latitude_deg, height_m = self._transformer.transform(east, north, up, direction="INVERSE")
        return latitude_deg, longitude_deg, height_m
