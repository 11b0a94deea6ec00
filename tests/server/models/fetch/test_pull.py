import errno
import hashlib
import json
from dataclasses import replace

import pytest
from filelock import FileLock

from protocol.errors import UnavailableError
from server.models import manifest
from server.models.catalogue import model_named
from server.models.fetch.pull import pull
from tests.server.models.fetch.hub_server import commit_of
from tests.server.models.fetch.pulling import DINO, FILES, NEEDED, WEIGHTS, names_in, pulled, refused


def test_what_is_here_is_asked_of_nobody(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    hub.asked.clear()
    pulled(DINO, tmp_path)
    assert not hub.asked


def test_a_damaged_file_is_found_by_rereading_and_alone_fetched_again(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    hub.asked.clear()
    path = tmp_path / DINO.name / "vocab.txt"
    path.write_bytes(b"x" * len(FILES["vocab.txt"]))
    pulled(DINO, tmp_path)
    assert not hub.asked
    pulled(DINO, tmp_path, reread=True)
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


def test_files_of_a_former_revision_go_and_those_of_the_user_stay(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    (tmp_path / DINO.name / "notes.md").write_text("mine")
    newer = commit_of("newer")
    dino.commits[newer] = {name: FILES[name] for name in NEEDED - {"vocab.txt"}}
    pulled(DINO, tmp_path, revision=newer)
    assert names_in(tmp_path / DINO.name) == {"config.json", "model.safetensors", "notes.md", manifest.NAME}


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
        pull(DINO, tmp_path, on_progress=full)


def test_a_folder_that_may_not_be_written_to_is_told(hub, dino, tmp_path):
    (tmp_path / DINO.name).write_text("a file in its place")
    assert "--model-dir" in refused(DINO, tmp_path).remedy


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


def test_the_record_is_readable_by_people(hub, dino, tmp_path):
    pulled(DINO, tmp_path)
    record = json.loads((tmp_path / DINO.name / manifest.NAME).read_text())
    assert record["source"] == DINO.source
    assert record["revision"] == commit_of(DINO.source)
