"""What a person reads at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table

from protocol.scene import Scene
from server.export.pictures.lettering.words import direction_words, distance_words


def source_table(scene: Scene, *, width: int) -> Table:
    """The sources of a scene, a row each, loudest first.

    A narrow terminal gets what fits, and the metres in any case: first goes how a source is known, then its level, its
    elevation, and at last the end of its name.

    Args:
        scene: whose sources.
        width: of the terminal, in columns; everything fits 80.
    """
    sources = scene.sources
    columns = {
        "source": [source.id for source in sources],
        "direction": [direction_words(source) for source in sources],
        "distance": ["" if source.distance_m is None else distance_words(source) for source in sources],
        "level at 1 m": [f"{source.level_db_spl_1m:.0f} dB" for source in sources],
        "known": [
            "by hand" if source.evidence == "given" else f"{source.evidence} {source.confidence:.0%}"
            for source in sources
        ],
    }
    for heading in ("known", "level at 1 m"):
        if _width(columns) > width:
            del columns[heading]
    if _width(columns) > width:
        columns["direction"] = [words.partition(",")[0] for words in columns["direction"]]
    left_for_names = max(1, width - _width({**columns, "source": [""]}) + len("source"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in columns:
        table.add_column(
            heading,
            no_wrap=True,
            justify="right" if heading.startswith("level") else "left",
            max_width=left_for_names if heading == "source" else None,
        )
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table


def _width(columns: Mapping[str, Sequence[str]]) -> int:
    """How wide a table of these columns is, each under its heading and with two spaces around it."""
    return sum(max(map(len, (heading, *cells))) + 2 for heading, cells in columns.items())
