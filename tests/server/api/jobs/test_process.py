"""A worker that can't be started yet, or takes more than it may."""

import asyncio
import resource
import sys
from pathlib import Path

import pytest

from server.api.jobs.bounds import JobBounds
from server.api.jobs.orders import Export, Order
from server.api.jobs.process import WorkerProcess
from tests.timing import PATIENCE_S

DONE = (sys.executable, "-c", 'import sys; sys.stdin.readline(); print(\'{"type": "work_done"}\')')


def executed(tmp_path, while_scarce) -> tuple[object, bool]:
    """What came of an order that was given while there were no descriptors, and whether it waited for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def main():
        worker = WorkerProcess(DONE, bounds=JobBounds())
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


@pytest.mark.parametrize(
    ("work", "bounds", "code"),
    [
        ("kept = bytearray(64 * 2**20); time.sleep(60)", JobBounds(memory_bytes=48 * 2**20), "too_large"),
        ("time.sleep(60)", JobBounds(seconds=0.5), "too_long"),
    ],
)
def test_a_worker_that_takes_more_than_it_may_is_ended_and_told_why(tmp_path, work, bounds, code):
    command = (sys.executable, "-S", "-c", f"import sys, time; sys.stdin.readline(); {work}")
    order = Order(request=Export(), folder=tmp_path, file=tmp_path / "file")
    execution = WorkerProcess(command, bounds=bounds).execute(order, lambda _: None)
    problem = asyncio.run(asyncio.wait_for(execution, PATIENCE_S))
    assert problem.code == code
    assert "ask for less" in problem.remedy
