import logging

from server.api.logs import Repeats


def record(message, at_s, *values, name="sonorama.http"):
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, values, None)
    made.created = at_s
    return made


def test_a_flood_of_one_kind_hides_no_other_and_is_counted():
    repeats = Repeats(most=3, within_s=10.0)
    assert [repeats.filter(record("refused %s", 0.0, number)) for number in range(5)] == [True] * 3 + [False] * 2
    assert repeats.filter(record("failed", 1.0))
    assert repeats.filter(record("refused %s", 1.0, 7, name="sonorama.jobs"))
    later = record("refused %s", 11.0, 5)
    assert repeats.filter(later)
    assert later.fields == {"left_out_before": 2}


def test_what_comes_now_and_then_is_never_left_out():
    repeats = Repeats(most=1, within_s=10.0)
    for at_s in range(0, 100, 10):
        line = record("answered", float(at_s))
        assert repeats.filter(line)
        assert not hasattr(line, "fields")
