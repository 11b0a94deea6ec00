from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from protocol.message import Message
from protocol.session.sending.keyed_queue import MAX_UNKEYED, KeyedQueue


@dataclass(frozen=True)
class Word(Message):
    name: str | None
    value: int

    @property
    def key(self):
        return self.name


WORDS = st.lists(st.builds(Word, name=st.sampled_from(["a", "b", "c", None]), value=st.integers(0, 9)), max_size=30)


@given(WORDS)
def test_a_queue_holds_the_newest_word_for_each_key_in_the_order_of_their_coming(words):
    queue = KeyedQueue()
    for word in words:
        queue.put(word)
    newest = [
        word
        for number, word in enumerate(words)
        if word.key is None or all(later.key != word.key for later in words[number + 1 :])
    ]
    assert list(queue) == newest
    assert list(KeyedQueue(queue)) == newest
    assert [queue.pop() for _ in newest] == newest
    assert queue.pop() is None


def test_words_that_nothing_replaces_do_not_pile_up_and_those_that_went_are_counted():
    queue = KeyedQueue([Word("a", 0)])
    for number in range(3 * MAX_UNKEYED):
        queue.put(Word(None, number))
    words = list(queue)
    assert len(words) == 1 + MAX_UNKEYED
    assert words[-1].value == 3 * MAX_UNKEYED - 1
    assert queue.dropped == 2 * MAX_UNKEYED
