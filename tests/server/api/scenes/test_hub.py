import asyncio
from dataclasses import dataclass

from protocol.message import Message
from server.api.scenes.hub import Hub
from server.api.scenes.subscription import Subscription


@dataclass(frozen=True)
class Word(Message):
    name: str
    value: int
    key_template = "{name}"


async def read(events):
    return [event async for event in events]


def test_a_slow_reader_hears_the_newest_and_a_late_one_what_is_retained():
    async def main():
        hub = Hub()
        hub.publish("t", Word("a", 0))
        hub.retain("t")
        with hub.subscribed("t") as early, hub.subscribed("other") as elsewhere:
            for value in (1, 2, 3):
                hub.publish("t", Word("a", value))
            hub.publish("t", Word("b", 4))
            assert hub.retained("t") == (Word("a", 3), Word("b", 4))
            with hub.subscribed("t") as late:
                assert hub.readers == 3
                hub.publish("t", Word("b", 5))
                hub.release("t")
                assert hub.retained("t") == ()
                hub.end("t")
                assert await read(early) == [Word("a", 3), Word("b", 5)]
                assert await read(late) == [Word("a", 3), Word("b", 5)]
            hub.close()
            assert await read(elsewhere) == []
        assert hub.readers == 0
        with hub.subscribed("t") as after_the_end:
            assert await read(after_the_end) == []

    asyncio.run(main())


def test_a_reader_that_waits_is_woken():
    async def main():
        hub = Hub()
        with hub.subscribed("t") as messages:
            reading = asyncio.create_task(read(messages))
            await asyncio.sleep(0)
            hub.publish("t", Word("a", 1))
            await asyncio.sleep(0.01)
            hub.publish("t", Word("a", 2))
            await asyncio.sleep(0.01)
            hub.end("t")
            assert await reading == [Word("a", 1), Word("a", 2)]

    asyncio.run(main())


def test_a_reader_that_never_reads_has_no_more_waiting_than_there_is_to_say():
    stalled = Subscription()
    for value in range(10_000):
        stalled.put(Word(f"word-{value % 7}", value))
    assert len(stalled) == 7
    assert stalled.dropped == 0
