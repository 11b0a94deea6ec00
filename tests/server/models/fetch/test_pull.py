import errno
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models import manifest
from server.models.catalogue import model_named
from server.models.fetch.pull import pull
from tests.server.models.fetch.hub_server import commit_of

DINO = model_named("grounding-dino-tiny")
WEIGHTS = np.random.default_rng(0).bytes(700_000)
FILES = {
    "config.json": b'{"model_type": "grounding-dino"}',
    "vocab.txt": b"[PAD]\n",
    "README.md": b"not needed",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"the same, pickled",
}
NEEDED = {"config.json", "vocab.txt", "model.safetensors"}


def pulled(model, folder, **options):
    told = []
    held = pull(model, folder, tell=lambda *progress: told.append(progress), pause_s=0.001, **options)
    return held, told


def refused(model, folder, **options):
    with pytest.raises(SonoramaError) as raised:
        pulled(model, folder, **options)
    assert "\n" not in str(raised.value)
    return raised.value


def names_in(folder):
    return {path.name for path in folder.rglob("*") if path.is_file()} - {".lock"}


@pytest.fixture
def dino(hub):
    return hub.repository(DINO.source, dict(FILES))


def test_only_needed_files_come_and_no_pickle_beside_safetensors(hub, dino, tmp_path):
    held, told = pulled(DINO, tmp_path)
    folder = tmp_path / DINO.name
    assert names_in(folder) == {*NEEDED, manifest.NAME}
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert held.revision == commit_of(DINO.source)
    assert {file.path: file.sha256 for file in held.files} == {
        name: hashlib.sha256(FILES[name]).hexdigest() for name in NEEDED
    }
    assert ("model.safetensors", len(WEIGHTS), len(WEIGHTS)) in told


def test_a_pickle_comes_where_nothing_safer_is_published(hub, tmp_path):
    clap = model_named("clap")
    hub.repository(clap.source, {"config.json": b"{}", "pytorch_model.bin": b"PK\x03\x04"})
    pulled(clap, tmp_path)
    assert names_in(tmp_path / clap.name) == {"config.json", "pytorch_model.bin", manifest.NAME}


