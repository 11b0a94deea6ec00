import numpy as np

from server.place.fusion.passing import moves, passing
from tests.server.place.synthetic import exact


def test_what_only_one_of_several_near_viewpoints_saw_passed_by():
    eyes = np.array([[0.0, 0, 2], [10.0, 0, 2], [200.0, 0, 2]])
    # Nearest to the first, seen by the second alone; nearest to the second, and far from all others; far from all.
    things = np.array([[2.0, 4.0, 1.0], [14.0, 0.0, 1.0], [200.0, 5.0, 1.0]])
    gone = passing(exact(eyes, np.zeros(3)), things, np.ones(3, dtype=bool), np.array([0, 1, 2]), np.array([1, 1, 2]))
    assert gone.tolist() == [True, False, False]


def test_what_stands_still_never_passes():
    eyes = np.array([[0.0, 0, 2], [10.0, 0, 2]])
    gone = passing(
        exact(eyes, np.zeros(2)), np.array([[2.0, 4.0, 1.0]]), np.zeros(1, dtype=bool), np.array([0]), np.array([1])
    )
    assert not gone.any()
    assert moves("delivery van")
    assert not moves("fountain")
