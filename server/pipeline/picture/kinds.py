"""Each kind of picture that a file can be taken for: its mapping, and the words that tell it.

What neither the user nor the file says is guessed, and the words say that, too.
"""

from __future__ import annotations

from math import degrees, radians, tan

from protocol.errors import InputError
from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.evidence import cube_layout, fisheye_fov_deg
from server.pipeline.picture.projections.cube import CubeMap
from server.pipeline.picture.projections.cylinder import Cylinder
from server.pipeline.picture.projections.fisheye import Fisheye
from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.picture.projections.stereo import Stereo
from server.pipeline.picture.taken_for import TakenFor
from server.pipeline.views import View

DEFAULT_HFOV_DEG = 65.0
"""A photograph's field of view where neither its EXIF nor the user tells: that of a 28 mm lens on 36 mm of film."""

PHONE_VFOV_DEG = 55.0
"""How high a phone's panorama is: it holds the phone upright, and loses a fifth of its lens' height in stitching."""

LONGEST_PHOTOGRAPH = 4.0
"""The aspect ratio, either way, beyond which a picture is no photograph."""

_STRETCHED = 0.1
_FISHEYE_DEG, _TWO_FISHEYES_DEG = 180.0, 200.0


def photograph(decoded: Decoded, hfov_deg: float | None, why: str, *, where: str) -> TakenFor:
    """A perspective photograph.

    Args:
        decoded: the picture and its metadata.
        hfov_deg: as the user gives it.
        why: it is taken for one; empty where nothing speaks for anything else.
        where: the file's name, for errors.

    Raises:
        InputError: it is too long a strip, or said to be 180° wide or more.
    """
    width_px, height_px = decoded.width_px, decoded.height_px
    if not 1 / LONGEST_PHOTOGRAPH <= width_px / height_px <= LONGEST_PHOTOGRAPH:
        raise InputError(
            f"is a strip of {width_px} × {height_px} pixels, neither a 2:1 panorama nor a photograph",
            where=where,
            remedy="say how wide it is with --hfov-deg, if it is a panorama, or cut a photograph out",
        )
    if hfov_deg is not None and hfov_deg >= 180.0:
        raise InputError(
            f"can't be a photograph that is {hfov_deg:g}° wide",
            where=where,
            remedy="give --hfov-deg below 180, or another --projection",
        )
    told_deg = decoded.lens.hfov_deg(width_px, height_px)
    wide_deg = hfov_deg or told_deg or DEFAULT_HFOV_DEG
    if hfov_deg:
        reasons = ["as --hfov-deg says", why]
    elif told_deg:
        reasons = ["from its EXIF focal length", why]
    else:
        reasons = [why, "guessed: say --hfov-deg or --projection"]
    view = View(name="picture", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=wide_deg)
    return TakenFor(mapping=view, words=", ".join([f"photograph, {wide_deg:.0f}° wide", *filter(None, reasons)]))


def panorama(width_px: int, height_px: int, hfov_deg: float | None, why: str) -> TakenFor:
    """An equirectangular panorama whose place on the sphere nobody tells: ahead, and on the horizon.

    Args:
        width_px: columns of the file.
        height_px: rows of the file.
        hfov_deg: how far around it goes; None: all round, or from zenith to nadir where it is too high for that.
        why: it is taken for one.
    """
    aspect = width_px / height_px
    if hfov_deg is None:
        hfov_deg = 360.0 if aspect > 2.0 - 2.0 * _STRETCHED else 180.0 * aspect
    is_stretched = hfov_deg == 360.0 and abs(aspect / 2.0 - 1.0) <= _STRETCHED and aspect < 2.0 + _STRETCHED / 4.0
    full_width_px = width_px * 360.0 / hfov_deg
    full_height_px = height_px if is_stretched else max(full_width_px / 2.0, height_px)
    part = SpherePart(
        width_px=width_px,
        height_px=height_px,
        full_width_px=full_width_px,
        full_height_px=full_height_px,
        left_px=(full_width_px - width_px) / 2.0,
        top_px=(full_height_px - height_px) / 2.0,
    )
    return TakenFor(mapping=part, words=f"panorama, {part.hfov_deg:.0f}° × {part.vfov_deg:.0f}°, {why}")


