"""A worker that can't be started yet."""

import asyncio
import resource
import sys
from pathlib import Path

from server.api.jobs.orders import Export, Order
from server.api.jobs.process import WorkerProcess
from tests.timing import PATIENCE_S

DONE = (sys.executable, "-c", 'import sys; sys.stdin.readline(); print(\'{"type": "work_done"}\')')


def executed(tmp_path, while_scarce) -> tuple[object, bool]:
    """What came of an order that was given while there were no descriptors, and whether it waited for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def main():
        worker = WorkerProcess(DONE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (sum(1 for _ in Path("/proc/self/fd").iterdir()), hard))
        try:
            order = asyncio.create_task(
                worker.execute(Order(request=Export(), folder=tmp_path, file=tmp_path / "file"), lambda _: None)
            )
            await asyncio.sleep(0.3)
            has_waited = not order.done()
            await while_scarce(worker)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return await asyncio.wait_for(order, PATIENCE_S), has_waited

    return asyncio.run(main())


async def _nothing(worker):
    del worker


async def _stop(worker):
    await worker.stop()


def test_an_order_waits_for_descriptors_and_is_carried_out(tmp_path):
    problem, has_waited = executed(tmp_path, _nothing)
    assert has_waited
    assert problem is None


def test_an_order_that_waits_can_be_stopped(tmp_path):
    problem, has_waited = executed(tmp_path, _stop)
    assert has_waited
    assert problem.code == "stopped"
