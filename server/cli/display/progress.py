"""Events of a run as a live display, or as plain lines where no one watches a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self, assert_never

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from protocol.events import (
    ClipReady,
    Event,
    Notice,
    SceneFinished,
    SourceLocated,
    StageAdvanced,
    StageFinished,
    StageStarted,
)

_WORDS = {
    "views": "cutting views",
    "propose": "listening to the picture",
    "ground": "finding things",
    "distance": "measuring distances",
    "locate": "placing what was found",
    "voice": "making sounds",
    "look": "looking at pictures",
    "align": "aligning viewpoints",
    "fuse": "making one world of them",
}


class ProgressDisplay:
    """Shows events as they come; a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case StageStarted():
                self._tasks[event.stage] = self._progress.add_task(
                    _WORDS[event.stage], total=max(1, event.steps), note=event.identity
                )
            case StageAdvanced():
                self._progress.update(self._tasks[event.stage], completed=event.done, total=event.steps)
            case StageFinished():
                task = self._tasks[event.stage]
                total = self._progress.tasks[task].total
                note = "kept from an earlier run" if event.reused else self._progress.tasks[task].fields["note"]
                self._progress.update(task, completed=total, note=note)
                self._say(f"{_WORDS[event.stage]}: {'kept from an earlier run' if event.reused else 'done'}")
            case SourceLocated(source=source):
                self._say(f"found {source.id}")
            case ClipReady():
                self._progress.update(self._tasks["voice"], note=event.source_id)
                self._say(f"clip of {event.source_id}: {'kept' if event.reused else 'made'}")
            case Notice():
                self._progress.console.print(f"note: {event.text}", style="yellow", highlight=False, markup=False)
            case SceneFinished():
                pass  # The scene itself is shown once all is done.
            case _:
                assert_never(event)

    def _say(self, line: str) -> None:
        """A plain line, where no bar can be drawn."""
        if not self._console.is_terminal:
            self._console.print(line, highlight=False, markup=False)
