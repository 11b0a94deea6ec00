"""A render on its way, as a person watches it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from protocol.errors import printable
from server.export.report import Report


class RenderDisplay(Report):
    """Shows a bar, where somebody watches a terminal, and keeps notes for the end; a context manager."""

    def __init__(self, out: Path, console: Console) -> None:
        self._out, self._console = out, console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("mixing", total=1.0)
        self._step = ""
        self._notes: dict[str, None] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        if error is None:
            for text in self._notes:
                self._console.print(f"note: {printable(str(self._out))}: {text}", highlight=False, markup=False)

    def advance(self, step: str, fraction: float) -> None:
        """Show how far a step is."""
        if step != self._step:
            self._step = step
            self._progress.reset(self._task, description=step)
        self._progress.update(self._task, completed=fraction)

    def note(self, text: str) -> None:
        """Keep a note; the same one is shown once."""
        self._notes[text] = None
