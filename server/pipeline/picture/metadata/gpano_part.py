"""Where on the sphere GPano says that a picture belongs, as leniently as viewers read it."""

from __future__ import annotations

from server.pipeline.picture.metadata.gpano import GPano
from server.pipeline.picture.projections.sphere_part import SpherePart

# Writers round the sizes of a sphere apart, to whole pixels or to blocks of a codec.
_ROUNDED = 0.02


def told_part(gpano: GPano, width_px: int, height_px: int) -> tuple[SpherePart | None, tuple[str, ...]]:
    """The part of a sphere that a picture is, and what was set aside on the way, in words.

    A sphere is twice as wide as high, whatever is told of its height. What lies nowhere, or beyond the sphere, is
    centred. Sizes of another picture, left behind by whoever cut or turned this one, say nothing.

    Args:
        gpano: what the file tells.
        width_px: columns of the picture in the file, upright.
        height_px: rows of the picture.

    Returns:
        The part, None where the sizes don't tell; and notices.
    """
    full_width, full_height = gpano.full_width_px, gpano.full_height_px
    if full_width is None:
        return None, ()
    width, height = gpano.width_px or min(float(width_px), full_width), gpano.height_px or float(height_px)
    if not GPano(width_px=width, height_px=height).fits(width_px, height_px):
        return None, (f"GPano tells of another picture, of {width:g} × {height:g} pixels: its sizes are set aside",)
    notices = []
    if height > full_width / 2.0 * (1.0 + _ROUNDED) and full_height is not None:
        full_width = 2.0 * full_height
    if width > full_width * (1.0 + _ROUNDED) or height > full_width / 2.0 * (1.0 + _ROUNDED):
        return None, (
            f"GPano's part of {width:g} × {height:g} pixels is larger than its sphere: its sizes are set aside",
        )
    top, left = gpano.top_px, gpano.left_px
    if full_height is None or abs(2.0 * full_height / full_width - 1.0) > _ROUNDED:
        if full_height is not None:
            notices.append(f"GPano's sphere of {full_width:g} × {full_height:g} pixels is not 2:1: centred")
        full_height, top = full_width / 2.0, None
    full_width, full_height = max(full_width, width), max(full_height, height)
    if top is None or top + height > full_height * (1.0 + _ROUNDED):
        top = (full_height - height) / 2.0
        if top > _ROUNDED * full_height and not notices:
            notices.append("GPano doesn't say how high the part lies on its sphere: centred on the horizon")
    if left is None or left >= full_width:
        left = (full_width - width) / 2.0
        if left > _ROUNDED * full_width:
            notices.append("GPano doesn't say where around the part lies on its sphere: centred")
    across, down = width_px / width, height_px / height
    part = SpherePart(
        width_px=width_px,
        height_px=height_px,
        full_width_px=full_width * across,
        full_height_px=full_height * down,
        left_px=left * across,
        top_px=min(top, full_height - height) * down,
    )
    return part, tuple(notices)
