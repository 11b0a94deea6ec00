from server.pipeline.locate.location import Located
from server.pipeline.sources import scene_sources
from server.pipeline.stages import Proposal


def named(label):
    proposal = Proposal(label=label, prompt=label, kind="point", level_db_spl_1m=70.0, evidence="given", confidence=1.0)
    return Located(
        proposal=proposal,
        azimuth_deg=0.0,
        elevation_deg=0.0,
        distance_m=5.0,
        distance_sigma_m=0.5,
        width_deg=0.0,
        height_deg=0.0,
        boxes=(),
    )


def ids(*labels):
    return [source.id for source in scene_sources([named(label) for label in labels], identities={}, seed=0)]


def test_sources_of_one_label_are_numbered():
    assert ids("dog", "Dog!", "cat") == ["dog-1", "dog-2", "cat-1"]


def test_a_label_that_is_cut_at_a_space_still_gives_an_id():
    assert ids("a" * 47 + " bell") == ["a" * 47 + "-1"]
