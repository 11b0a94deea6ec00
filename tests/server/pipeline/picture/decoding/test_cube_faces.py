import pytest

from protocol.errors import InputError
from server.pipeline.picture.image import read_picture
from tests.server.pipeline.picture.drawn import MARKS, cube_faces, found_marks, saved

NAMES = {
    "words": dict(zip("FRBLUD", ("front", "right", "back", "left", "up", "down"), strict=True)),
    "numbered letters": dict(zip("FRBLUD", ("0_f", "1_r", "2_b", "3_l", "4_u", "5_d"), strict=True)),
    "axes": dict(zip("FRBLUD", ("sky-pz", "sky-px", "sky-nz", "sky-nx", "sky-py", "sky-ny"), strict=True)),
    "engines": dict(zip("FRBLUD", ("posz", "posx", "negz", "negx", "top", "bottom"), strict=True)),
}


def faces_in(folder, names):
    for face, pixels in cube_faces().items():
        saved(folder / f"{names[face]}.png", pixels)
    return folder


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_six_files_by_their_usual_names_are_one_sphere(tmp_path, names):
    (faces_in(tmp_path, names) / "notes.txt").write_text("a street")
    picture = read_picture(tmp_path)
    assert picture.taken_for == "cube map (strip), from a folder of its faces"
    found = found_marks(picture)
    assert set(found) == set(MARKS)
    for direction, place in found.items():
        assert place == pytest.approx(direction, abs=0.7)


def test_a_face_that_is_missing_or_there_twice_makes_it_no_cube_map(tmp_path):
    faces_in(tmp_path, NAMES["words"])
    (tmp_path / "second front.png").write_bytes((tmp_path / "front.png").read_bytes())
    with pytest.raises(InputError, match=r"is a folder.*front, right, back, left, up and down"):
        read_picture(tmp_path)


def test_a_face_of_another_size_is_named(tmp_path):
    faces_in(tmp_path, NAMES["words"])
    saved(tmp_path / "left.png", cube_faces(90)["L"])
    with pytest.raises(InputError, match=r"left\.png: is a face of 90 × 90 pixels, where the first has 180"):
        read_picture(tmp_path)


def test_faces_are_no_other_projection(tmp_path):
    with pytest.raises(InputError, match="a cube map's faces, not fisheye"):
        read_picture(faces_in(tmp_path, NAMES["words"]), projection="fisheye")
