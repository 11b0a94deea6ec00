"""One server a folder, and no worker of an earlier one."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from protocol.errors import InputError, os_reason

_POLL_S = 0.05


class FolderLock:
    """A lock that whoever holds its descriptor keeps: this process, and the workers that inherit it.

    So a server that is started after another was killed waits until that one's last worker is gone, and two never
    write to the same scene.

    Args:
        path: of the lock's file.
        served: the folder that it is for.
        wait_s: how long to wait for others who hold it.
        shared: whether others may share it: those who serve a single scene share the lock of the folder around it.

    Raises:
        InputError: somebody else holds it all the time, or it can't be made.
    """

    def __init__(self, path: Path, *, served: Path, wait_s: float, shared: bool = False) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InputError(
                f"can't be written to ({os_reason(error)})", where=str(path), remedy="choose another --state-dir"
            ) from error
        until_s = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self.descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < until_s:
                    time.sleep(_POLL_S)
                    continue
                os.close(self.descriptor)
                raise InputError(
                    "is being served already", where=str(served), remedy="stop the other server first"
                ) from None
            return

    def release(self) -> None:
        """Let go."""
        os.close(self.descriptor)
