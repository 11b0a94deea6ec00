"""Which source has which colour: the same in every picture."""

from __future__ import annotations

import numpy as np

from protocol.coordinates import great_circle_deg
from protocol.scene import Scene
from server.export.pictures.drawing import COLOURS, Colour


def source_colours(scene: Scene) -> list[Colour]:
    """A colour for every source, in their order.

    The first have one each. Where there are more sources than colours, those of one colour lie far apart: each takes,
    of the colours that were given least often, the one whose others are farthest from it.
    """
    azimuth_deg = np.array([source.azimuth_deg for source in scene.sources])
    elevation_deg = np.array([source.elevation_deg for source in scene.sources])
    given: list[int] = []
    for index in range(len(scene.sources)):
        counts = [given.count(number) for number in range(len(COLOURS))]
        rare = [number for number, count in enumerate(counts) if count == min(counts)]
        apart_deg = {
            number: min(
                (
                    float(
                        great_circle_deg(
                            azimuth_deg[index], elevation_deg[index], azimuth_deg[other], elevation_deg[other]
                        )
                    )
                    for other, taken in enumerate(given)
                    if taken == number
                ),
                default=180.0,
            )
            for number in rare
        }
        given.append(max(rare, key=lambda number: (apart_deg[number], -number)))
    return [COLOURS[number] for number in given]
