"""What a person reads at the end of a run."""

from __future__ import annotations

from rich import box
from rich.table import Table

from protocol.scene import Scene, Source
from server.export.pictures.drawing import distance_words


def source_table(scene: Scene) -> Table:
    """The sources of a scene, a row each."""
    table = Table(box=box.SIMPLE_HEAD, title=None, pad_edge=False)
    table.add_column("source", style="bold", no_wrap=True)
    table.add_column("direction", no_wrap=True)
    table.add_column("distance", justify="right", no_wrap=True)
    table.add_column("level at 1 m", justify="right", no_wrap=True)
    table.add_column("how known", no_wrap=True)
    table.add_column("sounds like")
    for source in scene.sources:
        table.add_row(
            source.id,
            direction_words(source),
            distance_words(source),
            f"{source.level_db_spl_1m:.0f} dB",
            "by hand" if source.evidence == "given" else f"{source.evidence}, {source.confidence:.0%}",
            source.prompt,
        )
    return table


def direction_words(source: Source) -> str:
    """Azimuth and elevation in words, such as "35° right, 4° up"."""
    if source.distance_m is None:
        return "all around"
    azimuth, elevation = round(source.azimuth_deg), round(source.elevation_deg)
    side = "ahead" if azimuth == 0 else "behind" if azimuth == 180 else f"{abs(azimuth)}° "
    if side.endswith(" "):
        side += "left" if azimuth > 0 else "right"
    height = "" if elevation == 0 else f", {abs(elevation)}° {'up' if elevation > 0 else 'down'}"
    return side + height
