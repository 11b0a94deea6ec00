"""The metadata of a panorama."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

DEEPEST_ZOOM = 5

Pixels = Annotated[int, Field(ge=16, le=65_536)]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="ignore", allow_inf_nan=False))
class Panorama:
    """A panorama of Street View: the answer of the Map Tiles API's ``streetview/metadata``.

    At its deepest zoom a panorama has ``image_width_px`` columns; each zoom less halves it. Tiles that the picture
    doesn't fill are black beyond its edge.
    """

    pano_id: Annotated[str, Field(min_length=1, max_length=256)] = Field(alias="panoId")
    image_width_px: Pixels = Field(alias="imageWidth")
    image_height_px: Pixels = Field(alias="imageHeight")
    tile_width_px: Pixels = Field(alias="tileWidth")
    tile_height_px: Pixels = Field(alias="tileHeight")
    heading_deg: Annotated[float, Field(ge=-360, le=360)] | None = Field(default=None, alias="heading")
    """Compass heading of the image centre, clockwise from north."""
    tilt_deg: Annotated[float, Field(ge=0, le=180)] | None = Field(default=None, alias="tilt")
    """0 looks straight down, 90 is level."""
    roll_deg: Annotated[float, Field(ge=-360, le=360)] | None = Field(default=None, alias="roll")
    copyright: str = ""
    date: str = ""
    """Of the picture: ``2023-01``, or nothing."""

    @property
    def deepest_zoom(self) -> int:
        """The zoom at which the tiles hold the whole resolution: the first whose grid is as wide as the image."""
        zoom = 0
        while zoom < DEEPEST_ZOOM and self.tile_width_px << zoom < self.image_width_px:
            zoom += 1
        return zoom

    def size_px(self, zoom: int) -> tuple[int, int]:
        """Columns and rows of the whole picture at a zoom from 0 to :attr:`deepest_zoom`."""
        halvings = self.deepest_zoom - zoom
        return self.image_width_px >> halvings, self.image_height_px >> halvings

    def grid(self, zoom: int) -> tuple[int, int]:
        """Columns and rows of the tiles that hold the picture at a zoom."""
        width_px, height_px = self.size_px(zoom)
        return -(-width_px // self.tile_width_px), -(-height_px // self.tile_height_px)
