"""What a file is taken for, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.pipeline.picture.projections.mapping import SphereMapping
from server.pipeline.views import View

Projection = Literal["auto", "equirectangular", "perspective", "cylindrical", "cubemap", "fisheye", "stereo"]
"""How a file may be taken, as a user names it."""


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
