"""The command line: the only place that prints an error."""

from __future__ import annotations

import io
import sys

_RESUMABLE = ("generate", "demo", "models")


def main() -> None:
    """Run a command; an error is one line and an exit status of 1, an interrupt quiet and one of 130."""
    # Nothing is imported ahead of this, so that Ctrl-C is quiet from the beginning.
    from server.interrupts import INTERRUPTED, ending_at_interrupt

    with ending_at_interrupt():
        from protocol.errors import SonoramaError
        from server.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        # What a terminal can't show, such as a degree sign in ASCII, is no reason to fail after all the work.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except SonoramaError as error:
        if "--debug" in sys.argv:
            raise
        sys.stderr.write(f"sonorama: {error}\n")
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED and any(command in sys.argv for command in _RESUMABLE):
            sys.stderr.write("sonorama: stopped; the same command goes on from here\n")
        raise
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
