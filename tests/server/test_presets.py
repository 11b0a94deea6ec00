import subprocess
import sys
from dataclasses import fields
from typing import get_args

import numpy as np
import pytest
import soundfile

from protocol.errors import InputError
from server import presets
from server.models import catalogue
from server.models.catalogue import Licence, Model, model_named
from server.models.choices import Learned
from server.models.loaders import imported
from server.presets import PRESETS, Option, plan_for, preset_named, presets_help
from server.sound.recordings.voicer import RecordedVoicer
from tests.server.models.tiny.clap import make_clap
from tests.server.models.tiny.model_dir import record

VERBS = {"propose": "describe", "ground": "ground", "estimate_depth": "distance", "voice": "voice"}


@pytest.fixture
def learned(tmp_path):
    return Learned(device="cpu", model_dir=tmp_path, max_memory="8GB")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_verb_of_a_preset_has_a_stage_of_its_own_or_a_model(preset):
    roles = {model_named(name).role for names in preset.models for name in names}
    for verb, role in VERBS.items():
        own = getattr(preset, verb)
        if own:
            assert hasattr(imported(own), verb)
        else:
            assert role in roles or verb == "ground"


def test_the_alternatives_of_a_role_stand_from_the_largest_to_the_smallest():
    for preset in PRESETS.values():
        for names in preset.models:
            models = [model_named(name) for name in names]
            assert len({model.role for model in models}) == 1
            assert models == sorted(models, key=lambda model: -model.weights_bytes)


def test_the_embedded_preset_needs_no_model_and_takes_recordings_first(tmp_path):
    soundfile.write(tmp_path / "dog.wav", np.full(4800, 0.1), 48_000)
    stages = presets.stages("embedded", clips=tmp_path)
    assert stages.ground is None
    assert isinstance(stages.voice, RecordedVoicer)
    assert not PRESETS["embedded"].accepts("model")
    assert PRESETS["full"].accepts("model")


@pytest.mark.parametrize("option", ["model", "max_memory", "device", "views", "candidates"])
def test_a_preset_refuses_what_it_has_no_use_for(option):
    with pytest.raises(InputError, match=r"isn't for --preset embedded.*choose --preset small or full"):
        PRESETS["embedded"].check(["seed", option])
    PRESETS["small"].check([option])
    PRESETS["embedded"].check(["seed", "top", "clips"])


def test_the_options_of_the_table_are_those_of_the_command_line():
    names = {field.name for field in fields(Learned)} - {"models"} | {"model", "views", "accept_licences"}
    assert set(get_args(Option)) == names


def test_an_unknown_preset_is_refused_with_the_names_of_all():
    with pytest.raises(InputError, match=r"there is no preset 'huge'.*embedded, small, full"):
        preset_named("huge")
    assert all(f"{name}: " in presets_help() for name in PRESETS)


def test_a_model_that_only_runs_beside_another_is_refused(learned, tmp_path):
    learned = Learned(device="cpu", model_dir=tmp_path, models=("stable-diffusion-vae",))
    with pytest.raises(InputError, match="stable-diffusion-vae runs only beside another model"):
        plan_for("full", learned)


def detector(**changes):
    values = {
        "name": "detector", "source": "owner/detector", "role": "describe", "files": ("*",), "weights_bytes": 1,
        "licence": Licence(name="MIT", page="https://example.org"), "download_bytes": 1,
        "loader": "server.models.describe.from_vocabulary:VocabularyProposer",
    }  # fmt: skip
    return Model(**{**values, **changes})


def test_a_model_whose_loader_is_missing_is_refused(learned, monkeypatch, tmp_path):
    monkeypatch.setitem(catalogue._BY_NAME, "detector", detector(loader="server.models.nowhere:Detector"))
    with pytest.raises(InputError, match=r"detector can't be loaded.*nowhere"):
        plan_for("full", Learned(device="cpu", model_dir=tmp_path, models=("detector",)))


def test_a_model_that_grounds_what_it_names_takes_the_place_of_the_grounder(learned, monkeypatch, tmp_path):
    monkeypatch.setitem(catalogue._BY_NAME, "detector", detector(grounds=True))
    plan = plan_for("full", Learned(device="cpu", model_dir=tmp_path, models=("detector",)))
    assert [stage.role for stage in plan.stages] == ["describe", "distance", "voice"]


def test_the_table_is_cheap_to_import():
    code = "import sys, server.presets; print({'numpy', 'pydantic', 'torch', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_freesound_goes_after_recordings_and_before_the_presets_own_voice(tmp_path, monkeypatch):
    monkeypatch.setenv("SONORAMA_FREESOUND_KEY", "a-key")
    soundfile.write(tmp_path / "dog.wav", np.full(4800, 0.1), 48_000)
    learned = Learned(device="cpu", model_dir=tmp_path / "models")
    names = presets.stages("embedded", clips=tmp_path, voice="freesound", learned=learned).voice.identity.split("+")
    assert [name.split("@")[0] for name in names[:2]] == ["recordings", "freesound"]
    assert names[2:] == presets.stages("embedded").voice.identity.split("+")


def test_sounds_of_freesound_are_compared_with_words_where_clap_is_here(tmp_path, monkeypatch):
    pytest.importorskip("transformers")
    monkeypatch.setenv("SONORAMA_FREESOUND_KEY", "a-key")
    record(make_clap(tmp_path / "clap"), "clap")
    learned = Learned(device="cpu", model_dir=tmp_path)
    assert "freesound@1+clap@" in presets.stages("embedded", voice="freesound", learned=learned).voice.identity


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel"])
def test_freesound_needs_a_key(monkeypatch, key):
    monkeypatch.setenv("SONORAMA_FREESOUND_KEY", key)
    with pytest.raises(InputError, match=r"SONORAMA_FREESOUND_KEY: isn't .*; put the API key in it"):
        presets.stages("embedded", voice="freesound")
