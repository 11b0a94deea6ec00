import json

import pytest

from server.files.json_text import utf8_json

VALUE = {"label": "Bäckerei 🥐"}
TEXT = json.dumps(VALUE, ensure_ascii=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_as_any_editor_saves_it_says_the_same(encoding):
    assert utf8_json(TEXT.encode(encoding)) == TEXT.encode()


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf\xff", b"\xff\xfe{", b'{"a": "\xe4"}'])
def test_what_is_no_text_is_left_to_the_parser(raw):
    assert utf8_json(raw) == raw
