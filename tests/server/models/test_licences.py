from dataclasses import replace

import pytest

from protocol.errors import InputError, UnavailableError
from server.models import licences
from server.models.catalogue import MODELS, model_named

TANGO, CLAP, AUDIO_LDM = map(model_named, ("tangoflux", "clap", "audioldm2"))


def test_terms_are_asked_for_in_one_line(tmp_path):
    with pytest.raises(UnavailableError) as raised:
        licences.require([CLAP, TANGO], tmp_path, accept=False)
    line = str(raised.value)
    assert "tangoflux: for non-commercial research only" in line
    assert "--accept-licences" in raised.value.remedy
    assert "clap" not in line
    assert "\n" not in line
    assert not list(tmp_path.iterdir())


def test_acceptance_is_remembered_for_these_models_only(tmp_path):
    licences.require([TANGO], tmp_path / "models", accept=True)
    licences.require([CLAP, TANGO], tmp_path / "models", accept=False)
    with pytest.raises(UnavailableError, match="audioldm2"):
        licences.require([TANGO, AUDIO_LDM], tmp_path / "models", accept=False)
    licences.require([AUDIO_LDM], tmp_path / "models", accept=True)
    licences.require([TANGO, AUDIO_LDM], tmp_path / "models", accept=False)


def test_changed_terms_are_accepted_anew(tmp_path):
    licences.require([TANGO], tmp_path, accept=True)
    changed = replace(TANGO, licence=replace(TANGO.licence, terms="for nobody"))
    assert licences.open_terms([changed], tmp_path) == (changed,)


def test_free_weights_ask_nothing_and_write_nothing(tmp_path):
    licences.require([CLAP], tmp_path, accept=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("memory", ["", "[]", '{"accepted": 3}'])
def test_a_damaged_memory_is_one_line(tmp_path, memory):
    (tmp_path / licences.NAME).write_text(memory)
    with pytest.raises(InputError, match="no list of accepted licences"):
        licences.require([TANGO], tmp_path, accept=True)


def test_the_weights_that_are_not_free_have_terms():
    with_terms = {model.name for model in MODELS if model.licence.terms}
    assert with_terms == {"internvl-4b", "depth-pro", "tangoflux", "stable-audio-open", "audioldm2"}
