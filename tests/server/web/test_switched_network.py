"""The page on a phone that leaves the house: one network goes, another one comes, with another address of its own."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest
from PIL import Image

from tests.server.cli.command import SONORAMA
from tests.server.client.scenes import noisy_scene
from tests.server.web.namespaces import ADDRESS, two_networks
from tests.timing import PATIENCE_S

TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def networks():
    with two_networks() as made:
        yield made


@pytest.fixture
def address(networks, tmp_path):
    """A server on a machine of its own."""
    noisy_scene(tmp_path / "library", "square", 90.0)
    Image.new("RGB", (2, 1)).save(tmp_path / "library" / "square" / "picture.jpg")
    (tmp_path / "token").write_text(TOKEN)
    serve = [SONORAMA, "serve", "library", "--host", ADDRESS, "--port", "8765", "--token-file", "token"]
    log = tmp_path / "log"
    with log.open("w") as written:
        process = subprocess.Popen(
            [*networks.command(networks.server), *serve], cwd=tmp_path, stdout=written, stderr=subprocess.STDOUT
        )
        try:
            until_s = time.monotonic() + PATIENCE_S
            while "8765" not in log.read_text("utf-8"):
                assert process.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < until_s, log.read_text("utf-8")
                time.sleep(0.05)
            yield f"http://{ADDRESS}:8765/"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@pytest.fixture
def phone(networks, tmp_path):
    """A page in a browser on another machine."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium to look at pages with")
    from playwright.sync_api import sync_playwright

    program = tmp_path / "chromium"
    program.write_text(f'#!/bin/sh\nexec {" ".join(networks.command(networks.phone))} {chromium} "$@"\n')
    program.chmod(0o755)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(1000.0 * PATIENCE_S)
        yield page
        browser.close()


def test_the_page_follows_its_scene_through_another_network(networks, address, phone):
    phone.goto(address)
    phone.fill("#token", TOKEN)
    phone.press("#token", "Enter")
    phone.wait_for_selector("#sources tr input")
    phone.click("#listen")
    for network in (2, 1):
        networks.use(network)
        phone.wait_for_selector('#state:text-is("the server doesn\'t answer")')
        phone.wait_for_selector("#state:text-is('connected')")
    assert phone.locator("#sources tr input").count() == 1
