"""Pictures from files: of any kind, upright, as 8-bit sRGB, and never more than was asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from protocol.errors import InputError
from server.pipeline.attitude import AUTO, asked_attitude
from server.pipeline.picture import limits
from server.pipeline.picture.deciding import taken_for
from server.pipeline.picture.decoding.file import decoded_file
from server.pipeline.picture.limits import narrowed
from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.picture.projections.unroll import on_sphere
from server.pipeline.picture.taken_for import Projection
from server.pipeline.picture.unseen import all_unseen
from server.pipeline.views import Picture, View, resized_mask

_SMALLEST_PX = 16
# Narrower than this no stage recognises much: a person 5 m away is 14 pixels high in such a panorama.
_TELLING_PX = {"equirectangular": 256, "perspective": 128}


def read_picture(
    path: Path, *, projection: Projection = "auto", hfov_deg: float | None = None, level: str = AUTO
) -> Picture:
    """A picture from a file.

    What it is taken for :func:`~server.pipeline.picture.deciding.taken_for` decides, and says; all but photographs
    come to their places on an equirectangular sphere. 16-bit values keep their upper half, radiance is tone-mapped,
    colour profiles are converted to sRGB, EXIF rotation is applied, and what is transparent becomes black and is
    unseen, as are plain borders and black poles. Of an animation the first frame counts. The compass heading is read
    from XMP GPano or EXIF, pitch and roll from XMP GPano; :func:`~server.pipeline.picture.levelling.levelled`
    undoes these.

    Args:
        path: the file.
        projection: what it is, where that is not to be found out.
        hfov_deg: horizontal field of view; else metadata tell, or the picture itself, or it is guessed.
        level: how its camera was tilted: ``auto`` for what its metadata say, ``off`` for level, or ``PITCH,ROLL`` in
            degrees.

    Raises:
        InputError: the file is missing, empty, damaged, no picture, too large, or of an impossible shape.
    """
    attitude = asked_attitude(level)
    decoded = decoded_file(path)
    taken = taken_for(decoded, projection=projection, hfov_deg=hfov_deg, where=str(path))
    pixels, unseen = narrowed(decoded.pixels), decoded.transparent
    mapping = taken.mapping
    if isinstance(mapping, View):
        view = mapping.resized(pixels.shape[1], pixels.shape[0])
    else:
        if not (isinstance(mapping, SpherePart) and mapping.is_whole):
            if unseen is not None:
                unseen = resized_mask(unseen, pixels.shape[1], pixels.shape[0])
            pixels, unseen = on_sphere(pixels, mapping, largest_width_px=limits.LARGEST_WIDTH_PX, unseen=unseen)
        view = View(name="picture", projection="equirectangular", width_px=pixels.shape[1], height_px=pixels.shape[0])
    if min(view.width_px, view.height_px) < _SMALLEST_PX:
        raise InputError(
            f"is only {view.width_px} × {view.height_px} pixels",
            where=str(path),
            remedy=f"give at least {_SMALLEST_PX} × {_SMALLEST_PX}",
        )
    unseen = all_unseen(pixels, unseen, around=view.projection == "equirectangular")
    return Picture(
        pixels=pixels,
        view=view,
        sha256=_digest(pixels, unseen, view),
        heading_deg=decoded.pose.heading_deg,
        attitude=attitude or decoded.pose.attitude,
        unseen=unseen,
        file_sha256=_sha256(decoded.pixels),
        original=mapping,
        taken_for=taken.words,
        notices=(*decoded.notices, *taken.notices, *_smallness(view)),
    )


def _smallness(view: View) -> tuple[str, ...]:
    """A warning of a picture in which little can be seen."""
    least_px = _TELLING_PX[view.projection]
    if view.width_px >= least_px:
        return ()
    words = f"the picture is only {view.width_px} pixels wide: little can be told from it; give {4 * least_px} or more"
    return (words,)


def _digest(pixels: NDArray[np.uint8], unseen: NDArray[np.bool_] | None, view: View) -> str:
    parts = [f"{view.projection} {view.hfov_deg!r}", _sha256(pixels)]
    if unseen is not None:
        parts.append(_sha256(np.packbits(unseen)))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _sha256(values: NDArray[np.uint8]) -> str:
    digest = hashlib.sha256(f"{values.shape} ".encode())
    digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
