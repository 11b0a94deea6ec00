"""What a file is taken for, and why: decided once, and in the open."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.errors import InputError
from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.gpano_part import told_part
from server.pipeline.picture.projections.mapping import SphereMapping
from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.views import View

DEFAULT_HFOV_DEG = 65.0
"""A photograph's field of view where neither its EXIF nor the user tells: that of a 28 mm lens on 36 mm of film."""

_TWO_TO_ONE = 0.005
_LONGEST_ASPECT = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFor:
    """How the pixels of a file, upright and in full size, lie around the camera, and how that was found out.

    Attributes:
        mapping: a perspective :class:`View` for a photograph, anything else for what is to come onto a sphere.
        words: what the file is taken for, and why.
        notices: what else a person should know, such as metadata that contradict the picture.
    """

    mapping: View | SphereMapping
    words: str
    notices: tuple[str, ...] = ()


def taken_for(decoded: Decoded, *, hfov_deg: float | None, where: str) -> TakenFor:
    """Decide by what the user says, else by metadata, else by the picture's shape.

    Args:
        decoded: the picture and its metadata.
        hfov_deg: horizontal field of view of a photograph, where the user gives one.
        where: the file's name, for errors.

    Raises:
        InputError: it is too long a strip for a photograph.
    """
    width_px, height_px = decoded.width_px, decoded.height_px
    if decoded.gpano.projection_type in ("", "equirectangular"):
        part, notices = told_part(decoded.gpano, width_px, height_px)
        if part is not None:
            across, down = (360.0 * part.width_px / part.full_width_px, 180.0 * part.height_px / part.full_height_px)
            return TakenFor(
                mapping=part, words=f"panorama, {across:.0f}° × {down:.0f}°, from its GPano data", notices=notices
            )
    if abs(width_px / height_px / 2.0 - 1.0) <= _TWO_TO_ONE:
        return TakenFor(
            mapping=SpherePart.whole(width_px, height_px),
            words="panorama, 360° × 180°, since it is twice as wide as high",
        )
    if not 1 / _LONGEST_ASPECT <= width_px / height_px <= _LONGEST_ASPECT:
        raise InputError(
            f"is a strip of {width_px} × {height_px} pixels, neither a 2:1 panorama nor a photograph",
            where=where,
            remedy="give the whole sphere, twice as wide as high, or cut a photograph out",
        )
    told_deg = decoded.lens.hfov_deg(width_px, height_px)
    wide_deg = hfov_deg or told_deg or DEFAULT_HFOV_DEG
    why = "as given" if hfov_deg else "from its EXIF focal length" if told_deg else "guessed: say --hfov-deg"
    view = View(name="picture", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=wide_deg)
    return TakenFor(mapping=view, words=f"photograph, {wide_deg:.0f}° wide, {why}")
