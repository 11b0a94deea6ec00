"""The page's files as the server gives them."""

import re

import httpx
import pytest

from server.web.files import FILES
from tests.server.api.server_process import serving


@pytest.fixture(scope="module")
def client(server):
    return server.client


def test_the_page_may_load_nothing_from_elsewhere(client):
    answer = client.get("/")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_is_there_with_all_that_it_names(client, name):
    answer = client.get(f"/page/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] in ("text/html", "text/css", "text/javascript")
    named = re.findall(r"from \"\./([^\"]+)\"|\"/page/([^\"]+)\"", answer.text)
    assert {one or other for one, other in named} <= set(FILES)


@pytest.mark.parametrize("name", ["nothing.mjs", "..%2f__init__.py", "%2e%2e/__init__.py", "page.mjs/", ""])
def test_nothing_else_is_given(client, name):
    assert client.get(f"/page/{name}").status_code == 404


def test_a_browser_that_has_a_file_gets_it_no_second_time(client):
    etag = client.get("/page/page.mjs").headers["ETag"]
    assert client.get("/page/page.mjs", headers={"If-None-Match": etag}).status_code == 304


def test_the_page_needs_no_token_and_what_it_shows_does(tmp_path):
    with serving(tmp_path / "library", token="open sesame") as guarded:
        address = guarded.client.base_url
        assert httpx.get(f"{address}/").status_code == 200
        assert httpx.get(f"{address}/page/page.mjs").status_code == 200
        assert httpx.get(f"{address}/v1/scenes").status_code == 401