def cylinder(decoded: Decoded, hfov_deg: float | None, why: str, *, azimuth_deg: float = 0.0) -> TakenFor:
    """A cylindrical panorama, its horizon at half its height.

    Args:
        decoded: the picture and its metadata.
        hfov_deg: how far around it goes; None: as far as a phone's panorama of this shape.
        why: it is taken for one.
        azimuth_deg: of its middle.
    """
    width_px, height_px = decoded.width_px, decoded.height_px
    if hfov_deg is None:
        hfov_deg = min(360.0, degrees(width_px / height_px * 2.0 * tan(radians(PHONE_VFOV_DEG / 2.0))))
        why += ", its width guessed: say --hfov-deg"
    mapping = Cylinder(
        width_px=width_px,
        height_px=height_px,
        hfov_deg=hfov_deg,
        horizon_px=height_px / 2.0,
        azimuth_deg=azimuth_deg,
    )
    return TakenFor(mapping=mapping, words=f"cylindrical panorama, {hfov_deg:.0f}° × {mapping.vfov_deg:.0f}°, {why}")


def cube(decoded: Decoded, hfov_deg: float | None, why: str, *, where: str) -> TakenFor:
    """A cube map, in whichever usual layout its faces fit best.

    Args:
        decoded: the picture and its metadata.
        hfov_deg: as the user gives it, which is a mistake.
        why: it is taken for one.
        where: the file's name, for errors.

    Raises:
        InputError: its shape is none of a cube map's, or a field of view is given.
    """
    if hfov_deg is not None:
        raise InputError("says nothing about a cube map, which shows all", where="--hfov-deg", remedy="leave it out")
    found = (decoded.cube_layout, 0.0) if decoded.cube_layout else cube_layout(decoded.pixels)
    if found is None:
        raise InputError(
            f"has {decoded.width_px} × {decoded.height_px} pixels, as no cube map has",
            where=where,
            remedy="give six square faces as a cross (4:3 or 3:4), as 3 × 2, or in one row or column",
        )
    layout, misfit = found
    mapping = CubeMap(width_px=decoded.width_px, height_px=decoded.height_px, layout=layout)
    notices = (f"the edges of the cube's faces hardly meet in any usual order; taken as {layout}",)
    return TakenFor(
        mapping=mapping, words=f"cube map ({layout}), {why}", notices=notices if misfit > MISFIT_OF_CUBES else ()
    )


MISFIT_OF_CUBES = 0.25
"""What :func:`~server.pipeline.picture.evidence.cube_layout` finds at most for a cube map: 0.13 where 0.33 and more is
found for photographs."""


def fisheye(decoded: Decoded, hfov_deg: float | None, why: str) -> TakenFor:
    """One fisheye circle, or two side by side where the picture is wide enough.

    Args:
        decoded: the picture and its metadata.
        hfov_deg: from rim to rim of a circle, as the user gives it.
        why: it is taken for such.
    """
    lenses = 2 if decoded.width_px / decoded.height_px > 1.9 else 1
    fov_deg, guess = hfov_deg, ""
    if fov_deg is None:
        fov_deg = fisheye_fov_deg(decoded.pixels) if lenses == 2 else None
        guess = ", by what both lenses show"
    if fov_deg is None:
        fov_deg, guess = (_TWO_FISHEYES_DEG if lenses == 2 else _FISHEYE_DEG), ", guessed: say --hfov-deg"
    mapping = Fisheye(width_px=decoded.width_px, height_px=decoded.height_px, lenses=lenses, fov_deg=fov_deg)
    what = "two fisheyes, the left one looking ahead" if lenses == 2 else "fisheye"
    return TakenFor(mapping=mapping, words=f"{what}, {fov_deg:.0f}° wide{guess}, taken as equidistant, {why}")


def stereo(decoded: Decoded, hfov_deg: float | None, why: str) -> TakenFor:
    """Two equirectangular pictures for two eyes, of which the left one's counts.

    Args:
        decoded: the picture and its metadata.
        hfov_deg: how far around an eye sees, as the user gives it.
        why: it is taken for such.
    """
    mapping = Stereo.of(decoded.width_px, decoded.height_px, hfov_deg)
    half = "upper" if mapping.layout == "over-under" else "left"
    wide_deg = 360.0 * mapping.eye.width_px / mapping.eye.full_width_px
    return TakenFor(
        mapping=mapping, words=f"stereo panorama ({mapping.layout}), {wide_deg:.0f}° × 180° of its {half} half, {why}"
    )
