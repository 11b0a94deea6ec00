"""What a place sounds like from a point: a scene, like any other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from protocol.coordinates import wrapped_azimuth_deg
from protocol.place import Place, PlacedSource
from protocol.scene import QUIETEST_DB_SPL, Environment, Image, Scene, SceneListener, Source
from server.place.hearing.ambience import AmbienceMap
from server.place.hearing.audible import MOST_HEARD, AudibleFew
from server.place.hearing.shapes import heard
from server.place.viewpoints import Floats, yaw_of_heading

_LEAST_GAIN = 0.01


class PlaceScenes:
    """The scenes at all points of a place.

    Args:
        place: what sounds where.
        most: how many sources are heard at once, ambience apart.
    """

    def __init__(self, place: Place, *, most: int = MOST_HEARD) -> None:
        self._place = place
        self._few = AudibleFew(place.sources, most=most)
        self._around = [source for source in place.sources if source.kind == "ambient" and not source.muted]
        self._ambience = AmbienceMap(place.viewpoints, self._around)

    def at(
        self,
        listener_m: Floats,
        heading_deg: float,
        *,
        scene_id: str,
        image: Image,
        camera_height_m: float,
        environment: Environment,
    ) -> Scene:
        """The scene at a point.

        Args:
            listener_m: where the ears are, shape (3,).
            heading_deg: compass heading of the scene's front.
            scene_id: of the scene.
            image: the picture that it shows.
            camera_height_m: of the ears above the ground.
            environment: what surrounds the point.
        """
        yaw_deg = float(np.degrees(yaw_of_heading(heading_deg)))
        gains = self._ambience.gains(listener_m)
        placed = [self._place.sources[int(number)] for number in self._few.loudest(listener_m)]
        return Scene(
            format="sonorama.scene",
            version=1,
            id=scene_id,
            image=image,
            listener=SceneListener(camera_height_m=camera_height_m, heading_deg=heading_deg),
            environment=environment,
            sources=(
                *(_placed(source, listener_m, yaw_deg) for source in placed),
                *(
                    _ambient(source, float(gain))
                    for source, gain in zip(self._around, gains, strict=True)
                    if gain > _LEAST_GAIN
                ),
            ),
        )


def _placed(source: PlacedSource, listener_m: Floats, yaw_deg: float) -> Source:
    position_m = source.position_m or (0.0, 0.0, 0.0)
    at = heard(source.shape, position_m, listener_m)
    offset = np.array(position_m) - listener_m
    ray = offset / max(float(np.linalg.norm(offset)), 1e-9)
    covariance = np.zeros((3, 3)) if source.covariance_m2 is None else np.array(source.covariance_m2)
    return replace(
        _bare(source),
        azimuth_deg=float(wrapped_azimuth_deg(at.azimuth_deg - yaw_deg)),
        elevation_deg=at.elevation_deg,
        distance_m=at.distance_m,
        distance_sigma_m=float(np.sqrt(np.maximum(ray @ covariance @ ray, 0.0))),
        width_deg=min(at.width_deg, 360.0),
        height_deg=min(at.height_deg, 180.0),
    )


def _ambient(source: PlacedSource, gain: float) -> Source:
    return replace(
        _bare(source),
        level_db_spl_1m=max(source.level_db_spl_1m + 20.0 * float(np.log10(gain)), QUIETEST_DB_SPL),
        width_deg=360.0,
        height_deg=180.0,
    )


def _bare(source: PlacedSource) -> Source:
    """The same source without a place: ambience needs none."""
    return Source(
        id=source.id,
        label=source.label,
        prompt=source.prompt,
        kind=source.kind,
        evidence=source.evidence,
        azimuth_deg=0.0,
        elevation_deg=0.0,
        distance_m=None if source.position_m is None else 1.0,
        distance_sigma_m=None if source.position_m is None else 0.0,
        level_db_spl_1m=source.level_db_spl_1m,
        confidence=source.confidence,
        clip=source.clip,
        muted=source.muted,
    )
