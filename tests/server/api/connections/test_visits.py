import pytest

from server.api.connections.budgets import Budgets
from server.api.connections.visits import Deadlines, Door


class Line:
    """A connection with some bytes that its client has not taken yet."""

    def __init__(self):
        self.waiting_bytes = 0
        self.is_cut = False

    def get_write_buffer_size(self):
        return self.waiting_bytes

    def get_extra_info(self, name):
        assert name == "socket"
        return self

    def setsockopt(self, *option):
        pass

    def abort(self):
        self.is_cut = True


@pytest.fixture
def door():
    return Door(Budgets(strangers=3, requests=2, listeners=2, of_one_address=4), Deadlines(head_s=10.0, write_s=30.0))


def test_the_stranger_that_has_been_silent_longest_makes_room(door):
    lines = [Line() for _ in range(4)]
    visits = [door.enter("192.0.2.1", line, float(at)) for at, line in enumerate(lines)]
    assert [line.is_cut for line in lines] == [True, False, False, False]
    assert list(door.strangers) == visits[1:]


def test_who_was_let_in_never_makes_room(door):
    known = Line()
    door.enter("192.0.2.1", known, 0.0).let_in()
    lines = [Line() for _ in range(4)]
    for line in lines:
        door.enter("192.0.2.2", line, 1.0)
    assert [known.is_cut, lines[0].is_cut] == [False, True]


def test_strangers_that_are_being_answered_make_no_room(door):
    for _ in range(3):
        door.enter("192.0.2.1", Line(), 0.0).waiting_since_s = None
    assert door.enter("192.0.2.2", Line(), 1.0) is None


def test_one_address_has_a_share_and_the_loopback_all(door):
    def let_in(address):
        visit = door.enter(address, Line(), 0.0)
        if visit is not None:
            visit.let_in()
        return visit is not None

    assert [let_in("127.0.0.1") for _ in range(6)] == [True] * 6
    assert let_in("192.0.2.1")
    # All places are taken.
    assert not let_in("127.0.0.1")
    for visit in [visit for visit in door.visits if visit.address == "127.0.0.1"]:
        door.leave(visit)
    assert [let_in("192.0.2.1") for _ in range(4)] == [True] * 3 + [False]


def test_who_leaves_makes_room_once(door):
    visits = [door.enter("192.0.2.1", Line(), 0.0) for _ in range(3)]
    for visit in visits:
        visit.let_in()
    door.leave(visits[0])
    door.leave(visits[0])
    assert len(door.visits) == 2
    assert door.enter("192.0.2.1", Line(), 0.0) is not None


def test_who_says_nothing_is_late_and_who_is_answered_is_not(door):
    silent, answered = (door.enter("192.0.2.1", Line(), 0.0) for _ in range(2))
    answered.waiting_since_s = None
    assert not set(door.late(10.0))
    assert set(door.late(10.1)) == {silent}


def test_who_takes_nothing_is_late(door):
    line = Line()
    reader = door.enter("192.0.2.1", line, 0.0)
    reader.waiting_since_s = None
    line.waiting_bytes = 10
    assert not set(door.late(30.0))
    assert set(door.late(31.0)) == {reader}
    line.waiting_bytes = 0
    assert not set(door.late(32.0))
    line.waiting_bytes = 10
    assert not set(door.late(62.0))
    assert set(door.late(62.1)) == {reader}


def test_requests_and_listeners_have_room_of_their_own(door):
    with door.holding("listeners"), door.holding("listeners"):
        assert not door.has_room("listeners")
        assert door.has_room("requests")
    assert door.has_room("listeners")
