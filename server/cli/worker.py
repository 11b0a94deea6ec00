"""The server's worker: ``python -m server.cli.worker`` does one job, in a process of its own.

See :mod:`server.api.work` for what goes in and what comes out. A worker is the first to go when memory runs out, and
gives way to whoever streams.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from protocol.errors import SceneError, SonoramaError
from protocol.messages import Event
from server.api.problems import Problem
from server.api.work import LINE, ORDER, Export, Generate, Order, Voice, WorkDone, WorkFailed

_TOO_LARGE = Problem(
    code="worker_killed", what="memory ran out", where="worker", remedy="give a smaller picture, or retry"
)
_GRACE_S = 2.0
_NICENESS = 10


def main() -> int:
    """Do what the first line of the input says; returns the exit status."""
    with _own_output() as output:

        def tell(message: Event | WorkDone | WorkFailed) -> None:
            output.write(LINE.dump_json(message) + b"\n")
            output.flush()

        order = ORDER.validate_json(sys.stdin.buffer.readline())
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        threading.Thread(target=_end_with_input, daemon=True).start()
        _give_way()
        answer = answered(order, tell)
        tell(answer)
    return 0 if isinstance(answer, WorkDone) else 1


def answered(order: Order, tell: Callable[[Event], None]) -> WorkDone | WorkFailed:
    """Do what an order says, telling of events; returns how it went."""
    try:
        match order.request:
            case Generate() as request:
                _generate(request, order, tell)
            case Voice() as request:
                _voice(request, order, tell)
            case Export() as request:
                _export(request, order)
    except SonoramaError as error:
        return WorkFailed(problem=Problem.of(error))
    except MemoryError:
        return WorkFailed(problem=_TOO_LARGE)
    return WorkDone()


def _generate(request: Generate, order: Order, tell: Callable[[Event], None]) -> None:
    from server.pipeline.image import read_picture

    # Ahead of what takes long to import: a bad picture is told of soon.
    picture = read_picture(Path(order.file), hfov_deg=request.hfov_deg)

    from server import presets
    from server.cli.generate import finished_scene
    from server.library import SceneFolder
    from server.pipeline.atomic import sweep

    stages = presets.stages(request.preset)
    folder = SceneFolder(Path(order.folder))
    sweep(folder.path)
    finished_scene(
        picture, folder, settings=request.settings, stages=stages, given=request.sources, tell=tell, mixed=False
    )


def _voice(request: Voice, order: Order, tell: Callable[[Event], None]) -> None:
    from server import presets
    from server.library import SceneFolder
    from server.pipeline.atomic import sweep
    from server.pipeline.flow import voiced
    from server.pipeline.settings import Settings

    folder = SceneFolder(Path(order.folder))
    sweep(folder.path / "clips")
    sources = [source for source in folder.scene().sources if source.id == request.source_id]
    if not sources:
        raise SceneError("there is no such source", where=f"source {request.source_id}", remedy="add it again")
    for event in voiced(
        [replace(sources[0], prompt=request.prompt)],
        settings=Settings(duration_s=request.duration_s, seed=request.seed),
        stages=presets.stages(request.preset),
        shelf=folder,
    ):
        tell(event)


def _export(request: Export, order: Order) -> None:
    from server.cli.render import Format, render
    from server.pipeline.atomic import replacing

    out = Path(order.file)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        made = Path(scratch) / (f"mix{request.suffix}" if request.format != "sources" else "stems")
        render(
            Path(order.folder),
            out=made,
            format=Format(request.format),
            order=request.order,
            yaw_deg=request.yaw_deg,
            turn_deg_per_s=0.0,
            path=None,
            hrtf=None,
            room=request.room,
            duration_s=request.duration_s,
            lufs=request.lufs,
        )
        if made.is_dir():
            # The samples hardly compress.
            with replacing(out) as archive, zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as content:
                for file in sorted(made.iterdir()):
                    content.write(file, file.name)
        else:
            made.replace(out)


def _own_output() -> BinaryIO:
    """The standard output, for lines of JSON alone: whatever a library prints goes to the standard error."""
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
