from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.synthetic.shapes import Convex, Cylinder, Ellipsoid, Shape, Vector, block

BALL = Ellipsoid(centre_m=(5.0, 1.0, 2.0), radii_m=(1.0, 2.0, 0.5))
POST = Cylinder(base_m=(5.0, 1.0, 0.0), radius_m=0.5, height_m=3.0)
CUBE = block((5.0, 1.0, 0.0), (2.0, 2.0, 2.0))
ROOF = block((5.0, 1.0, 0.0), (4.0, 2.0, 1.0), top_scale=(1.0, 0.0))


def _vector(x: float, y: float, z: float) -> Vector:
    return tuple(np.array([value], dtype=np.float32) for value in (x, y, z))  # type: ignore[return-value]


def _entered(shape: Shape, eye: tuple[float, float, float], ray: tuple[float, float, float]) -> float:
    return float(shape.entry_m(_vector(*eye), _vector(*ray))[0])


@pytest.mark.parametrize(
    ("shape", "metres"), [(BALL, 4.0), (POST, 4.5), (CUBE, 4.0)], ids=["ellipsoid", "cylinder", "block"]
)
def test_ray_along_x_meets_the_front(shape: Shape, metres: float) -> None:
    height = 2.0 if shape is BALL else 1.0
    assert _entered(shape, (0, 1, height), (1, 0, 0)) == pytest.approx(metres, rel=1e-5)
    assert _entered(shape, (0, 1, height), (-1, 0, 0)) == np.inf, "behind the eye"
    assert _entered(shape, (0, 9, height), (1, 0, 0)) == np.inf, "aside"
    assert _entered(shape, (5, 1, height), (1, 0, 0)) == np.inf, "from within there is nothing to enter"


def test_ray_from_above_meets_the_lid_of_a_cylinder_and_looks_past_its_bottom() -> None:
    assert _entered(POST, (5, 1, 10), (0, 0, -1)) == pytest.approx(7.0)
    assert _entered(POST, (5, 1, -4), (0, 0, 1)) == np.inf
    assert _entered(POST, (0, 1, 3.5), (1, 0, 0)) == np.inf


def test_roof_slopes_from_its_eaves_to_its_ridge() -> None:
    assert _entered(ROOF, (5, 1, 5), (0, 0, -1)) == pytest.approx(4.0)
    assert _entered(ROOF, (5, 1.5, 5), (0, 0, -1)) == pytest.approx(4.5)
    pyramid = block((0.0, 0.0, 0.0), (2.0, 2.0, 1.0), top_scale=(0.0, 0.0))
    assert len(pyramid.planes) == 5


def test_hull_of_points_has_as_many_planes_as_faces() -> None:
    assert len(CUBE.planes) == 6
    tetrahedron = Convex(points_m=np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]]))
    assert len(tetrahedron.planes) == 4


@settings(max_examples=40, deadline=None)
@given(
    shape=st.sampled_from([BALL, POST, CUBE, ROOF]), target=st.tuples(*[st.floats(-0.4, 0.4)] * 3), far=st.floats(4, 40)
)
def test_where_a_ray_enters_lies_on_the_surface_inside_the_corners_and_faces_the_eye(
    shape: Shape, target: tuple[float, float, float], far: float
) -> None:
    low, high = shape.corners().min(axis=0), shape.corners().max(axis=0)
    aim = (low + high) / 2 + np.array(target) * (high - low) * 0.3
    eye = np.array([5.0 - far, 1.0 + far / 3, 2.0 + far / 5])
    ray = (aim - eye) / np.linalg.norm(aim - eye)
    metres = _entered(shape, tuple(eye), tuple(ray))
    point = eye + metres * ray
    if not np.isfinite(metres):
        assert shape is ROOF, "only the roof has corners with nothing near them"
        return
    assert np.all(point >= low - 1e-3)
    assert np.all(point <= high + 1e-3)
    normal = np.array([float(part[0]) for part in shape.normal(_vector(*point))])
    assert np.linalg.norm(normal) == pytest.approx(1.0, abs=1e-3)
    assert normal @ ray < 1e-3
