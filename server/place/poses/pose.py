"""What is known of where a panorama was taken, before anything is made of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

# A file may say more than this: what isn't known is told of by whoever reads it.
_LENIENT = ConfigDict(extra="forbid", allow_inf_nan=False)

Metres = Annotated[float, Field(ge=-1e6, le=1e6)]
Sigma = Annotated[float, Field(gt=0, le=1e6)]


@dataclass(frozen=True, slots=True, kw_only=True, config=_LENIENT)
class Pose:
    """Where a panorama was taken, on the earth or in metres, and which way it looks; whatever is known of it."""

    latitude_deg: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude_deg: Annotated[float, Field(ge=-180, le=180)] | None = None
    height_m: Annotated[float, Field(ge=-12_000, le=100_000)] | None = None
    """Of the camera above the ellipsoid or the sea: only differences count."""
    east_m: Metres | None = None
    north_m: Metres | None = None
    up_m: Metres | None = None
    heading_deg: Annotated[float, Field(ge=-360, le=360)] | None = None
    """Compass heading of the picture's centre, clockwise from north."""
    pitch_deg: Annotated[float, Field(ge=-90, le=90)] | None = None
    roll_deg: Annotated[float, Field(ge=-180, le=180)] | None = None
    camera_height_m: Annotated[float, Field(ge=0.01, le=1000)] | None = None
    """Above the ground."""
    position_sigma_m: Sigma | None = None
    """One standard deviation, along each axis on the ground."""
    height_sigma_m: Sigma | None = None
    heading_sigma_deg: Annotated[float, Field(gt=0, le=180)] | None = None
    links: tuple[str, ...] = ()
    """Names of neighbours to which one can step."""

    @property
    def is_on_earth(self) -> bool:
        """Whether latitude and longitude are known."""
        return self.latitude_deg is not None and self.longitude_deg is not None

    @property
    def is_in_metres(self) -> bool:
        """Whether a place in metres is known."""
        return self.east_m is not None and self.north_m is not None

    def completed_by(self, other: Pose) -> Pose:
        """This one, and where it says nothing, what the other says; a place and its sigma go together."""
        own = {each.name for each in fields(self) if getattr(self, each.name) not in (None, ())}
        groups = (
            {"latitude_deg", "longitude_deg", "height_m", "east_m", "north_m", "up_m", "position_sigma_m"},
            {"heading_deg", "heading_sigma_deg"},
            {"pitch_deg", "roll_deg"},
        )
        missing = {each.name for each in fields(self)} - own
        for group in groups:
            if own & group:
                missing -= group
        return replace(self, **{name: getattr(other, name) for name in missing})
