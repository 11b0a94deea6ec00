"""What a server does, at the bottom of a terminal: who is connected, what plays, what is being made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from protocol.wire.sources import SourceState
from server.api.serving import Server
from server.api.stage.live_scene import LiveScene
from server.api.stage.stage import Guest

_PER_S = 4
_MOST_ROWS = 8
_MOST_NAMES = 6


class StatusView:
    """Shows a running server; a context manager. Where no one watches a terminal it does nothing."""

    def __init__(self, console: Console, server: Server) -> None:
        self._server = server
        self._live = Live(
            get_renderable=self.view, console=console, refresh_per_second=_PER_S, transient=True, redirect_stderr=False
        )
        self._is_seen = console.is_terminal

    def __enter__(self) -> Self:
        if self._is_seen:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_seen:
            self._live.stop()

    def view(self) -> Group:
        """The server in a line; then those who hear something, and what they hear."""
        if self._server.address is None:
            return Group(Text("starting", style="dim"))
        stage = self._server.stage
        guests = [somebody.guest for somebody in stage.audience()]
        hearing = Counter(scene_id for guest in guests for scene_id in guest.scene_ids)
        return Group(
            _row(self._server_words()),
            *_shortened([f"  {guest_words(guest)}" for guest in guests]),
            *_shortened([f"  {scene_words(live)}" for live in stage.heard() if hearing[live.scene_id]]),
        )

    def _server_words(self) -> str:
        server = self._server
        parts = [server.address or "", f"{server.connections} connections"]
        running, waiting = server.jobs()
        for job in running:
            progress = job.progress
            far = "" if progress is None else f" {progress.stage} {progress.done}/{progress.steps}"
            parts.append(f"{job.kind} {job.scene_id}{far}")
        parts.append(f"{waiting} waiting" if waiting else "" if running else "idle")
        return " · ".join(part for part in parts if part)


def guest_words(guest: Guest) -> str:
    """Who is connected, in a line."""
    parts = [guest.client, f"hears {', '.join(guest.scene_ids)}" if guest.scene_ids else "hears nothing yet"]
    if guest.live_streams:
        late = f", {guest.underruns} blocks late" if guest.underruns else ""
        parts.append(f"live sound{late}")
    return " · ".join(parts)


def scene_words(live: LiveScene) -> str:
    """What a scene plays, in a line."""
    # Another thread changes them meanwhile.
    sources = tuple(live.state.sources.values())
    names = [source.label for source in sources if _sounds(source)]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    moving = sum(source.path is not None for source in sources)
    parts = [f"{live.scene_id} plays {', '.join(names[:_MOST_NAMES])}{more}" if names else f"{live.scene_id} is silent"]
    if moving:
        parts.append(f"{moving} moving")
    return " · ".join(parts)


def _sounds(source: SourceState) -> bool:
    return source.clip is not None and not source.muted and source.playing_since_s is not None


def _shortened(rows: Sequence[str]) -> Iterator[Text]:
    yield from map(_row, rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield _row(f"  and {len(rows) - _MOST_ROWS} more")


def _row(words: str) -> Text:
    # Clients name themselves: none of them moves the cursor.
    printable = "".join(sign if sign.isprintable() else "?" for sign in words)
    return Text(printable, no_wrap=True, overflow="ellipsis")
