import re

import pytest

from protocol.errors import InputError
from server.models.catalogue import MODELS, model_named
from server.models.loaders import imported, loader_of
from server.models.plan import chosen_models
from server.presets import PRESETS


def full(memory_bytes, **options):
    return chosen_models(PRESETS["full"].models, memory_bytes, **options)


def test_names_are_unique_and_good_for_folders():
    names = [model.name for model in MODELS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) for name in names)


def test_every_model_is_on_the_hub_or_at_a_safe_address():
    for model in MODELS:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+" if model.on_hub else r"https://\S+", model.source)
        assert model.page.startswith("https://")
        assert model.licence.page.startswith("https://")


def test_an_unknown_model_names_the_command_that_lists_them():
    with pytest.raises(InputError, match=r"there is no model 'gpt'.*models list"):
        model_named("gpt")


def test_the_full_preset_runs_the_published_four():
    assert [model.role for model in full(12 * 10**9)] == [
        "describe",
        "ground",
        "distance",
        "distance",
        "voice",
        "voice",
    ]


def test_numbers_of_twice_the_size_take_a_smaller_describer():
    assert full(24 * 10**9)[0].name == "internvl-8b"
    assert full(24 * 10**9, dtype="float32")[0].name == "internvl-2b"


def test_no_model_with_narrow_terms_is_chosen_beside_the_published_voice():
    chosen = {model for size in (1, 8, 12, 24, 80) for model in full(size * 10**9)}
    assert {model.name for model in chosen if model.licence.terms} == {"tangoflux"}


@pytest.mark.parametrize("model", [model for model in MODELS if model.loader], ids=lambda model: model.name)
def test_every_model_has_a_loader_and_a_stage_that_can_be_imported(model):
    assert callable(loader_of(model))
    assert bool(model.stage) == (model.role == "distance")
    if model.stage:
        assert callable(imported(model.stage))
    assert {path.partition("/")[0] for path in model.checkpoint_paths} == {model.name, *model.beside}


def test_what_has_no_loader_stands_beside_something():
    beside = {name for model in MODELS for name in model.beside}
    assert {model.name for model in MODELS if not model.loader} == beside
