import numpy as np

from protocol.errors import InputError, UnavailableError
from server.models import manifest
from server.models.catalogue import model_named
from tests.server.models.fetch.hub_server import commit_of
from tests.server.models.fetch.pulling import DINO, FILES, NEEDED, WEIGHTS, names_in, pulled, refused


def test_a_cut_connection_is_gone_on_with(hub, dino, tmp_path):
    hub.cut_after_bytes += [len(FILES["config.json"]), len(FILES["vocab.txt"]), 300_000, 200_000]
    pulled(DINO, tmp_path)
    ranges = [part for path, part in hub.downloads() if path.startswith("/large")]
    assert ranges == [None, "bytes=300000-", "bytes=500000-"]
    assert (tmp_path / DINO.name / "model.safetensors").read_bytes() == WEIGHTS


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(hub, dino, tmp_path):
    hub.cut_after_bytes += [len(FILES["config.json"]), len(FILES["vocab.txt"]), 400_000, 0, 0, 0, 0]
    error = refused(DINO, tmp_path)
    assert isinstance(error, UnavailableError)
    assert "goes on from here" in error.remedy
    hub.cut_after_bytes.clear()
    hub.asked.clear()
    pulled(DINO, tmp_path)
    assert [part for path, part in hub.downloads() if path.startswith("/large")] == ["bytes=400000-"]
    assert names_in(tmp_path / DINO.name) == {*NEEDED, manifest.NAME}


def test_a_part_of_other_content_is_not_gone_on_with(hub, dino, tmp_path):
    hub.cut_after_bytes += [len(FILES["config.json"]), len(FILES["vocab.txt"]), 400_000, 0, 0, 0, 0]
    refused(DINO, tmp_path)
    hub.cut_after_bytes.clear()
    other = np.random.default_rng(1).bytes(len(WEIGHTS))
    newer = commit_of("newer")
    dino.commits[newer] = {**FILES, "model.safetensors": other}
    pulled(DINO, tmp_path, revision=newer)
    assert (tmp_path / DINO.name / "model.safetensors").read_bytes() == other
    assert names_in(tmp_path / DINO.name) == {*NEEDED, manifest.NAME}


def test_a_server_without_ranges_sends_all_of_it_again(hub, dino, tmp_path):
    hub.knows_ranges = False
    hub.cut_after_bytes += [len(FILES["config.json"]), len(FILES["vocab.txt"]), 300_000]
    pulled(DINO, tmp_path)
    assert (tmp_path / DINO.name / "model.safetensors").read_bytes() == WEIGHTS


def test_a_server_that_sends_another_part_than_asked_for_is_not_believed(hub, dino, tmp_path):
    hub.range_error_bytes = 10
    hub.cut_after_bytes += [len(FILES["config.json"]), len(FILES["vocab.txt"]), 300_000]
    assert "another part" in refused(DINO, tmp_path).what
    hub.range_error_bytes = 0
    pulled(DINO, tmp_path)
    assert (tmp_path / DINO.name / "model.safetensors").read_bytes() == WEIGHTS


def test_a_busy_server_is_asked_again(hub, dino, tmp_path):
    hub.busy = 2
    pulled(DINO, tmp_path)
    assert names_in(tmp_path / DINO.name) == {*NEEDED, manifest.NAME}


def test_changed_content_is_thrown_away(hub, dino, tmp_path):
    hub.corrupt = True
    error = refused(DINO, tmp_path)
    assert isinstance(error, InputError)
    assert "checksum" in error.what
    assert not names_in(tmp_path / DINO.name)
    hub.corrupt = False
    pulled(DINO, tmp_path)


def test_a_token_opens_a_gated_model_and_is_not_sent_to_the_host_of_large_files(hub, tmp_path, monkeypatch):
    gated = model_named("stable-audio-open")
    files = {"scheduler/scheduler_config.json": b"{}", "vae/diffusion_pytorch_model.safetensors": WEIGHTS}
    hub.repository(gated.source, files, gated_to="granted")
    monkeypatch.setenv("HF_TOKEN", "granted")
    pulled(gated, tmp_path)
    assert ("127.0.0.1", "Bearer granted") in hub.authorizations
    assert ("localhost", None) in hub.authorizations
    assert not any(token for host, token in hub.authorizations if host == "localhost")
