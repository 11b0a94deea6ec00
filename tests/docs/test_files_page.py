"""The files that the documentation shows are files that the program reads."""

from __future__ import annotations

import re

import pytest

from server.export.head_path import read_head_path
from server.pipeline.given import read_given
from tests.docs.documents import ROOT

PAGE = (ROOT / "docs" / "reference" / "files.md").read_text("utf-8")


def example(title, folder):
    """The JSON of a section, in a file."""
    (text,) = re.findall(rf"^## {title}\n.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    file = folder / "example.json"
    file.write_text(text, "utf-8")
    return file


def test_the_sources_by_hand_are_read(tmp_path):
    sources = read_given(example("Sources by hand", tmp_path))
    assert [source.label for source in sources] == ["fountain", "dog", "wind"]


def test_the_path_of_the_head_is_read(tmp_path):
    path = read_head_path(example("A path of the head", tmp_path))
    assert path.listener(8.0).position_m == pytest.approx((3.0, 0.0, 0.0))
    assert path.listener(4.0).position_m == pytest.approx((1.5, 0.0, 0.0))
