"""Where a source is and how far, in words: the same in pictures, in tables and in lines."""

from __future__ import annotations

from protocol.coordinates import polar_from_scene, scene_from_polar
from protocol.scene import Scene, Source
from protocol.wire.sources import SourceState

# What leaves a gap narrower than this goes all round: nobody hears the gap.
_ALL_ROUND_DEG = 345.0
# Closer to the poles an azimuth means little.
_POLAR_ELEVATION_DEG = 80.0


def goes_all_round(source: Source | SourceState) -> bool:
    """Whether a source with a distance lies on all sides of the listener, as the ground of a square does."""
    return source.distance_m is not None and source.width_deg >= _ALL_ROUND_DEG


def direction_words(source: Source | SourceState) -> str:
    """Where a source is, such as "35° right, 4° up", "all round" for a ring, or "all around" for ambience."""
    if source.distance_m is None:
        return "all around"
    if goes_all_round(source) and abs(source.elevation_deg) < _POLAR_ELEVATION_DEG:
        return "all round"
    return bearing_words(source.azimuth_deg, source.elevation_deg)


def bearing_words(azimuth_deg: float, elevation_deg: float) -> str:
    """A direction in words, to the nearest degree.

    >>> bearing_words(-35.2, 4.0), bearing_words(-180.0, 0.2), bearing_words(12.0, -88.0)
    ('35° right, 4° up', 'behind', 'underfoot')
    """
    wrapped_deg, upward_deg, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg))
    azimuth, elevation = round(float(wrapped_deg)), round(float(upward_deg))
    if abs(elevation) >= _POLAR_ELEVATION_DEG:
        return "overhead" if elevation > 0 else "underfoot"
    side = "left" if azimuth > 0 else "right"
    across = {0: "ahead", 180: "behind", -180: "behind"}.get(azimuth, f"{abs(azimuth)}° {side}")
    return across if elevation == 0 else f"{across}, {abs(elevation)}° {'up' if elevation > 0 else 'down'}"


def distance_words(source: Source) -> str:
    """Distance with its uncertainty, such as "12 ± 2 m", to as many digits as make sense."""
    if source.distance_m is None or source.distance_sigma_m is None:
        return "all around"
    digits = 1 if source.distance_m < 10 else 0
    return f"{source.distance_m:.{digits}f} ± {source.distance_sigma_m:.{digits}f} m"


def place_words(source: Source) -> str:
    """What a label in a picture says of a source's place: its distance, and whether it goes all round."""
    return f"all round, {distance_words(source)}" if goes_all_round(source) else distance_words(source)


def source_name(source: Source, scene: Scene) -> str:
    """A source's label, with the number of its id where others are called the same."""
    label = " ".join(source.label.split())
    if sum(other.label == source.label for other in scene.sources) < 2:
        return label
    number = source.id.rpartition("-")[2]
    return f"{label} {number}" if number.isdigit() else source.id
