import asyncio
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from server.api.hub import MOST_UNKEYED, Hub, Mailbox


@dataclass(frozen=True)
class Word:
    key: str | None
    value: int


WORDS = st.lists(st.builds(Word, key=st.sampled_from(["a", "b", "c", None]), value=st.integers(0, 9)), max_size=30)


@given(WORDS)
def test_a_mailbox_holds_the_newest_word_for_each_key_in_the_order_of_their_coming(words):
    mailbox = Mailbox()
    for word in words:
        mailbox.put(word)
    newest = [
        word
        for number, word in enumerate(words)
        if word.key is None or all(later.key != word.key for later in words[number + 1 :])
    ]
    assert list(mailbox) == newest
    assert list(mailbox.copy()) == newest
    assert [mailbox.take() for _ in newest] == newest
    assert mailbox.take() is None


def test_words_that_nothing_replaces_do_not_pile_up():
    mailbox = Mailbox()
    mailbox.put(Word("a", 0))
    for number in range(3 * MOST_UNKEYED):
        mailbox.put(Word(None, number))
    words = list(mailbox)
    assert len(words) == 1 + MOST_UNKEYED
    assert words[-1].value == 3 * MOST_UNKEYED - 1


async def heard(messages):
    return [message async for message in messages]


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
                assert await heard(early) == [Word("a", 3), Word("b", 5)]
                assert await heard(late) == [Word("a", 3), Word("b", 5)]
            hub.close()
            assert await heard(elsewhere) == []
        assert hub.readers == 0
        with hub.subscribed("t") as after_the_end:
            assert await heard(after_the_end) == []

    asyncio.run(main())


def test_a_reader_that_waits_is_woken():
    async def main():
        hub = Hub()
        with hub.subscribed("t") as messages:
            listening = asyncio.create_task(heard(messages))
            await asyncio.sleep(0)
            hub.publish("t", Word("a", 1))
            await asyncio.sleep(0.01)
            hub.publish("t", Word("a", 2))
            await asyncio.sleep(0.01)
            hub.end("t")
            assert await listening == [Word("a", 1), Word("a", 2)]

    asyncio.run(main())
