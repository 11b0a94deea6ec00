import socket
import traceback
from types import SimpleNamespace

import pytest

from protocol.errors import InputError, SonoramaError, UnavailableError
from tests.server.streetview.google import KEY, maps_client, refusal
from tests.timing import stretched

PATH = "/v1/createSession"


def failure(google, *faults, **options):
    google.faults[PATH] = list(faults)
    with pytest.raises(SonoramaError) as caught:
        maps_client(google.url, **options).fetch_json(google.url + PATH, {}, body={"mapType": "streetview"})
    return caught.value


@pytest.mark.parametrize(
    ("code", "message", "kind", "words"),
    [
        (400, "API key not valid. Please pass a valid API key.", InputError, "refuses the key (api key not valid)"),
        (401, "", InputError, "refuses the key; check"),
        (403, "Map Tiles API has not been used in project 7", InputError, "refuses the key (map tiles api has not"),
        (400, "Invalid zoom.", UnavailableError, "answers 400 (invalid zoom)"),
        (404, "Not found.", UnavailableError, "there is nothing"),
        (302, "", UnavailableError, "answers 302"),
    ],
)
def test_a_lasting_refusal_is_one_line_after_one_try(google, code, message, kind, words):
    error = failure(google, (code, refusal(code, message), {"Location": "http://127.0.0.1:1/"}))
    assert isinstance(error, kind)
    assert words in str(error)
    assert "\n" not in str(error)
    assert len(google.asked) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            (429, refusal(429, "Quota exceeded for quota metric.")),
            "the quota is spent (quota exceeded for quota metric)",
        ),
        ((503, b"<html>busy</html>"), "answers 503; try again later"),
        ("cut", "the answer was cut off; check the network"),
        ("hang up", "the answer was cut off; check the network"),
    ],
)
def test_what_may_pass_is_tried_four_times_and_then_told(google, fault, words):
    assert words in str(failure(google, *[fault] * 4))
    assert len(google.asked) == 4


def test_a_slow_answer_is_tried_again(google):
    google.faults[PATH] = ["slow", "slow"]
    answer = maps_client(google.url, timeout_s=stretched(0.2)).fetch_json(
        google.url + PATH, {}, body={"mapType": "streetview"}
    )
    assert answer["session"]
    assert len(google.asked) == 3


def test_an_answer_that_never_comes_is_told(google):
    assert "takes too long to answer" in str(failure(google, *["slow"] * 4, timeout_s=stretched(0.05)))


def test_the_service_says_how_long_to_wait(google, monkeypatch):
    waits = []
    monkeypatch.setattr("server.streetview.maps_client.time", SimpleNamespace(sleep=waits.append))
    google.faults[PATH] = [(429, b"", {"Retry-After": "7"}), (503, b"", {"Retry-After": "86400"}), (503, b"")]
    maps_client(google.url).fetch_json(google.url + PATH, {}, body={"mapType": "streetview"})
    # Requests that an earlier test gave up may still wait their turn in threads of their own.
    told, waits = waits, [wait for wait in waits if wait >= 0.02]
    assert waits[:2] == [7.0, 30.0], told
    assert 0.02 <= waits[2] <= 0.04  # the third of waits that double, from 0.01 s on


@pytest.mark.parametrize("content", [b"<html>", b"[1]", b"\xff"])
def test_an_answer_that_is_no_object_is_told(google, content):
    assert "something else than JSON" in str(failure(google, (200, content)))


def test_an_endless_answer_is_not_read_to_its_end(google, monkeypatch):
    monkeypatch.setattr("server.streetview.maps_client._MOST_BYTES", 10)
    assert "more than 10 bytes" in str(failure(google, (200, b"x" * 11)))


def test_no_network_is_told_at_once(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(UnavailableError, match=r"can't be reached \(connection refused\); check the network"):
            maps_client(url).fetch(url + PATH, {})


@pytest.mark.parametrize("fault", [(403, b""), (429, b""), "cut", (200, b"<html>")])
def test_not_even_the_trace_of_an_error_shows_the_key(google, fault):
    error = failure(google, *[fault] * 4)
    assert KEY not in "".join(traceback.format_exception(error))
