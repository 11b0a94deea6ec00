import pytest

from protocol.errors import InputError
from server.client.address import address_from


@pytest.mark.parametrize(
    ("url", "stream"),
    {
        "127.0.0.1:8765": "ws://127.0.0.1:8765/v1/stream",
        "http://studio.example": "ws://studio.example:80/v1/stream",
        "https://studio.example/": "wss://studio.example:443/v1/stream",
        "ws://[::1]:9/v1/stream": "ws://[::1]:9/v1/stream",
    }.items(),
)
def test_what_people_type_is_an_address(url, stream):
    assert address_from(url).stream_url == stream


@pytest.mark.parametrize(
    "url",
    ["", "ftp://studio.example", "http://", "http://a:99999", "http://[::1", "http://me:secret@a", "http://a?token=x",
     "http://a/v1/scenes"],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(url):
    with pytest.raises(InputError, match=r"127\.0\.0\.1:8765"):
        address_from(url)
