import json
import os
import subprocess
from functools import partial

import pytest
from typer.testing import CliRunner

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.cli.app import app
from server.pipeline.picture.image import read_picture
from server.streetview.maps_client import MapsClient
from tests.server.cli.command import SONORAMA
from tests.server.streetview.google import KEY, METADATA, PANO, Google, refusal, serving
from tests.timing import PATIENCE_S

PLACE = ("--lat", "37.42", "--lon", "-122.08")


@pytest.fixture
def google(monkeypatch):
    """Google's services on this machine, and a key for them."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("SONORAMA_GOOGLE_KEY", KEY)
    services = Google()
    with serving(services) as url:
        here = partial(MapsClient, tiles_url=url, maps_url=url, first_wait_s=0.01)
        monkeypatch.setattr("server.streetview.maps_client.MapsClient", here)
        yield services


def fetched(*arguments):
    done = CliRunner().invoke(app, ["fetch-streetview", *map(str, arguments), "--accept-terms"])
    if isinstance(done.exception, SonoramaError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def test_a_place_becomes_a_panorama_with_its_attribution(google, tmp_path):
    done = fetched(*PLACE, "--out", tmp_path / "new" / "a.jpg")
    lines = dict(line.split(":", 1) for line in done.stdout.splitlines())
    assert lines["Attribution"].strip() == "Google Street View, © 2023 Zoë & Sons, 2023-01"
    assert lines["Panorama id"].strip() == PANO
    assert lines["Heading of its centre"].strip() == "94.3°"
    assert KEY not in done.output
    picture = read_picture(tmp_path / "new" / "a.jpg")
    assert (picture.view.width_px, picture.heading_deg) == (416, 94.35)


def test_an_id_needs_no_search_and_a_zoom_too_deep_is_told(google, tmp_path):
    done = fetched("--pano", PANO, "--out", tmp_path / "a.jpg", "--zoom", 5)
    assert "no zoom beyond 3" in done.stderr
    assert "/v1/streetview/panoIds" not in google.paths()
    assert read_picture(tmp_path / "a.jpg").view.width_px == 416


def test_a_smaller_zoom_is_a_smaller_picture(google, tmp_path):
    fetched("--pano", PANO, "--out", tmp_path / "a.jpg", "--zoom", 1)
    assert read_picture(tmp_path / "a.jpg").view.width_px == 104


def test_a_panorama_without_a_heading_says_so(google, tmp_path):
    google.metadata = {name: value for name, value in METADATA.items() if name != "heading"}
    assert "Heading of its centre:  unknown" in fetched(*PLACE, "--out", tmp_path / "a.jpg").stdout


def test_a_heading_asks_for_a_photograph_and_the_exact_field_of_view_is_told_on(google, tmp_path):
    done = fetched(*PLACE, "--heading-deg", -90, "--hfov-deg", 80, "--out", tmp_path / "a.jpg")
    assert "--hfov-deg 80" in done.stdout
    assert "© Google" in done.stdout
    picture = read_picture(tmp_path / "a.jpg")
    assert (picture.view.projection, picture.heading_deg) == ("perspective", 270.0)
    assert not any("tile" in path for path in google.paths())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lat", "1"),
        (),
        (*PLACE, "--pano", PANO),
        (*PLACE, "--hfov-deg", "80"),
    ],
)
def test_options_that_do_not_go_together_are_told_before_anything_is_asked_for(google, tmp_path, arguments):
    with pytest.raises(InputError):
        fetched(*arguments, "--out", tmp_path / "a.jpg")
    assert google.asked == []


def test_only_a_jpeg_can_be_written(google, tmp_path):
    with pytest.raises(InputError, match="let it end in"):
        fetched(*PLACE, "--out", tmp_path / "a.png")
    assert google.asked == []


def test_nothing_is_asked_for_before_the_terms_are_accepted(google, tmp_path):
    done = CliRunner().invoke(app, ["fetch-streetview", *PLACE, "--out", str(tmp_path / "a.jpg")])
    assert isinstance(done.exception, InputError)
    assert "--accept-terms" in str(done.exception)
    assert google.asked == []


def test_a_failed_run_leaves_no_file(google, tmp_path):
    google.faults["/v1/streetview/tiles/3/6/3"] = [(404, refusal(404, "gone"))]
    with pytest.raises(UnavailableError):
        fetched(*PLACE, "--out", tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_generated_scene_knows_north(google, tmp_path):
    fetched(*PLACE, "--out", tmp_path / "a.jpg")
    out = tmp_path / "scene"
    made = CliRunner().invoke(app, ["generate", str(tmp_path / "a.jpg"), "--out", str(out), "--top", "0"])
    assert made.exit_code == 0, made.output
    assert json.loads((out / "scene.json").read_text())["listener"]["heading_deg"] == 94.35


@pytest.mark.parametrize(("key", "words"), [(None, "isn't set"), (" ", "isn't set"), ("two words", "isn't a key")])
def test_a_key_that_is_missing_or_none_is_one_line(tmp_path, key, words):
    environment = {name: value for name, value in os.environ.items() if name != "SONORAMA_GOOGLE_KEY"}
    if key is not None:
        environment["SONORAMA_GOOGLE_KEY"] = key
    command = [SONORAMA, "fetch-streetview", *PLACE, "--out", tmp_path / "a.jpg"]
    done = subprocess.run(
        [*command, "--accept-terms"], capture_output=True, text=True, env=environment, timeout=PATIENCE_S
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"sonorama: SONORAMA_GOOGLE_KEY: {words}; ")
    assert len(done.stderr.splitlines()) == 1
