"""A server's state at the bottom of a terminal: connections, what plays, and the jobs that run."""

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
from server.api.streaming.live_scene import LiveScene
from server.api.streaming.subscriber import ConnectionInfo

_PER_S = 4
_MOST_ROWS = 8
_MOST_NAMES = 6
_MOST_SCENES = 20


class StatusView:
    """Shows the state of a running server; a context manager. Does nothing if the console is no terminal."""

    def __init__(self, console: Console, server: Server) -> None:
        self._server = server
        self._live = Live(
            get_renderable=self.view, console=console, refresh_per_second=_PER_S, transient=True, redirect_stderr=False
        )
        self._is_seen = console.is_terminal
        self._is_announced = False

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
        """A line for the server, then a line for each connection and each scene that is being followed."""
        address = self._server.address
        if address is None:
            return Group(Text("starting" if not self._server.should_exit else "stopping", style="dim"))
        self._announce(address)
        live_scenes = self._server.live_scenes
        connections = [subscriber.info for subscriber in live_scenes.subscribers()]
        hearing = Counter(scene_id for info in connections for scene_id in info.scene_ids)
        return Group(
            _row(self._server_words(address)),
            *_shortened([f"  {connection_words(info)}" for info in connections]),
            *_shortened([f"  {scene_words(live)}" for live in live_scenes.open_scenes() if hearing[live.scene_id]]),
        )

    def _announce(self, address: str) -> None:
        """Print once, above the state, which scenes there are and where a browser finds them."""
        if self._is_announced:
            return
        self._is_announced = True
        names = self._server.scene_names
        for scene_id, name in list(names.items())[:_MOST_SCENES]:
            self._live.console.print(_row(f"{address}/#{scene_id}  {name}"))
        if len(names) > _MOST_SCENES:
            self._live.console.print(_row(f"and {len(names) - _MOST_SCENES} more: {address}/v1/scenes"))

    def _server_words(self, address: str) -> str:
        server = self._server
        parts = [address, f"{server.connections} connections"]
        running, waiting = server.jobs()
        for job in running:
            progress = job.progress
            far = "" if progress is None else f" {progress.stage} {progress.done}/{progress.steps}"
            parts.append(f"{job.kind} {job.scene_id}{far}")
        parts.append(f"{waiting} waiting" if waiting else "" if running else "idle")
        return " · ".join(part for part in parts if part)


def connection_words(info: ConnectionInfo) -> str:
    """A connection in a line: the client, its scenes and live streams."""
    parts = [info.client, f"hears {', '.join(info.scene_ids)}" if info.scene_ids else "hears nothing yet"]
    if info.live_streams:
        late = f", {info.underruns} blocks late" if info.underruns else ""
        parts.append(f"live sound{late}")
    return " · ".join(parts)


def scene_words(live: LiveScene) -> str:
    """A scene in a line: the labels of the sources that play."""
    # A copy, because another thread changes them meanwhile.
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
    # Clients choose their names, which must not contain control characters for the terminal.
    printable = "".join(sign if sign.isprintable() else "?" for sign in words)
    return Text(printable, no_wrap=True, overflow="ellipsis")
