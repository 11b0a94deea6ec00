import pytest

from protocol.errors import InputError, SceneError, SonoramaError, UnavailableError


@pytest.mark.parametrize("kind", [InputError, SceneError, UnavailableError])
def test_an_error_says_where_what_and_what_to_do_in_one_line(kind):
    error = kind("is empty", where="a.jpg", remedy="give a picture")
    assert str(error) == "a.jpg: is empty; give a picture"
    assert isinstance(error, SonoramaError)


def test_every_error_has_a_code_of_its_own_for_the_wire():
    codes = [kind.code for kind in (SonoramaError, InputError, SceneError, UnavailableError)]
    assert len(set(codes)) == len(codes)
