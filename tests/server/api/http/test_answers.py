import asyncio
import errno
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

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

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server") as client:
            return await client.get("/change")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "/srv" not in answer.text
