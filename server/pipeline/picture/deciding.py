"""Decides what a file is taken for: by what the user says, else by its metadata, else by its pixels and its shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocol.errors import InputError
from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.evidence import cube_layout, edges_of, looks_like_fisheyes, looks_like_stereo
from server.pipeline.picture.kinds import (
    LONGEST_PHOTOGRAPH,
    MISFIT_OF_CUBES,
    cube,
    cylinder,
    fisheye,
    panorama,
    photograph,
    stereo,
)
from server.pipeline.picture.little_planet import looks_like_a_little_planet
from server.pipeline.picture.metadata.gpano_part import told_part
from server.pipeline.picture.projections.cylinder import Cylinder
from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.picture.taken_for import Projection, TakenFor

_TWO_TO_ONE = 0.005

# The lens of a camera that sees all round tells no field of view; any other is longer.
_SHORTEST_LENS_MM = 10.0

# Photographs are 3:2, 16:9, 18:9 or 21:9; what is longer and says how wide it is was stitched while turning.
_WIDEST_PHOTOGRAPH_DEG = 120.0

# In fewer columns too little is seen of a picture's edges.
_LEAST_EVIDENCE_PX, _LEAST_PHOTOGRAPH_PX = 256, 512
_FLAT = ("rectilinear", "perspective", "planar", "flat")
_GPANO = "from its GPano data"


def taken_for(decoded: Decoded, *, projection: Projection, hfov_deg: float | None, where: str) -> TakenFor:
    """What a file is taken for, and why.

    Args:
        decoded: the picture and its metadata.
        projection: as the user names it.
        hfov_deg: horizontal field of view, where the user gives one: of a photograph, of what there is of a panorama,
            of a fisheye's circle, of an eye.
        where: the file's name, for errors.

    Raises:
        InputError: the file can't be what the user says, is too long a strip for anything that is known, or is a
            little planet.
    """
    taken = _taken(decoded, projection, hfov_deg, where=where)
    aside = _set_aside(decoded, taken, projection)
    return replace(taken, notices=(*taken.notices, *aside))


def _taken(decoded: Decoded, projection: Projection, hfov_deg: float | None, *, where: str) -> TakenFor:
    width_px, height_px, why = decoded.width_px, decoded.height_px, "as --projection says"
    if decoded.cube_layout:
        if projection not in ("auto", "cubemap"):
            raise InputError(
                f"is a folder of a cube map's faces, not {projection}", where=where, remedy="give one file"
            )
        return cube(decoded, hfov_deg, "from a folder of its faces", where=where)
    match projection:
        case "perspective":
            return photograph(decoded, hfov_deg, why, where=where)
        case "equirectangular":
            told = None if hfov_deg else _part_by_gpano(decoded)
            return told or panorama(width_px, height_px, hfov_deg, why)
        case "cylindrical":
            told = None if hfov_deg else _cylinder_by_gpano(decoded)
            return told or cylinder(decoded, hfov_deg, why)
        case "cubemap":
            return cube(decoded, hfov_deg, why, where=where)
        case "fisheye":
            return fisheye(decoded, hfov_deg, why)
        case "stereo":
            return stereo(decoded, hfov_deg, why)
        case "auto":
            told = _as_told(decoded, hfov_deg, where=where)
            if told is None and hfov_deg is None:
                told = _as_seen(decoded, where=where)
            if told is None and hfov_deg is not None:
                told = _as_wide_as_given(decoded, hfov_deg, where=where)
            return told or photograph(decoded, hfov_deg, "", where=where)


def _set_aside(decoded: Decoded, taken: TakenFor, projection: Projection) -> Iterator[str]:
    """What metadata say that the picture wasn't taken for."""
    gpano = decoded.gpano
    if gpano.impossible:
        yield f"GPano values that can't be were set aside: {', '.join(gpano.impossible)}"
    told = gpano.projection_type or "equirectangular"
    if told not in ("equirectangular", "cylindrical", *_FLAT):
        yield f"GPano's projection {told[:40]!r} isn't known here and was set aside"
    elif projection not in ("auto", told) and gpano.is_panorama:
        yield f"the picture's GPano data, which say {told}, were set aside"
    elif told == "equirectangular" and not (isinstance(taken.mapping, SpherePart) and taken.notices):
        yield from told_part(gpano, decoded.width_px, decoded.height_px)[1]


