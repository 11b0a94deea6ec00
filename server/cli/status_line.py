"""What a server does, as one line at the bottom of a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from server.api.serving import Server

_PER_S = 4


class StatusLine:
    """Shows a running server; a context manager. Where no one watches a terminal it does nothing."""

    def __init__(self, console: Console, server: Server) -> None:
        self._server = server
        self._live = Live(
            get_renderable=self.line, console=console, refresh_per_second=_PER_S, transient=True, redirect_stderr=False
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

    def line(self) -> Text:
        """Where the server is, who follows it, and how far its jobs are."""
        server = self._server
        if server.address is None:
            return Text("starting", style="dim")
        parts = [server.address, f"{server.connections} connections"]
        running, waiting = server.jobs()
        for job in running:
            progress = job.progress
            far = "" if progress is None else f" {progress.stage} {progress.done}/{progress.steps}"
            parts.append(f"{job.kind} {job.scene_id}{far}")
        parts.append(f"{waiting} waiting" if waiting else "" if running else "idle")
        return Text(" · ".join(part for part in parts if part), no_wrap=True, overflow="ellipsis")
