from hypothesis import given
from hypothesis import strategies as st

from protocol.session.absent_scenes import AbsentScenes


@given(ids=st.lists(st.integers(0, 40).map(str)), most=st.integers(1, 16))
def test_the_newest_is_known_and_few_are_remembered_however_many_there_are(ids, most):
    absent = AbsentScenes(most=most)
    for scene_id in ids:
        absent.add(scene_id)
        assert scene_id in absent
        assert len(absent) <= most


def test_who_asks_for_a_scene_again_is_told_again():
    absent = AbsentScenes(most=2)
    absent.add("square")
    absent.discard("square")
    absent.discard("circle")
    assert "square" not in absent
