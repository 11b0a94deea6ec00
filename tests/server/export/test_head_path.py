from __future__ import annotations

from pathlib import Path

import pytest

from protocol.errors import InputError
from server.export.head_path import read_head_path


def test_a_path_is_read_with_what_is_left_out_at_nought(tmp_path: Path) -> None:
    file = tmp_path / "path.json"
    file.write_text('{"poses": [{"time_s": 0}, {"time_s": 4, "yaw_deg": 180, "position_m": [2, 0, 0]}]}')
    listener = read_head_path(file).listener(2.0)
    assert listener.position_m == (1.0, 0.0, 0.0)
    assert listener.rotation[:, 0] == pytest.approx([0.0, 1.0, 0.0])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "poses"),
        ("{}", "poses"),
        ('{"poses": []}', "at least 1"),
        ('{"poses": [{"yaw_deg": 3}]}', "time_s"),
        ('{"poses": [{"time_s": 0, "yaw": 3}]}', "yaw"),
        ('{"poses": [{"time_s": 0, "yaw_deg": "x"}]}', "yaw_deg"),
        ('{"poses": [{"time_s": 1}, {"time_s": 0}]}', "later time"),
    ],
)
def test_what_is_no_path_gets_one_line_that_says_why(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "path.json"
    file.write_text(content)
    with pytest.raises(InputError) as caught:
        read_head_path(file)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_head_path(tmp_path / "none.json")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "path.json"
    file.write_text('{"poses": [{"time_s": 0, "yaw_deg": 90}]}', encoding=encoding)
    assert read_head_path(file).listener(0.0).rotation[:, 0] == pytest.approx([0.0, 1.0, 0.0])
