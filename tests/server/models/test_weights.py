import shutil
from pathlib import Path

import pytest

from protocol.errors import InputError, UnavailableError
from server.files.digest import sha256_of
from server.models import manifest, weights
from server.models.catalogue import model_named
from server.models.manifest import File, Manifest

DINO = model_named("grounding-dino-tiny")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONTENT = {"config.json": b"{}", "vae/weights.safetensors": bytes(5000)}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """All models' folder, which holds one of them."""
    monkeypatch.delenv("SONORAMA_MODEL_DIR", raising=False)
    folder = tmp_path / "models"
    files = []
    for name, content in CONTENT.items():
        path = folder / DINO.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files.append(File(path=name, size_bytes=len(content), sha256=sha256_of(path)))
    held = Manifest(name=DINO.name, source=DINO.source, revision=COMMIT, files=tuple(files))
    manifest.write(folder / DINO.name, held)
    return folder


def test_the_given_folder_goes_before_the_variable_and_this_before_the_cache(monkeypatch):
    monkeypatch.delenv("SONORAMA_MODEL_DIR", raising=False)
    assert weights.model_dir() == Path.home() / ".cache" / "sonorama" / "models"
    monkeypatch.setenv("SONORAMA_MODEL_DIR", "/srv/models")
    assert weights.model_dir() == Path("/srv/models")
    assert weights.model_dir(Path("mine")) == Path("mine")


def test_a_fetched_model_has_a_folder_and_a_revision(here):
    assert weights.folder_of(DINO, here) == here / DINO.name
    assert weights.revision_of(DINO, here) == COMMIT[:12]
    assert weights.present(here) == {DINO.name}


def test_a_copy_of_the_folder_is_as_good(here, tmp_path):
    shutil.copytree(here, tmp_path / "stick")
    assert weights.revision_of(DINO, tmp_path / "stick") == COMMIT[:12]
    assert weights.verify(DINO, tmp_path / "stick") == {}


def test_an_absent_model_names_the_command_that_fetches_it(tmp_path, monkeypatch):
    with pytest.raises(UnavailableError) as raised:
        weights.folder_of(DINO, tmp_path)
    assert "is not on this machine" in raised.value.what
    assert raised.value.remedy == f"fetch it with: sonorama models pull {DINO.name} --model-dir {tmp_path}"
    monkeypatch.setenv("SONORAMA_MODEL_DIR", str(tmp_path))
    with pytest.raises(UnavailableError) as raised:
        weights.folder_of(DINO, tmp_path)
    assert raised.value.remedy == f"fetch it with: sonorama models pull {DINO.name}"


def test_a_model_without_its_record_was_not_fetched_whole(here):
    (here / DINO.name / manifest.NAME).unlink()
    with pytest.raises(UnavailableError, match="was not fetched whole"):
        weights.folder_of(DINO, here)
    with pytest.raises(UnavailableError, match="was not fetched whole"):
        weights.verify(DINO, here)


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_missing_and_short_files_are_noticed_without_reading_them(here, harm):
    harm(here / DINO.name / "vae" / "weights.safetensors")
    with pytest.raises(UnavailableError, match="lacks vae"):
        weights.folder_of(DINO, here)
    assert weights.present(here) == frozenset()


def test_verify_reads_every_byte(here):
    assert weights.verify(DINO, here) == {}
    path = here / DINO.name / "vae" / "weights.safetensors"
    path.write_bytes(bytes(4999) + b"\1")
    assert weights.folder_of(DINO, here)
    assert weights.verify(DINO, here) == {"vae/weights.safetensors": "has changed since it was fetched"}


def test_verify_tells_of_each_fault(here):
    (here / DINO.name / "config.json").unlink()
    (here / DINO.name / "vae" / "weights.safetensors").write_bytes(b"short")
    assert weights.verify(DINO, here) == {
        "config.json": "is missing",
        "vae/weights.safetensors": "has 5 bytes in place of 5000",
    }


@pytest.mark.parametrize(
    "record",
    [
        "",
        "[]",
        '{"format": "sonorama.model", "version": 2}',
        '{"format": "sonorama.model", "version": 1, "name": "x", "source": "y", "revision": "z", '
        '"files": [{"path": "../../etc/passwd", "size_bytes": 1, "sha256": "0"}]}',
    ],
)
def test_a_damaged_record_is_one_line(here, record):
    (here / DINO.name / manifest.NAME).write_text(record)
    with pytest.raises(InputError, match="is no record of a fetched model") as raised:
        weights.folder_of(DINO, here)
    assert "\n" not in str(raised.value)
