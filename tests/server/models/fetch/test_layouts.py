"""What is fetched of each published layout is what its stage reads: no file more, none less."""

from dataclasses import replace
from functools import partial

import pytest

from server.models import manifest
from server.models.catalogue import model_named
from tests.server.models.fetch.pulling import names_in, pulled
from tests.server.models.tiny.audioldm2 import make_audioldm2
from tests.server.models.tiny.clap import make_clap
from tests.server.models.tiny.depth_anything import make_depth_anything
from tests.server.models.tiny.depth_pro import make_depth_pro
from tests.server.models.tiny.depthfm import make_depthfm
from tests.server.models.tiny.grounding_dino import make_grounding_dino
from tests.server.models.tiny.internvl import make_internvl, make_original_internvl
from tests.server.models.tiny.stable_audio import make_stable_audio
from tests.server.models.tiny.tangoflux import make_tangoflux

LAYOUTS = {
    "internvl-1b": make_original_internvl,
    "internvl-2b": make_internvl,
    "grounding-dino-tiny": make_grounding_dino,
    "mm-grounding-dino-tiny": partial(make_grounding_dino, mm=True),
    "stable-diffusion-vae": make_depthfm,
    "depth-anything-v2-outdoor-small": make_depth_anything,
    "depth-pro": make_depth_pro,
    "tangoflux": make_tangoflux,
    "stable-audio-open": make_stable_audio,
    "audioldm2": make_audioldm2,
    "clap": make_clap,
}
# Of other models, which the makers put beside theirs.
BESIDE = ("flan-t5-large", "depthfm-v1.ckpt")


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_comes_whole_and_alone(hub, tmp_path, name):
    made = tmp_path / "made"
    LAYOUTS[name](made)
    needed = {
        path.relative_to(made).as_posix(): path.read_bytes()
        for path in made.rglob("*")
        if path.is_file() and not path.relative_to(made).as_posix().startswith(BESIDE)
    }
    model = model_named(name)
    hub.repository(
        model.source, {**needed, "README.md": b"", "model.onnx": b"", "modeling.py": b"", "a/b.msgpack": b""}
    )
    held, _ = pulled(model, tmp_path)
    assert {file.path for file in held.files} == set(needed)
    for path, content in needed.items():
        assert (tmp_path / name / path).read_bytes() == content


def test_a_checkpoint_of_torch_passes_for_one(hub, tmp_path):
    content = (make_depthfm(tmp_path / "made") / "depthfm-v1.ckpt").read_bytes()
    hub.plain["/depthfm-v1.ckpt"] = (content, "application/octet-stream")
    pulled(replace(model_named("depthfm"), source=f"{hub.url}/depthfm-v1.ckpt"), tmp_path)
    assert names_in(tmp_path / "depthfm") == {"depthfm-v1.ckpt", manifest.NAME}
