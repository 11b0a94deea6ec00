from __future__ import annotations

from server.pipeline.select.choice import LeftOut
from server.pipeline.select.explanation import explanation
from tests.server.pipeline.select.scenery import source


def test_each_reason_stands_once_behind_what_it_is_about() -> None:
    left_out = [
        ("trees", "masked by road traffic"),
        ("person", "beyond 3 of a kind close together"),
        ("trees", "masked by road traffic"),
        ("grass", "masked by road traffic"),
    ]
    assert explanation([LeftOut(source=source(label), reason=reason) for label, reason in left_out]) == (
        "left out: trees (2) and grass, masked by road traffic; person, beyond 3 of a kind close together"
    )


def test_three_labels_are_listed() -> None:
    left_out = [LeftOut(source=source(label), reason="masked by wind") for label in ("dog", "cat", "bird")]
    assert explanation(left_out) == "left out: dog, cat and bird, masked by wind"


def test_where_nothing_was_left_out_nothing_is_said() -> None:
    assert explanation([]) == ""
