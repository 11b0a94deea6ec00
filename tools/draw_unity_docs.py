"""Draws the pictures of the Unity package's documentation: ``python tools/draw_unity_docs.py SCENE_FOLDER``.

The scene is that of ``sonorama demo``. Nothing is a screenshot: the pictures show what the code computes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from protocol.coordinates import scene_from_polar, unity_from_scene
from protocol.levels import received_level_db
from server.export.pictures.chart import Axis, Curve, chart
from server.export.pictures.drawing import COLOURS, FAINT, INK, PAPER
from server.export.pictures.lettering.typeface import font
from server.export.pictures.radar import radar_picture
from server.library import SceneFolder

OUT = Path(__file__).parents[1] / "unity_client" / "Documentation~" / "images"
_PLAN_PX = 800
_SEEN_WIDTH_PX = 1024
_FRAME_PX, _METRE_PX = 640, 40


def rolloff_picture() -> Image.Image:
    """How loud sources of each kind are at which distance."""
    distances_m = np.geomspace(0.2, 100.0, 300)
    kinds = (("point, area", "point"), ("line", "line"), ("ambient", "ambient"))
    curves = [
        Curve(
            name=name,
            x=distances_m,
            y=np.array([received_level_db(70.0, float(distance_m), kind) for distance_m in distances_m]),
            colour=COLOURS[index],
        )
        for index, (name, kind) in enumerate(kinds)
    ]
    ticks = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
    return chart(
        width_px=900,
        height_px=480,
        title="What distance takes",
        subtitle="of a source with 70 dB at 1 m",
        x=Axis(title="metres", low=0.2, high=100.0, ticks=ticks, logarithmic=True),
        y=Axis(title="dB SPL", low=25.0, high=80.0, ticks=(30, 40, 50, 60, 70, 80)),
        curves=curves,
    )


def frame_picture() -> Image.Image:
    """Unity's axes from above, with directions of the scene in them."""
    picture = Image.new("RGB", (_FRAME_PX, _FRAME_PX), INK)
    draw = ImageDraw.Draw(picture)
    for colour, (x_m, z_m), words in ((COLOURS[5], (6.4, 0.0), "+X"), (COLOURS[6], (0.0, 6.4), "+Z")):
        draw.line([_pixel(0.0, 0.0), _pixel(x_m, z_m)], fill=colour, width=3)
        draw.text(_pixel(x_m + 0.4, z_m + 0.4), words, fill=colour, font=font(22), anchor="mm")
    draw.text(_pixel(0.0, 7.4), "middle of the picture", fill=FAINT, font=font(18), anchor="mm")
    for index, azimuth_deg in enumerate((0.0, 45.0, 90.0, 180.0, -60.0)):
        right, _, forward = unity_from_scene(scene_from_polar(azimuth_deg, 0.0, 5.0))
        column, row = _pixel(float(right), float(forward))
        draw.ellipse([column - 8, row - 8, column + 8, row + 8], fill=COLOURS[index])
        # Adding 0.0 makes −0.0 a 0.0.
        words = f"azimuth {azimuth_deg:g}°\n({round(right, 1) + 0.0}, 0, {round(forward, 1) + 0.0})"
        draw.multiline_text((column + 16, row), words, fill=PAPER, font=font(16), anchor="lm")
    draw.ellipse([*_pixel(-0.15, 0.15), *_pixel(0.15, -0.15)], fill=PAPER)
    draw.text((12, _FRAME_PX - 12), "from above; +Y comes out of the page", fill=FAINT, font=font(16), anchor="ld")
    return picture


def _pixel(right_m: float, forward_m: float) -> tuple[float, float]:
    return _FRAME_PX / 2 + right_m * _METRE_PX, _FRAME_PX / 2 + 20 - forward_m * _METRE_PX


def main(folder: Path) -> None:
    """Draw all of them.

    Args:
        folder: a scene.
    """
    OUT.mkdir(parents=True, exist_ok=True)
    rolloff_picture().save(OUT / "rolloff.png", optimize=True)
    frame_picture().save(OUT / "frame.png", optimize=True)
    plan = radar_picture(SceneFolder(folder).scene())
    plan.resize((_PLAN_PX, _PLAN_PX), Image.Resampling.LANCZOS).quantize(128).save(OUT / "plan.png", optimize=True)
    seen = Image.open(folder / "annotated.jpg")
    size_px = (_SEEN_WIDTH_PX, round(_SEEN_WIDTH_PX * seen.height / seen.width))
    seen.resize(size_px, Image.Resampling.LANCZOS).save(OUT / "seen.jpg", quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