def _as_told(decoded: Decoded, hfov_deg: float | None, *, where: str) -> TakenFor | None:
    """By GPano, or by a phone's word that it stitched a panorama; None where the metadata don't tell."""
    taken = None
    match decoded.gpano.projection_type:
        case "cylindrical":
            taken = _cylinder_by_gpano(decoded) or cylinder(decoded, hfov_deg, _GPANO)
        case "" | "equirectangular":
            taken = _part_by_gpano(decoded)
        case told if told in _FLAT:
            return photograph(decoded, hfov_deg, _GPANO, where=where)
    if taken is None and decoded.gpano.projection_type == "equirectangular" and not looks_like_stereo(decoded.pixels):
        taken = panorama(decoded.width_px, decoded.height_px, hfov_deg, _GPANO)
    if taken is None and decoded.lens.is_stitched:
        taken = cylinder(decoded, hfov_deg, "since its EXIF calls it a phone's panorama")
    mapping = taken.mapping if taken else None
    if hfov_deg and isinstance(mapping, SpherePart | Cylinder) and abs(mapping.hfov_deg - hfov_deg) > 1.0:
        raise InputError(
            f"is {mapping.hfov_deg:.0f}° wide by its metadata, not {hfov_deg:g}°",
            where=where,
            remedy="leave --hfov-deg out, or say --projection too",
        )
    return taken


def _part_by_gpano(decoded: Decoded) -> TakenFor | None:
    part, notices = told_part(decoded.gpano, decoded.width_px, decoded.height_px)
    if part is None:
        return None
    return TakenFor(
        mapping=part, words=f"panorama, {part.hfov_deg:.0f}° × {part.vfov_deg:.0f}°, {_GPANO}", notices=notices
    )


def _cylinder_by_gpano(decoded: Decoded) -> TakenFor | None:
    """A cylinder whose width and middle GPano tells; what it says of heights differs from writer to writer."""
    gpano = decoded.gpano
    if gpano.projection_type != "cylindrical" or gpano.full_width_px is None or gpano.width_px is None:
        return None
    hfov_deg = 360.0 * min(1.0, gpano.width_px / gpano.full_width_px)
    azimuth_deg = 0.0
    if gpano.left_px is not None and gpano.left_px < gpano.full_width_px:
        azimuth_deg = 180.0 - 360.0 * (gpano.left_px + gpano.width_px / 2.0) / gpano.full_width_px
    return cylinder(decoded, hfov_deg, _GPANO, azimuth_deg=azimuth_deg)


def _as_wide_as_given(decoded: Decoded, hfov_deg: float, *, where: str) -> TakenFor:
    """By the field of view that the user gives, and by the shape."""
    width_px, height_px = decoded.width_px, decoded.height_px
    aspect, why = width_px / height_px, "as --hfov-deg says"
    if hfov_deg >= 180.0 and any(looks_like_fisheyes(decoded.pixels, lenses) for lenses in (1, 2)):
        return fisheye(decoded, hfov_deg, why)
    is_whole = hfov_deg >= 360.0 and aspect < 2.5
    if is_whole or (hfov_deg >= 180.0 and aspect < 1.5):
        return panorama(width_px, height_px, hfov_deg, why)
    if hfov_deg >= 180.0 or aspect > LONGEST_PHOTOGRAPH or (hfov_deg > _WIDEST_PHOTOGRAPH_DEG and aspect >= 2.0):
        return cylinder(decoded, hfov_deg, why)
    return photograph(decoded, hfov_deg, "", where=where)


def _as_seen(decoded: Decoded, *, where: str) -> TakenFor | None:
    """By pixels, shape and lens; None for an ordinary photograph.

    Raises:
        InputError: it is a little planet.
    """
    pixels, width_px, height_px = decoded.pixels, decoded.width_px, decoded.height_px
    aspect = width_px / height_px
    has_lens = (decoded.lens.focal_35mm or 0.0) >= _SHORTEST_LENS_MM
    if not has_lens:
        if any(looks_like_fisheyes(pixels, lenses) for lenses in (1, 2)):
            return fisheye(decoded, None, "since it shows circles on black")
        if looks_like_stereo(pixels):
            return stereo(decoded, None, "since its halves show one place")
        layout = cube_layout(pixels)
        if layout and layout[1] <= MISFIT_OF_CUBES:
            return cube(decoded, None, "since the edges of its faces meet", where=where)
        if looks_like_a_little_planet(pixels):
            raise InputError(
                "is a little planet, which shows too little of the land around",
                where=where,
                remedy="give the panorama that it was made from, or say --projection perspective",
            )
    edges = edges_of(pixels)
    if abs(aspect / 2.0 - 1.0) <= _TWO_TO_ONE:
        if edges.are_a_spheres and has_lens:
            return panorama(width_px, height_px, None, "since its edges meet, in spite of its EXIF focal length")
        if has_lens or (edges.are_a_photographs and width_px >= _LEAST_PHOTOGRAPH_PX):
            return photograph(decoded, None, "since its edges don't meet as a sphere's do", where=where)
        return panorama(width_px, height_px, None, "since it is twice as wide as high: else say --projection")
    around = "since its right edge goes on at its left one: else say --projection"
    if aspect > 1.8 and (edges.are_a_spheres if has_lens else edges.go_around) and width_px >= _LEAST_EVIDENCE_PX:
        if aspect > LONGEST_PHOTOGRAPH:
            return cylinder(decoded, 360.0, around)
        return panorama(width_px, height_px, None, around)
    return None
