"""What every mapping of a file's pixels onto the sphere can do."""

from __future__ import annotations

from typing import Protocol

from server.pipeline.views import PixelMapping


class SphereMapping(PixelMapping, Protocol):
    """A mapping between pixels of a file, upright and in full size, and directions.

    ``pixel`` is exact for every direction that was photographed and NaN for every other; ``direction`` inverts it.
    """

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole equirectangular picture that is as fine as the file."""
