import numpy as np
import pytest
import soxr

from server.models.voice.quality.defects import defect_of, level_spread_db
from server.models.voice.sound_words import is_noise_like
from server.sound.recipes import RECIPES
from tests.server.models.voice.scripted import hiss, tone


@pytest.fixture(scope="module")
def clean() -> dict[str, np.ndarray]:
    """A sound of each kind that can be made by recipe, at the level of a model's."""
    made = {recipe.name: recipe.make(3.0, np.random.default_rng(0)) for recipe in RECIPES[::3]}
    return {name: 0.8 * clip / np.abs(clip).max() for name, clip in made.items()}


def test_clean_sounds_pass(clean: dict[str, np.ndarray]) -> None:
    assert len(clean) > 30
    found = {name: defect_of(clip, may_be_noise=is_noise_like(name)) for name, clip in clean.items()}
    assert {name: defect for name, defect in found.items() if defect is not None} == {}


@pytest.mark.parametrize("level_db", [-55.0, -90.0, -np.inf])
def test_silence_is_noticed_and_the_quieter_the_worse(level_db: float) -> None:
    defect = defect_of(tone(amplitude=1.0) * 10 ** (level_db / 20), may_be_noise=False)
    assert defect is not None
    assert defect.kind == "silent"
    assert defect.severity > 1.0
    assert defect_of(tone(amplitude=0.02), may_be_noise=False) is None


def test_one_loud_moment_is_enough_not_to_be_silent() -> None:
    click = np.zeros(10 * 48_000)
    click[48_000:50_000] = np.hanning(2000) * np.sin(np.arange(2000) / 9)
    assert defect_of(click, may_be_noise=False) is None


@pytest.mark.parametrize("over_db", [12.0, 20.0])
@pytest.mark.parametrize("half", [False, True])
def test_a_cut_wave_is_noticed_even_after_resampling(over_db: float, half: bool) -> None:
    engine = tone(110.0, 2.0, 1.0) + 0.4 * tone(331.0, 2.0, 1.0)
    assert defect_of(engine, may_be_noise=False) is None
    cut = soxr.resample(np.clip(engine * 10 ** (over_db / 20), -100.0 if half else -1.0, 1.0), 44_100, 48_000)
    defect = defect_of(cut, may_be_noise=False)
    assert defect is not None
    assert defect.kind == "clipped"


def test_most_clips_cut_to_a_crest_of_three_decibels_are_noticed(clean: dict[str, np.ndarray]) -> None:
    caught = 0
    for clip in clean.values():
        crest_db = -20 * np.log10(np.std(clip) / np.abs(clip).max())
        cut = np.clip(clip / np.abs(clip).max() * 10 ** ((crest_db - 3.0) / 20), -1.0, 1.0)
        defect = defect_of(cut, may_be_noise=True)
        caught += defect is not None and defect.kind == "clipped"
    # The others are cut noise, which sounds like noise.
    assert caught > 2 / 3 * len(clean)


def test_noise_is_noticed_unless_it_was_asked_for() -> None:
    defect = defect_of(hiss(5.0), may_be_noise=False)
    assert defect is not None
    assert defect.kind == "noise"
    assert defect_of(hiss(5.0), may_be_noise=True) is None
    swelling = hiss(5.0) * np.linspace(0.05, 1.0, 5 * 48_000)
    assert level_spread_db(swelling) > 3.0
    assert defect_of(swelling, may_be_noise=False) is None


@pytest.mark.parametrize("count", [1, 100, 4799])
def test_very_short_clips_are_judged_too(count: int) -> None:
    assert defect_of(np.zeros(count), may_be_noise=False) is not None
    defect_of(np.ones(count), may_be_noise=False)
