import shutil

import pytest

from tests.server.api.server_process import serving
from tests.timing import PATIENCE_S


@pytest.fixture(scope="module")
def browser():
    """A real browser, as Debian packs it; it may sound without anybody's click."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium to look at pages with")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """A page at which nothing may go wrong unseen."""
    faults = []
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    opened.set_default_timeout(1000.0 * PATIENCE_S)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    opened.faults = faults
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served") / "library") as running:
        yield running


@pytest.fixture(scope="module")
def scene_id(server, street):
    return server.done(server.begun(street, top=3))["scene_id"]
