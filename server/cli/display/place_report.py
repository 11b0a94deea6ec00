"""What a person reads at the end of a place's making."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from rich import box
from rich.markup import escape
from rich.table import Table

from protocol.errors import printable
from protocol.place import Place, PlacedSource
from protocol.scene import Kind

_WORDS: dict[Kind, str] = {"point": "things", "line": "lines", "area": "areas", "ambient": "ambience"}


def place_table(place: Place, *, width: int) -> Table:
    """The sources of a place, a row for each name, the most numerous first.

    Args:
        place: whose sources.
        width: of the terminal, in columns.
    """
    by_label: defaultdict[tuple[str, Kind], list[PlacedSource]] = defaultdict(list)
    for source in place.sources:
        by_label[source.label, source.kind].append(source)
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        width=min(width, 80),
        caption=f"{len(place.viewpoints)} viewpoints, {len(place.sources)} sources",
        caption_justify="left",
    )
    for heading in ("source", "how many", "passing", "seen from", "known to", "level at 1 m"):
        table.add_column(heading, justify="left" if heading == "source" else "right", no_wrap=True)
    for (label, kind), sources in sorted(by_label.items(), key=lambda each: (-len(each[1]), each[0])):
        gone = sum(source.passing for source in sources)
        views = np.median([len(source.seen_from) for source in sources])
        sigmas_m = [
            float(np.sqrt(source.covariance_m2[0][0] + source.covariance_m2[1][1]))
            for source in sources
            if source.covariance_m2 is not None
        ]
        levels_db = [source.level_db_spl_1m for source in sources]
        table.add_row(
            escape(printable(label)),
            f"{len(sources)} {_WORDS[kind]}",
            str(gone or ""),
            f"{views:.0f}",
            f"{np.median(sigmas_m):.1f} m" if sigmas_m else "",
            f"{np.median(levels_db):.0f} dB",
        )
    return table
