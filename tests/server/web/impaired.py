"""A network as phones have it, between a client and a server of this machine: slow, uneven, and now and then silent."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class ImpairedLink:
    """A port that leads to another one, every way with a delay that varies; TCP's order is kept.

    Args:
        target: the server's port.
        delay_s: the mean delay of each way.
        jitter_s: by how much it varies.
    """

    def __init__(self, target: int, *, delay_s: float, jitter_s: float) -> None:
        self._target, self._delay_s, self._jitter_s = target, delay_s, jitter_s
        self._random = random.Random(1)
        self._flows = asyncio.Event()
        self._flows.set()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._connect, "127.0.0.1", 0), self._loop
        ).result()
        self.port = self._server.sockets[0].getsockname()[1]

    def stall(self) -> None:
        """Let nothing through, and close nothing."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def go_on(self) -> None:
        """Let everything through that has waited."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def switch(self) -> None:
        """Change the network: what is connected stalls for good, and nothing tells; new connections work."""
        self.stall()
        self._flows = asyncio.Event()
        self.go_on()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink in ((client, to_server), (server, to_client)):
            queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            for work in (self._take(source, queue), self._give(queue, sink, self._flows)):
                task = asyncio.ensure_future(work)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _take(self, source: asyncio.StreamReader, queue: asyncio.Queue[tuple[float, bytes]]) -> None:
        data = b"-"
        while data:
            try:
                data = await source.read(65536)
            except OSError:
                data = b""
            delay_s = self._delay_s + self._random.uniform(-self._jitter_s, self._jitter_s)
            queue.put_nowait((self._loop.time() + delay_s, data))

    async def _give(
        self, queue: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter, flows: asyncio.Event
    ) -> None:
        data = b"-"
        try:
            while data:
                due_s, data = await queue.get()
                await asyncio.sleep(due_s - self._loop.time())
                await flows.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()
            with suppress(OSError):
                await sink.wait_closed()


@contextmanager
def impaired(port: int, *, delay_s: float = 0.08, jitter_s: float = 0.04) -> Iterator[ImpairedLink]:
    link = ImpairedLink(port, delay_s=delay_s, jitter_s=jitter_s)
    try:
        yield link
    finally:
        link.close()
