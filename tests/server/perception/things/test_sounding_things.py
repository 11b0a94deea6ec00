from __future__ import annotations

from itertools import pairwise

import pytest

from server.perception.detector.network import CLASS_NAMES
from server.perception.things.silent_things import SILENT_THINGS
from server.perception.things.sounding_thing import SoundingThing, Variant
from server.perception.things.sounding_things import SOUNDING_THINGS, VEHICLES
from server.perception.things.traffic import PROMPTS
from server.sound.lookup import nearest_recipe

# What the recipe that voices a prompt is called, where that isn't the label.
RECIPES = {
    "murmur of a large crowd": "people",
    "murmur of people talking": "people",
    "a conversation between people": "conversation",
    "a quiet conversation": "conversation",
    "footsteps on grass": "footsteps on grass",
    "footsteps on gravel": "footsteps on gravel",
    "footsteps on stone": "footsteps on stone",
    "a motorcycle passing": "motorcycle passing",
    "water lapping on the hull of a boat": "lapping water",
    "ducks quacking": "ducks",
    "pigeons cooing": "pigeons",
    "birds singing": "songbirds",
    "a church bell tolling": "church bell",
    "voices from a television": "conversation",
    "typing on a laptop": "typing",
    "typing on a keyboard": "typing",
    "the fan of a microwave": "ventilation",
    "water dripping from a tap": "dripping",
    "water trickling": "stream",
}
VARIANTS = [(row, variant) for row in SOUNDING_THINGS for variant in row.variants]


def test_every_class_of_the_detector_sounds_or_is_silent_for_a_reason() -> None:
    sounding = {row.name for row in SOUNDING_THINGS} | set(VEHICLES)

    assert sounding | set(SILENT_THINGS) == set(CLASS_NAMES)
    assert not sounding & set(SILENT_THINGS)
    assert all(SILENT_THINGS.values())


@pytest.mark.parametrize(("row", "variant"), VARIANTS, ids=lambda one: getattr(one, "prompt", ""))
def test_every_prompt_is_voiced_by_its_own_recipe(row: SoundingThing, variant: Variant) -> None:
    match = nearest_recipe(row.label, variant.prompt)

    assert match is not None
    assert match.recipe.name == RECIPES.get(variant.prompt, row.label)


def test_traffic_has_recipes_that_differ_near_and_far() -> None:
    matches = [nearest_recipe("road traffic", prompt) for prompt in PROMPTS]

    assert [match.recipe.name for match in matches if match] == ["distant traffic", "road traffic", "road traffic"]


@pytest.mark.parametrize("row", SOUNDING_THINGS, ids=lambda row: row.label)
def test_larger_groups_come_first_so_that_they_are_found(row: SoundingThing) -> None:
    counts = [variant.least_count for variant in row.variants]

    assert all(first >= second for first, second in pairwise(counts))
    assert counts[-1] == 1


@pytest.mark.parametrize(("row", "variant"), VARIANTS, ids=lambda one: getattr(one, "prompt", ""))
def test_levels_are_those_of_things_that_one_can_stand_beside(row: SoundingThing, variant: Variant) -> None:
    assert 30.0 <= variant.level_db_spl_1m <= 115.0
    assert 0.0 < row.height_m[0] < row.height_m[1]
