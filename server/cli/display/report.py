"""What a person reads at the end of a run."""

from __future__ import annotations

from rich import box
from rich.table import Table

from protocol.scene import Scene, Source
from protocol.wire.sources import SourceState
from server.export.pictures.drawing import distance_words


def source_table(scene: Scene) -> Table:
    """The sources of a scene, a row each, loudest first; it fits 80 columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("source", "direction", "distance", "level at 1 m", "known"):
        table.add_column(heading, no_wrap=True, justify="right" if heading.startswith("level") else "left")
    for source in scene.sources:
        table.add_row(
            source.id,
            direction_words(source),
            "" if source.distance_m is None else distance_words(source),
            f"{source.level_db_spl_1m:.0f} dB",
            "by hand" if source.evidence == "given" else f"{source.evidence} {source.confidence:.0%}",
        )
    return table


def direction_words(source: Source | SourceState) -> str:
    """Azimuth and elevation in words, such as "35° right, 4° up"."""
    if source.distance_m is None:
        return "all around"
    azimuth, elevation = round(source.azimuth_deg), round(source.elevation_deg)
    side = "left" if azimuth > 0 else "right"
    across = {0: "ahead", 180: "behind", -180: "behind"}.get(azimuth, f"{abs(azimuth)}° {side}")
    if elevation == 0:
        return across
    return f"{across}, {abs(elevation)}° {'up' if elevation > 0 else 'down'}"
