"""The server's worker: ``python -m server.worker`` does one job, in a process of its own.

See :mod:`server.api.jobs.orders` for what goes in and what comes out. A worker is the first to go when memory runs
out, and gives way to whoever streams.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, assert_never

from protocol.errors import SonoramaError
from protocol.events import Event
from server.api.http.problems import Problem
from server.api.jobs.orders import LINE, ORDER, Export, Generate, Order, Voice, WorkDone, WorkFailed

_TOO_LARGE = Problem(
    code="worker_killed", what="memory ran out", where="worker", remedy="give a smaller picture, or retry"
)
_GRACE_S = 2.0
_NICENESS = 10


def main() -> int:
    """Do what the first line of the input says; returns the exit status."""
    with _take_output() as output:

        def send(message: Event | WorkDone | WorkFailed) -> None:
            output.write(LINE.dump_json(message) + b"\n")
            output.flush()

        order = ORDER.validate_json(sys.stdin.buffer.readline())
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        threading.Thread(target=_end_with_input, daemon=True).start()
        _give_way()
        answer = carry_out(order, send)
        send(answer)
    return 0 if isinstance(answer, WorkDone) else 1


def carry_out(order: Order, announce: Callable[[Event], None]) -> WorkDone | WorkFailed:
    """Do what an order says and announce the events on the way; returns how it went."""
    events: Iterator[Event] = iter(())
    try:
        match order.request:
            case Generate() as request:
                events = _generate(request, order)
            case Voice() as request:
                events = _voice(request, order)
            case Export() as request:
                _export(request, order)
            case _:
                assert_never(order.request)
        for event in events:
            announce(event)
    except SonoramaError as error:
        return WorkFailed(problem=Problem.of(error))
    except MemoryError:
        return WorkFailed(problem=_TOO_LARGE)
    return WorkDone()


def _generate(request: Generate, order: Order) -> Iterator[Event]:
    from server.pipeline.picture.image import read_picture

    # Ahead of what takes long to import: a bad picture is reported soon.
    picture = read_picture(order.file, projection=request.projection, hfov_deg=request.hfov_deg, level=request.level)

    from server.files.atomic import sweep
    from server.library import SceneFolder
    from server.operations.make_scene import make_scene

    folder = SceneFolder(order.folder)
    sweep(folder.path)
    return make_scene(picture, folder, preset=request.preset, settings=request.settings, given=request.sources)


def _voice(request: Voice, order: Order) -> Iterator[Event]:
    from server.files.atomic import sweep
    from server.library import SceneFolder
    from server.operations.voice_source import voice_source

    folder = SceneFolder(order.folder)
    sweep(folder.path / "clips")
    return voice_source(
        folder,
        request.source_id,
        preset=request.preset,
        prompt=request.prompt,
        duration_s=request.duration_s,
        seed=request.seed,
    )


def _export(request: Export, order: Order) -> None:
    from server.operations.render_scene import render_to_one_file

    render_to_one_file(order.folder, out=order.file, format=request.format, options=request.options)


def _take_output() -> BinaryIO:
    """Take the standard output for lines of JSON alone: whatever a library prints goes to the standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _end_with_input() -> None:
    """Wait for the input's end, which is the server's, and end, too."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_GRACE_S)
    os._exit(1)


def _give_way() -> None:
    """Be the kernel's first choice when memory runs out, and its last one for a core."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with suppress(OSError):
        os.nice(_NICENESS)


if __name__ == "__main__":
    sys.exit(main())
