import hashlib

import pytest

from protocol.errors import UnavailableError
from server.models import manifest
from server.models.catalogue import model_named
from tests.server.models.fetch.hub_server import commit_of
from tests.server.models.fetch.pulling import DINO, FILES, NEEDED, WEIGHTS, names_in, pulled, refused


def test_only_needed_files_come_and_no_pickle_beside_safetensors(hub, dino, tmp_path):
    held, reports = pulled(DINO, tmp_path)
    folder = tmp_path / DINO.name
    assert names_in(folder) == {*NEEDED, manifest.NAME}
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert held.revision == commit_of(DINO.source)
    assert {file.path: file.sha256 for file in held.files} == {
        name: hashlib.sha256(FILES[name]).hexdigest() for name in NEEDED
    }
    assert ("model.safetensors", len(WEIGHTS), len(WEIGHTS)) in reports


def test_a_pickle_comes_where_nothing_safer_is_published(hub, tmp_path):
    clap = model_named("clap")
    hub.repository(clap.source, {"config.json": b"{}", "pytorch_model.bin": b"PK\x03\x04"})
    pulled(clap, tmp_path)
    assert names_in(tmp_path / clap.name) == {"config.json", "pytorch_model.bin", manifest.NAME}


@pytest.mark.parametrize("token", [None, "of-somebody-else"])
def test_a_gated_model_says_how_to_get_it(hub, tmp_path, monkeypatch, token):
    gated = model_named("stable-audio-open")
    hub.repository(gated.source, {"scheduler/scheduler_config.json": b"{}"}, gated_to="granted")
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    error = refused(gated, tmp_path)
    assert isinstance(error, UnavailableError)
    assert "ask for access" in error.remedy
    assert "HF_TOKEN" in error.remedy
    assert error.where == f"https://huggingface.co/{gated.source}"


def test_an_unknown_revision_is_told(hub, dino, tmp_path):
    error = refused(DINO, tmp_path, revision="v9")
    assert "no revision 'v9'" in error.what


def test_a_vanished_model_is_told(hub, tmp_path):
    error = refused(DINO, tmp_path)
    assert DINO.source in error.where
    assert "HF_TOKEN" in error.remedy


def test_a_repository_without_the_needed_files_is_told(hub, tmp_path):
    tango = model_named("tangoflux")
    hub.repository(tango.source, {"config.json": b"{}", "tangoflux.safetensors": WEIGHTS})
    assert "vae.safetensors" in refused(tango, tmp_path).what


def test_no_path_leads_out_of_the_folder(hub, dino, tmp_path):
    dino.commits[dino.branches["main"]]["../outside.json"] = b"{}"
    assert "hub" in refused(DINO, tmp_path).what
    assert not (tmp_path / "outside.json").exists()


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "nonsense"])
def test_a_hub_that_is_away_is_told(hub, tmp_path, monkeypatch, endpoint):
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    error = refused(DINO, tmp_path)
    assert isinstance(error, UnavailableError)
    assert error.where == endpoint.removeprefix("http://")
    assert "bring the model's folder" in error.remedy


@pytest.mark.parametrize("answer", [b"<html>log in</html>", b"[]", b"{}", b'{"id": "a/b", "siblings": [{}]}'])
def test_something_that_is_no_hub_is_told(hub, tmp_path, answer):
    hub.plain[f"/api/models/{DINO.source}/revision/main"] = (answer, "text/html")
    assert "HF_ENDPOINT" in refused(DINO, tmp_path).remedy


def test_the_test_hub_satisfies_the_hub_library_itself(hub, dino, tmp_path):
    from huggingface_hub import hf_hub_download

    for name in ("config.json", "model.safetensors"):
        path = hf_hub_download(DINO.source, name, local_dir=tmp_path, endpoint=hub.url, token=False)
        with open(path, "rb") as file:  # noqa: PTH123
            assert file.read() == FILES[name]
