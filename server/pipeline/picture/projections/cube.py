"""Six faces of a cube in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from protocol.coordinates import polar_from_scene, scene_from_polar

FACES = "FRBLUD"
"""Front, right, back, left, up and down."""

# Of each face: where it looks, what is right and what is down in it, as (front, left, up). Up and down join the front.
_AXES = {
    "F": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "R": ((0, -1, 0), (-1, 0, 0), (0, 0, -1)),
    "B": ((-1, 0, 0), (0, 1, 0), (0, 0, -1)),
    "L": ((0, 1, 0), (1, 0, 0), (0, 0, -1)),
    "U": ((0, 0, 1), (0, -1, 0), (1, 0, 0)),
    "D": ((0, 0, -1), (0, -1, 0), (-1, 0, 0)),
}

LAYOUTS: Mapping[str, str] = {
    "cross": ".U.. LFRB .D..",
    "cross around the right": "..U. LFRB ..D.",
    "cross, front at the left": "U... FRBL D...",
    "upright cross": ".U. LFR .D. .B2.",
    "3 × 2, left front right": "LFR DBU",
    "3 × 2, right left up": "RLU DFB",
    "3 × 2, front right back": "FRB LUD",
    "3 × 2, front back left": "FBL RUD",
    "strip": "FRBLUD",
    "strip, left first": "LFRBUD",
    "strip, right left": "RLUDFB",
    "column": "F R B L U D",
    "column, right left": "R L U D F B",
}
"""The usual arrangements: rows of faces, a dot for an empty cell; a digit says how many quarters clockwise a face is
turned there."""


@dataclass(frozen=True, slots=True)
class _Cell:
    column: int
    row: int
    face: str
    quarters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeMap:
    """A cube map: six perspective views, 90° wide each, in cells of a grid.

    Attributes:
        width_px: columns of the file.
        height_px: rows of the file.
        layout: a key of :data:`LAYOUTS`.
    """

    width_px: int
    height_px: int
    layout: str

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole sphere that is as fine as the file."""
        return 4.0 * self.width_px / self._grid[0]

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation in degrees of pixel positions, arrays of any shape; NaN in empty cells."""
        column, row = np.broadcast_arrays(np.asarray(column, dtype=np.float64), np.asarray(row, dtype=np.float64))
        across, down = column / self.width_px * self._grid[0], row / self.height_px * self._grid[1]
        rays = np.full((*column.shape, 3), np.nan)
        for cell in self._cells:
            inside = _within(across, cell.column, self._grid[0]) & _within(down, cell.row, self._grid[1])
            x, y = 2.0 * (across[inside] - cell.column) - 1.0, 2.0 * (down[inside] - cell.row) - 1.0
            for _ in range(cell.quarters):
                x, y = y, -x
            axis, right, below = (np.array(each, dtype=np.float64) for each in _AXES[cell.face])
            rays[inside] = axis + x[:, None] * right + y[:, None] * below
        azimuth_deg, elevation_deg, _ = polar_from_scene(rays)
        return azimuth_deg, elevation_deg

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions, arrays that broadcast, in their shape.

        No nearer to a face's edge than half a pixel, so that what lies beside a face in the file never shows in it.
        """
        rays = scene_from_polar(azimuth_deg, elevation_deg)
        column, row = np.full(rays.shape[:-1], np.nan), np.full(rays.shape[:-1], np.nan)
        longest = np.abs(rays).max(axis=-1)
        side_px = self.width_px / self._grid[0], self.height_px / self._grid[1]
        for cell in self._cells:
            axis, right, below = (np.array(each, dtype=np.float64) for each in _AXES[cell.face])
            forward = rays @ axis
            inside = (forward >= longest * (1.0 - 1e-12)) & np.isnan(column)
            x, y = rays[inside] @ right / forward[inside], rays[inside] @ below / forward[inside]
            for _ in range(cell.quarters):
                x, y = -y, x
            column[inside] = cell.column * side_px[0] + np.clip((x + 1.0) / 2.0 * side_px[0], 0.5, side_px[0] - 0.5)
            row[inside] = cell.row * side_px[1] + np.clip((y + 1.0) / 2.0 * side_px[1], 0.5, side_px[1] - 0.5)
        return column, row

    @property
    def _grid(self) -> tuple[int, int]:
        return grid_of(self.layout)

    @property
    def _cells(self) -> list[_Cell]:
        cells: list[_Cell] = []
        for row, text in enumerate(LAYOUTS[self.layout].split()):
            column = -1
            for sign in text:
                if sign.isdigit():
                    cells[-1] = _Cell(column, row, cells[-1].face, int(sign))
                    continue
                column += 1
                if sign != ".":
                    cells.append(_Cell(column, row, sign, 0))
        return cells


def grid_of(layout: str) -> tuple[int, int]:
    """Columns and rows of cells of a layout."""
    rows = LAYOUTS[layout].split()
    return sum(not sign.isdigit() for sign in rows[0]), len(rows)


def _within(position: Any, cell: int, count: int) -> Any:
    """Whether positions lie in a cell; the last one has its far edge, too."""
    return (position >= cell) & ((position < cell + 1) | ((cell == count - 1) & (position <= count)))
