"""What those see who watch over a server."""

import asyncio
import errno
import io
import json
import logging
import sqlite3

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from protocol.errors import InputError, SceneError, SonoramaError, UnavailableError
from server.api.app import create_app
from server.api.logs import JsonLines, start_logs
from server.api.settings import ServerSettings


def test_counters_are_told_as_prometheus_reads_them(server, scene_id):
    server.client.get("/v1/scenes")
    server.client.get("/nowhere/at/all")
    answer = server.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["sonorama_http_requests_total", "/v1/scenes", "200", "GET"] >= 1
    # What is no route is one series, however many names are tried.
    assert samples["sonorama_http_requests_total", "", "", "404"] >= 1
    assert samples["sonorama_jobs_total", "", "done", "generate"] >= 1
    assert samples["sonorama_jobs_queued",] == 0
    assert samples["sonorama_jobs_running",] == 0
    assert ("sonorama_readers",) in samples
    assert samples["process_open_fds",] > 0


def test_methods_of_ones_own_make_no_series_of_their_own(server):
    for number in range(5):
        assert server.client.request(f"MADEUP{number}", "/healthz").status_code == 405
    text = server.client.get("/metrics").text
    assert "MADEUP" not in text
    assert 'method="other"' in text


def test_every_answer_may_be_kept_by_nobody_unless_it_says_so(server):
    answer = server.client.get("/v1/scenes")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


def test_what_is_not_there_is_told_like_everything_else(server):
    for answer, status in ((server.client.get("/nowhere"), 404), (server.client.put("/v1/scenes"), 405)):
        assert answer.status_code == status
        assert set(answer.json()) == {"code", "what", "where", "remedy"}
    assert server.client.get("/docs").status_code == 404


def test_a_server_that_can_not_reach_its_folder_is_alive_and_not_ready(tmp_path):
    async def statuses():
        folder = tmp_path / "library"
        app = create_app(
            ServerSettings(folder=folder, state_dir=tmp_path / "state", worker=("true",), presets=("embedded",))
        )
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                yield (await client.get("/readyz")).status_code
                folder.rename(tmp_path / "elsewhere")
                for path in ("/readyz", "/healthz", "/v1/scenes"):
                    answer = await client.get(path)
                    assert str(tmp_path) not in answer.text
                    yield answer.status_code

    async def all_statuses():
        return [status async for status in statuses()]

    assert asyncio.run(all_statuses()) == [200, 503, 200, 503]


def full_database():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (RuntimeError("a secret detail"), 500, "error"),
        (OSError(errno.EACCES, "a secret detail"), 500, "error"),
        (sqlite3.OperationalError("a secret detail"), 500, "error"),
        (OSError(errno.ENOSPC, "a secret detail"), 507, "full"),
        (full_database(), 507, "full"),
        (UnavailableError("is away", where="model", remedy="wait"), 503, "unavailable"),
        (SceneError("is damaged", where="scene", remedy="mend it"), 404, "bad_scene"),
        (SonoramaError("broke", where="it", remedy="mend it"), 500, "error"),
    ],
)
def test_a_failure_is_told_without_detail(tmp_path, caplog, failure, status, code):
    async def answered():
        app = create_app(
            ServerSettings(
                folder=tmp_path / "library", state_dir=tmp_path / "state", worker=("true",), presets=("embedded",)
            )
        )

        @app.get("/broken")
        def broken():
            raise failure

        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.get("/broken")

    answer = asyncio.run(answered())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "secret" not in answer.text
    # Whoever reads the log is told all of it.
    assert ("a secret detail" in caplog.text) == (code == "error" and "secret" in str(failure))


def test_a_folder_that_can_not_be_served_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")

    async def start():
        app = create_app(
            ServerSettings(
                folder=tmp_path / "file", state_dir=tmp_path / "state", worker=("true",), presets=("embedded",)
            )
        )
        async with app.router.lifespan_context(app):
            pass

    with pytest.raises(InputError, match="can't be used"):
        asyncio.run(start())


def test_a_log_is_a_line_of_json_for_each_thing_that_happened(loggers):
    stream = io.StringIO()
    start_logs(stream)
    logging.getLogger("sonorama.jobs").info("job\nended", extra={"fields": {"job": "7", "why": None}})
    try:
        raise ValueError("deep")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("broke")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["message"], first["job"], first["level"], first["logger"]) == (
        "job\nended",
        "7",
        "info",
        "sonorama.jobs",
    )
    assert "why" not in first
    assert "ValueError: deep" in second["trace"]


def test_a_quiet_log_tells_of_trouble_alone(loggers):
    stream = io.StringIO()
    start_logs(stream, quiet=True)
    logging.getLogger("sonorama.http").info("answered")
    logging.getLogger("sonorama.http").error("failed")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["failed"]


def test_a_record_without_fields_is_a_line_too():
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s", ("é",), None)
    assert json.loads(JsonLines().format(record))["message"] == "é"