def test_what_is_here_is_asked_of_nobody(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    hub.asked.clear()
    pulled(DINO, tmp_path)
    assert not hub.asked


def test_a_damaged_file_is_fetched_again_and_the_others_are_not(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    hub.asked.clear()
    path = tmp_path / DINO.name / "vocab.txt"
    path.write_bytes(b"x" * len(FILES["vocab.txt"]))
    pulled(DINO, tmp_path)
    assert path.read_bytes() == FILES["vocab.txt"]
    assert [path.rpartition("/")[2] for path, _ in hub.downloads()] == ["vocab.txt"]


def test_a_fetched_model_stays_at_its_commit_when_its_branch_moves(hub, dino, tmp_path):
    first, _ = pulled(DINO, tmp_path)
    newer = commit_of("newer")
    dino.commits[newer] = {**FILES, "config.json": b'{"changed": true}'}
    dino.branches["main"] = newer
    (tmp_path / DINO.name / "config.json").unlink()
    again, _ = pulled(DINO, tmp_path)
    assert again == first
    moved, _ = pulled(DINO, tmp_path, revision="main")
    assert moved.revision == newer
    assert (tmp_path / DINO.name / "config.json").read_bytes() == b'{"changed": true}'


def test_another_revision_fetches_only_what_differs(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    newer = commit_of("newer")
    dino.commits[newer] = {**{name: FILES[name] for name in NEEDED}, "vocab.txt": b"[PAD]\n[UNK]\n"}
    hub.asked.clear()
    pulled(DINO, tmp_path, revision=newer)
    assert [path.rpartition("/")[2] for path, _ in hub.downloads()] == ["vocab.txt"]


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


def test_a_full_disk_is_noticed_before_anything_comes(hub, dino, tmp_path):
    hub.sizes_told["model.safetensors"] = 10**17
    error = refused(DINO, tmp_path)
    assert isinstance(error, UnavailableError)
    assert "100000000.0 GB are to come" in error.what
    assert "--model-dir" in error.remedy
    assert not hub.downloads()


def test_a_disk_that_fills_up_meanwhile_is_told(hub, dino, tmp_path):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UnavailableError, match=r"no space left on device.*make space"):
        pull(DINO, tmp_path, tell=full)


def test_a_folder_that_may_not_be_written_to_is_told(hub, dino, tmp_path):
    (tmp_path / DINO.name).write_text("a file in its place")
    assert "--model-dir" in refused(DINO, tmp_path).remedy


@pytest.mark.parametrize("token", [None, "of-somebody-else"])
def test_a_gated_model_says_how_to_get_it(hub, tmp_path, monkeypatch, token):
    gated = model_named("stable-audio-open")
    hub.repository(gated.source, {"model_index.json": b"{}"}, gated_to="granted")
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    error = refused(gated, tmp_path)
    assert isinstance(error, UnavailableError)
    assert "ask for access" in error.remedy
    assert "HF_TOKEN" in error.remedy
    assert error.where == f"https://huggingface.co/{gated.source}"


def test_a_token_opens_a_gated_model_and_is_not_sent_to_the_host_of_large_files(hub, tmp_path, monkeypatch):
    gated = model_named("stable-audio-open")
    files = {"model_index.json": b"{}", "vae/diffusion_pytorch_model.safetensors": WEIGHTS}
    hub.repository(gated.source, files, gated_to="granted")
    monkeypatch.setenv("HF_TOKEN", "granted")
    pulled(gated, tmp_path)
    assert ("127.0.0.1", "Bearer granted") in hub.authorizations
    assert ("localhost", None) in hub.authorizations
    assert not any(told for host, told in hub.authorizations if host == "localhost")


def test_an_unknown_revision_is_told(hub, dino, tmp_path):
    error = refused(DINO, tmp_path, revision="v9")
    assert "no revision 'v9'" in error.what


def test_a_vanished_model_is_told(hub, tmp_path):
    assert DINO.source in refused(DINO, tmp_path).where


def test_a_repository_without_the_needed_files_is_told(hub, tmp_path):
    tango = model_named("tangoflux")
    hub.repository(tango.source, {"config.json": b"{}", "tangoflux.safetensors": WEIGHTS})
    assert "vae.safetensors" in refused(tango, tmp_path).what


def test_no_path_leads_out_of_the_folder(hub, dino, tmp_path):
    dino.commits[dino.branches["main"]]["../outside.json"] = b"{}"
    assert "hub" in refused(DINO, tmp_path).what
    assert not (tmp_path / "outside.json").exists()


def test_a_hub_that_is_away_is_told(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    error = refused(DINO, tmp_path)
    assert isinstance(error, UnavailableError)
    assert error.where == "127.0.0.1:9"
    assert "bring the model's folder" in error.remedy


def test_something_that_is_no_hub_is_told(hub, tmp_path):
    hub.plain[f"/api/models/{DINO.source}/revision/main"] = (b"<html>log in</html>", "text/html")
    assert "HF_ENDPOINT" in refused(DINO, tmp_path).remedy


def test_offline_asks_nobody(hub, dino, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    error = refused(DINO, tmp_path)
    assert isinstance(error, UnavailableError)
    assert "HF_HUB_OFFLINE" in error.what
    assert not hub.asked


def test_offline_is_content_with_what_is_here(hub, dino, tmp_path, monkeypatch):
    held, _ = pulled(DINO, tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert pulled(DINO, tmp_path)[0] == held


def test_two_processes_do_not_fetch_the_same_model(hub, dino, tmp_path):
    (tmp_path / DINO.name).mkdir()
    with FileLock(tmp_path / DINO.name / ".lock"):
        assert "another process" in refused(DINO, tmp_path).what


class TestAFileOutsideTheHub:
    CHECKPOINT = b"PK\x03\x04" + WEIGHTS

    @pytest.fixture
    def depthfm(self, hub):
        hub.plain["/depthfm/depthfm-v1.ckpt"] = (self.CHECKPOINT, "application/octet-stream")
        return replace(model_named("depthfm"), source=f"{hub.url}/depthfm/depthfm-v1.ckpt")

    def test_comes_whole_and_is_named_by_its_hash(self, depthfm, tmp_path):
        held, _ = pulled(depthfm, tmp_path)
        assert held.revision == "sha256-" + hashlib.sha256(self.CHECKPOINT).hexdigest()[:40]
        assert (tmp_path / "depthfm" / "depthfm-v1.ckpt").read_bytes() == self.CHECKPOINT

    def test_is_gone_on_with(self, hub, depthfm, tmp_path):
        hub.cut_after_bytes += [250_000, 0, 0, 0, 0]
        refused(depthfm, tmp_path)
        hub.cut_after_bytes.clear()
        hub.asked.clear()
        pulled(depthfm, tmp_path)
        assert [part for _, part in hub.downloads()] == ["bytes=250000-"]

    def test_has_no_revisions(self, depthfm, tmp_path):
        assert "no revisions" in refused(depthfm, tmp_path, revision="main").what

    @pytest.mark.parametrize("kind", ["text/html", "application/octet-stream"])
    def test_a_page_in_its_place_is_noticed(self, hub, depthfm, tmp_path, kind):
        hub.plain["/depthfm/depthfm-v1.ckpt"] = (b"<html>log in</html>", kind)
        assert "browser" in refused(depthfm, tmp_path).remedy
        assert not names_in(tmp_path / "depthfm")

    def test_its_absence_is_told(self, hub, depthfm, tmp_path):
        hub.plain.clear()
        assert "status 404" in refused(depthfm, tmp_path).what

    def test_offline_goes_for_it_too(self, hub, depthfm, tmp_path, monkeypatch):
        monkeypatch.setenv("HF_HUB_OFFLINE", "yes")
        assert "HF_HUB_OFFLINE" in refused(depthfm, tmp_path).what
        assert not hub.asked


def test_the_test_hub_satisfies_the_hub_library_itself(hub, dino, tmp_path):
    from huggingface_hub import hf_hub_download

    for name in ("config.json", "model.safetensors"):
        path = hf_hub_download(DINO.source, name, local_dir=tmp_path, endpoint=hub.url, token=False)
        with open(path, "rb") as file:  # noqa: PTH123
            assert file.read() == FILES[name]


def test_the_record_is_readable_by_people(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    told = json.loads((tmp_path / DINO.name / manifest.NAME).read_text())
    assert told["source"] == DINO.source
    assert told["revision"] == commit_of(DINO.source)
