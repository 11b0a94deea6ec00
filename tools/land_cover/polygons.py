"""The labels of land cover: polygons drawn by hand on panoramas, and pictures of them to check by eye.

One file a panorama in ``labels/``::

    {
      "picture": "noon_grass",
      "source": "https://polyhaven.com/a/noon_grass",
      "size_px": [1024, 512],
      "setting": "outdoor",
      "regions": [{"cover": "sky", "polygon_px": [[0, 0], [1024, 0], [1024, 250], [0, 251]]}],
      "present": [{"label": "trees", "right_deg": 75, "left_deg": 145}],
      "absent": ["water"]
    }

Regions are painted in order, a later one over what is below it; what none covers is unlabelled and counts nowhere. A
polygon may run past the right or the left edge: it goes on across the seam. ``present`` says what can sound there and
between which azimuths, counter-clockwise from ``right_deg``, and ``absent`` what must not be reported. The pictures
themselves are not part of the repository.

Run with ``python -m tools.land_cover.polygons PICTURES OUT [NAME ...]`` to draw the labels over their pictures.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

LABELS = Path(__file__).parent / "labels"
UNLABELLED = 255
COVERS = ("other", "sky", "trees", "grass", "water", "road", "paved", "building", "soil", "interior")
"""By the number of their class."""

_FREE = "https://polyhaven.com/"
"""Where pictures are in the public domain (CC0)."""
_COLOURS = (
    (128, 128, 128),
    (90, 170, 255),
    (0, 110, 0),
    (120, 230, 60),
    (0, 40, 220),
    (70, 70, 90),
    (255, 190, 80),
    (220, 40, 40),
    (130, 80, 30),
    (200, 90, 220),
)
_GRID_PX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a person says of a panorama.

    Attributes:
        picture: its name, without the suffix.
        source: where it comes from.
        setting: outdoor, covered or indoor.
        size_px: width and height that the polygons are drawn for.
        regions: cover and corners (column, row), in the order of painting.
        present: what can sound, as entries of ``label``, ``right_deg`` and ``left_deg``.
        absent: labels that must not be reported.
    """

    picture: str
    source: str
    setting: str
    size_px: tuple[int, int]
    regions: tuple[tuple[str, NDArray[np.float64]], ...]
    present: tuple[dict[str, Any], ...]
    absent: tuple[str, ...]

    @property
    def may_teach(self) -> bool:
        """Whether the picture's licence lets a head that ships learn from it; others only evaluate."""
        return self.source.startswith(_FREE)

    def classes(self, width_px: int) -> NDArray[np.uint8]:
        """The class of each pixel of the panorama at a width, uint8 (width / 2, width); 255 where unlabelled."""
        height_px = width_px // 2
        scale = width_px / self.size_px[0]
        # Three turns side by side, so that what crosses the seam is drawn whole.
        painted = np.full((height_px, 3 * width_px), UNLABELLED, np.uint8)
        for cover, corners in self.regions:
            for turn in range(3):
                moved = np.round(corners * scale + [turn * width_px, 0.0] - 0.5).astype(np.int32)
                cv2.fillPoly(painted, [moved], COVERS.index(cover))
        return painted[:, width_px : 2 * width_px]


def labels(path: Path) -> Labels:
    """The labels of one file.

    Raises:
        ValueError: it names a cover that there is not.
    """
    said = json.loads(path.read_text("utf-8"))
    for region in said["regions"]:
        if region["cover"] not in COVERS:
            raise ValueError(f"{path.name}: there is no cover {region['cover']!r}; there are {', '.join(COVERS)}")
    return Labels(
        picture=said["picture"],
        source=said["source"],
        setting=said["setting"],
        size_px=(said["size_px"][0], said["size_px"][1]),
        regions=tuple((one["cover"], np.asarray(one["polygon_px"], np.float64)) for one in said["regions"]),
        present=tuple(said["present"]),
        absent=tuple(said["absent"]),
    )


def drawn(pixels: NDArray[np.uint8], classes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) with its classes (H, W) in colour over it; what is unlabelled stays as it is."""
    colours = np.vstack([np.array(_COLOURS, np.uint8), np.zeros((UNLABELLED + 1 - len(_COLOURS), 3), np.uint8)])
    tinted = (0.5 * pixels + 0.5 * colours[classes]).astype(np.uint8)
    return np.where((classes == UNLABELLED)[..., None], pixels, tinted).astype(np.uint8)


def main(pictures: Path, out: Path, names: list[str]) -> None:
    """Draw labels over their pictures, with a grid whose lines bear the columns and rows of the labels."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(LABELS.glob("*.json")):
        if names and path.stem not in names:
            continue
        said = labels(path)
        found = next(pictures.rglob(f"{said.picture}.jpg"))
        wide = 2048
        with Image.open(found) as image:
            pixels = np.asarray(image.convert("RGB").resize((wide, wide // 2)), dtype=np.uint8)
        shown = np.ascontiguousarray(drawn(pixels, said.classes(wide)))
        scale = wide / said.size_px[0]
        for at in range(0, said.size_px[0], _GRID_PX):
            cv2.line(shown, (int(at * scale), 0), (int(at * scale), wide), (255, 255, 255), 1)
            cv2.line(shown, (0, int(at * scale)), (wide, int(at * scale)), (255, 255, 255), 1)
            cv2.putText(shown, str(at), (int(at * scale) + 2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 0), 1)
            cv2.putText(shown, str(at), (2, int(at * scale) + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 0), 1)
        Image.fromarray(shown).save(out / f"{path.stem}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
