from dataclasses import replace

import pytest

from server.pipeline.impressions import surest_of_each_label, surroundings_of
from server.pipeline.stages import Impression, Proposal

DOG = Proposal(label="dog", prompt="a dog", kind="point", level_db_spl_1m=80.0, evidence="seen", confidence=0.4)


def window(surroundings, confidence):
    return Impression(proposals=(), surroundings=surroundings, surroundings_confidence=confidence)


def test_windows_vote_for_the_surroundings_by_how_sure_they_are():
    surroundings, confidence = surroundings_of([window("indoor", 0.9), window("outdoor", 0.5), window("outdoor", 0.6)])
    assert surroundings == "outdoor"
    assert confidence == pytest.approx(1.1 / 3)


@pytest.mark.parametrize("impressions", [[], [window("unknown", 0.0)], [window("indoor", 0.0)]])
def test_windows_that_are_not_sure_at_all_leave_the_surroundings_unknown(impressions):
    assert surroundings_of(impressions) == ("unknown", 0.0)


def test_of_each_label_the_surest_proposal_is_looked_for_once():
    surer, cat = replace(DOG, confidence=0.7), replace(DOG, label="cat")
    assert surest_of_each_label([DOG, cat, surer]) == [surer, cat]
