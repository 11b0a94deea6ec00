import pytest

from protocol.errors import InputError
from server.models.choices import Learned
from server.presets import plan_for


def test_candidates_without_a_model_that_makes_clips_are_refused():
    learned = Learned(device="cpu", candidates=2)
    with pytest.raises(InputError, match="nothing to choose from") as raised:
        plan_for("small", learned)
    assert raised.value.where == "--candidates"
    assert "clap" in {model.name for model in plan_for("full", learned).models}
    with_voice = Learned(device="cpu", candidates=2, models=("stable-audio-open",))
    assert "clap" in {model.name for model in plan_for("small", with_voice).models}
