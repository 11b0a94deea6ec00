import codecs

from server.cli.tokens import read_token

TOKEN = "0123456789abcdef"


def test_a_byte_order_mark_is_no_part_of_a_token(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(codecs.BOM_UTF8 + TOKEN.encode() + b"\r\n")
    assert read_token(path) == TOKEN
