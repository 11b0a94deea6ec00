"""A server in a thread of the test's own process, whose policy can be told."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from server.api.http.guard import LOOPBACK_NAMES
from server.api.serving import create_server, open_listening_socket
from server.api.settings import ServerSettings
from server.api.streaming.osc.settings import OscSettings
from tests.server.api.server_process import WORKER
from tests.timing import PATIENCE_S


@contextmanager
def in_a_thread(folder: Path, *, osc: OscSettings | None = None, osc_scene: str = "", **policy: object):
    """A server in this process, whose policy can be told; yields its port."""
    settings = ServerSettings(
        folder=folder,
        state_dir=folder.with_name(f"{folder.name}.state"),
        worker=WORKER,
        presets=("embedded",),
        names=LOOPBACK_NAMES,
        osc=osc,
        osc_scene=osc_scene,
    )
    server = create_server(settings)
    listening = open_listening_socket("127.0.0.1", 0)
    thread = threading.Thread(target=asyncio.run, args=(server.serve([listening]),), daemon=True)
    thread.start()
    until_s = time.monotonic() + PATIENCE_S
    while not server.started:
        assert time.monotonic() < until_s
        time.sleep(0.01)
    services = server.config.loaded_app.state.services
    services.live_scenes.policy = replace(services.live_scenes.policy, **policy)
    try:
        yield listening.getsockname()[1], services
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
