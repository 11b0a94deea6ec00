"""The endpoint's proposer against a real HTTP server."""

import base64
import io
import threading
import time
from email.utils import formatdate

import numpy as np
import pytest
from PIL import Image

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models.describe import chat_completions
from server.models.describe.endpoint import KEY_VARIABLE, EndpointProposer, completions_url
from server.models.describe.question import QUESTION
from server.pipeline.stages import Impression
from server.pipeline.views import Picture
from tests.server.models.describe.chat_server import KEY, Handler, Reply, chat_server
from tests.timing import PATIENCE_S, stretched


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_completions, "_PAUSE_S", 0.01)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def impressions(url: str, views: list[Picture], **options: float) -> list[Impression]:
    return list(EndpointProposer(url, "llava", **options).propose(views))  # type: ignore[arg-type]


def failure(reply: Reply, views: list[Picture], **options: float) -> tuple[SonoramaError, int]:
    """The error, and how often was asked."""
    with chat_server(reply) as server:
        with pytest.raises(SonoramaError) as caught:
            impressions(server.url, views[:1], **options)
        assert "\n" not in str(caught.value)
        assert KEY not in str(caught.value)
        return caught.value, len(server.requests)


def test_each_view_is_sent_with_the_question_and_its_answer_read(
    views: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, f" {KEY}\n")
    with chat_server(lambda handler, _: handler.answer()) as server:
        found = impressions(server.url, views)
    assert [[proposal.label for proposal in impression.proposals] for impression in found] == [["dog"]] * 3
    assert {view.surroundings for view in found} == {"outdoor"}
    assert set(server.paths) == {"/v1/chat/completions"}
    pictures = []
    for request, headers in zip(server.requests, server.headers, strict=True):
        assert headers["authorization"] == f"Bearer {KEY}"
        assert (request["model"], request["temperature"]) == ("llava", 0)
        picture, text = request["messages"][0]["content"]
        assert text == {"type": "text", "text": QUESTION}
        start, data = picture["image_url"]["url"].split(",")
        assert start == "data:image/jpeg;base64"
        pictures.append(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))).astype(float))
    nearest = [np.argmin([np.abs(picture - view.pixels).mean() for view in views]) for picture in pictures]
    assert sorted(nearest) == [0, 1, 2]  # each was sent, in whatever order


def test_without_a_key_none_is_sent(views: list[Picture]) -> None:
    with chat_server(lambda handler, _: handler.answer()) as server:
        impressions(server.url, views[:1])
    assert "authorization" not in server.headers[0]


def test_answers_come_in_the_order_of_the_views_and_few_are_asked_at_once(views: list[Picture]) -> None:
    def reply(handler: Handler, number: int) -> None:
        request = handler.server.requests[number - 1]
        time.sleep(0.15 if number == 1 else 0.05)
        size = len(request["messages"][0]["content"][0]["image_url"]["url"])
        handler.answer(f'[{{"thing": "dog", "sound": "bark {size}"}}]')

    with chat_server(reply) as server:
        found = impressions(server.url, views * 2, at_once=2)
        single = [impressions(server.url, [view])[0] for view in views]
    assert [impression.proposals for impression in found] == [impression.proposals for impression in single] * 2
    assert server.most_at_once == 2


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(views: list[Picture]) -> None:
    def reply(handler: Handler, number: int) -> None:
        if number == 1:
            handler.send(429, {"error": {"message": "slow down"}}, Retry_After="1")
        else:
            handler.answer()

    with chat_server(reply) as server:
        assert [proposal.label for proposal in impressions(server.url, views[:1])[0].proposals] == ["dog"]
    assert len(server.times_s) == 2
    assert server.times_s[1] - server.times_s[0] >= 1.0


def test_a_date_to_wait_for_is_understood(views: list[Picture]) -> None:
    def reply(handler: Handler, number: int) -> None:
        if number == 1:
            handler.send(503, {}, Retry_After=formatdate(time.time() + 2.0, usegmt=True))
        else:
            handler.answer()

    with chat_server(reply) as server:
        impressions(server.url, views[:1])
    assert server.times_s[1] - server.times_s[0] >= 0.9


def test_a_server_that_wants_an_hour_is_told_of_and_not_waited_for(views: list[Picture]) -> None:
    error, asked = failure(lambda handler, _: handler.send(429, {"error": "quota"}, Retry_After="3600"), views)
    assert isinstance(error, UnavailableError)
    assert asked == 1
    assert "answers 429, quota" in str(error)


def test_a_server_that_keeps_failing_is_given_up(views: list[Picture]) -> None:
    error, asked = failure(lambda handler, _: handler.send(500, {"error": {"message": "out of\nmemory."}}), views)
    assert isinstance(error, UnavailableError)
    assert asked == 5
    assert "answers 500, out of memory; look at the server's log" in str(error)


def test_pauses_grow(views: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_completions, "_PAUSE_S", 0.05)
    with chat_server(lambda handler, _: handler.send(502, "")) as server, pytest.raises(UnavailableError):
        impressions(server.url, views[:1])
    pauses_s = np.diff(server.times_s)
    assert (pauses_s >= 0.75 * 0.05 * 2 ** np.arange(4)).all()


