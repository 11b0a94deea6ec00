"""What tests of fetching share: a model, its files, and pulls of it."""

from __future__ import annotations

import numpy as np
import pytest

from protocol.errors import SonoramaError
from server.models.catalogue import model_named
from server.models.fetch.pull import pull

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
    """What was recorded of a pull, and all progress that was reported meanwhile."""
    reports = []
    held = pull(model, folder, on_progress=lambda *progress: reports.append(progress), pause_s=0.001, **options)
    return held, reports


def refused(model, folder, **options):
    """The error of a pull, which is one line."""
    with pytest.raises(SonoramaError) as raised:
        pulled(model, folder, **options)
    assert "\n" not in str(raised.value)
    return raised.value


def names_in(folder):
    """Of all files but the lock."""
    return {path.name for path in folder.rglob("*") if path.is_file()} - {".lock"}
