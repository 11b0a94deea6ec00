import errno
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from protocol.errors import InputError
from server.api.http.answers import install_handlers


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (errno.EACCES, 403, "read_only"),
        (errno.EROFS, 403, "read_only"),
        (errno.ENOSPC, 507, "full"),
        (errno.EIO, 503, "unavailable"),
    ],
)
def test_a_disk_that_takes_nothing_is_told_by_its_reason_and_not_by_its_path(number, status, code):
    app = FastAPI()
    install_handlers(app, root=Path("/srv/scenes"))

    @app.get("/change")
    def change():
        raise InputError("can't be written", where="/srv/scenes/x", remedy="-") from OSError(number, "no")

    answer = TestClient(app).get("/change")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "/srv" not in answer.text