def test_a_wrong_key_is_told_at_once_and_never_shown(views: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(handler: Handler, _: int) -> None:
        handler.send(401, {"error": {"message": "Incorrect API key provided"}})

    error, asked = failure(reply, views)
    assert isinstance(error, InputError)
    assert "put a key into SONORAMA_DESCRIBE_KEY" in str(error)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    error, asked = failure(reply, views)
    assert asked == 1
    assert "the key is refused" in str(error)
    assert "Incorrect API key provided; check SONORAMA_DESCRIBE_KEY" in str(error)


def test_a_key_that_no_header_can_hold_is_refused(views: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "schlüssel")
    with pytest.raises(InputError, match="the key holds letters that no key has"):
        impressions("http://127.0.0.1:9", views)


def test_leaving_early_waits_for_no_answer(views: list[Picture]) -> None:
    left = threading.Event()
    waited_for: list[int] = []

    def reply(handler: Handler, number: int) -> None:
        if number > 1 and not left.wait(PATIENCE_S):
            waited_for.append(number)
        handler.answer()

    with chat_server(reply) as server:
        # One at a time: of two that are asked together, either may come first.
        answers = EndpointProposer(server.url, "llava", at_once=1).propose(views[:1] * 8)
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        left.set()  # only now does the second get its answer
        time.sleep(stretched(0.1))
        assert not waited_for
        assert len(server.requests) <= 2


def test_an_unknown_model_is_told_in_the_servers_words(views: list[Picture]) -> None:
    error, _ = failure(lambda handler, _: handler.send(404, {"error": {"message": "model 'llava' not found"}}), views)
    assert "model 'llava' not found; check the address, which usually ends in /v1, and the model" in str(error)


def test_a_web_page_is_no_answer(views: list[Picture]) -> None:
    page = "<!doctype html><title>Welcome</title>" * 100
    error, _ = failure(lambda handler, _: handler.send(200, page, kind="text/html"), views)
    assert "answers with a web page, not as a chat API" in str(error)
    error, _ = failure(lambda handler, _: handler.send(404, page, kind="text/html"), views)
    assert "Welcome" not in str(error)


@pytest.mark.parametrize(
    "body", ["null", "[]", '{"choices": []}', '{"choices": [{"text": "old"}]}', "plain words", "[" * 9_000]
)
def test_other_json_is_no_answer(views: list[Picture], body: str) -> None:
    error, asked = failure(lambda handler, _: handler.send(200, body), views)
    assert "not as a chat API" in str(error)
    assert asked == 1


def test_a_refusal_and_parts_are_answers(views: list[Picture]) -> None:
    with chat_server(
        lambda handler, number: handler.answer([None, [{"type": "text", "text": '[{"thing": "dog"}]'}]][number - 1])
    ) as server:
        refused, parts = impressions(server.url, views[:2], at_once=1)
    assert refused.proposals == ()
    assert "wrote nothing" in refused.notes[0]
    assert [proposal.label for proposal in parts.proposals] == ["dog"]


def test_a_connection_that_breaks_is_tried_again(views: list[Picture]) -> None:
    def reply(handler: Handler, number: int) -> None:
        if number == 1:
            handler.close_connection = True
            handler.connection.shutdown(2)
        elif number == 2:  # in the middle of the body
            handler.send_response(200)
            handler.send_header("Content-Length", "9999")
            handler.end_headers()
            handler.wfile.write(b'{"choices": [')
            handler.close_connection = True
        else:
            handler.answer()

    with chat_server(reply) as server:
        assert [proposal.label for proposal in impressions(server.url, views[:1])[0].proposals] == ["dog"]
    assert len(server.requests) == 3


def test_a_server_that_is_too_slow_is_given_up(views: list[Picture]) -> None:
    error, asked = failure(lambda handler, _: time.sleep(0.6), views, timeout_s=0.1)
    assert isinstance(error, UnavailableError)
    assert asked == 5
    assert "no answer came within 0.1 s" in str(error)


def test_nobody_there_is_told_at_once(views: list[Picture]) -> None:
    with chat_server(lambda handler, _: handler.answer()) as server:
        url = server.url
    with pytest.raises(UnavailableError, match="nobody answers there"):
        impressions(url, views)


def test_no_key_follows_a_redirect(views: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    error, asked = failure(lambda handler, _: handler.send(307, "", Location="http://127.0.0.1:9/v1"), views)
    assert asked == 1
    assert "it has moved to http://127.0.0.1:9/v1; give that address" in str(error)


def test_what_a_server_does_not_support_is_asked_otherwise(views: list[Picture]) -> None:
    def reply(handler: Handler, number: int) -> None:
        request = handler.server.requests[number - 1]
        for name in ("max_tokens", "temperature"):
            if name in request:
                handler.send(
                    400, {"error": {"message": f"Unsupported value: '{name}' is not supported with this model."}}
                )
                return
        handler.answer()

    with chat_server(reply) as server:
        assert [proposal.label for proposal in impressions(server.url, views[:1])[0].proposals] == ["dog"]
    assert server.requests[-1]["max_completion_tokens"] == server.requests[0]["max_tokens"]
    assert len(server.requests) == 3


def test_a_failure_ends_the_other_requests_too(views: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_completions, "_PAUSE_S", 30.0)

    def reply(handler: Handler, number: int) -> None:
        handler.send(500 if number > 1 else 401, {})

    with chat_server(reply) as server:
        began_s = time.monotonic()
        with pytest.raises(InputError):
            impressions(server.url, views, at_once=1)
        assert time.monotonic() - began_s < stretched(5.0)
        assert len(server.requests) <= 2


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://example.org", "http://", "http://[", "http://example.org:99999", ""]
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(InputError, match="is no address of an API"):
        EndpointProposer(url, "llava")


def test_the_identity_names_model_and_place_but_no_secret() -> None:
    one = EndpointProposer("https://me:secret@example.org:8443/v1?key=secret", "internvl")
    assert one.identity == "internvl@example.org:8443/v1/question2/tokens768"
    assert completions_url("http://h/openai/chat/completions/") == "http://h/openai/chat/completions"
