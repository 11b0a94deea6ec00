"""What may be asked of a new scene, as the command line has it."""

import pytest

from tests.server.api.server_process import serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    served = tmp_path_factory.mktemp("served") / "library"
    with serving(served, worker=("false",), presets=("embedded", "small")) as running:
        yield running


@pytest.mark.parametrize("given", [{"views": 8}, {"views": 6, "preset": "embedded"}])
def test_an_option_that_the_preset_has_no_use_for_is_refused(server, street, given):
    answer = server.upload(street, **given)
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "bad_input",
        "what": "isn't for preset embedded, which has no use for it",
        "where": "views",
        "remedy": "leave it out, or choose preset small",
    }
    assert not list((server.private / "uploads").iterdir())


def test_a_preset_that_uses_the_option_takes_it(server, street):
    assert server.upload(street, views=8, preset="small").status_code == 202
    assert server.upload(street, preset="embedded").status_code == 202


def test_an_attitude_is_checked_before_a_picture_is_taken(server, street):
    answer = server.upload(street, level="upside down")
    assert answer.status_code == 422
    assert answer.json()["where"] == "level"
    assert server.upload(street, level="-3.5,12").status_code == 202


def test_the_description_tells_which_preset_takes_which_option(server):
    schema = server.client.get("/openapi.json").json()["components"]["schemas"]["NewScene"]
    assert schema["anyOf"] == [
        {"properties": {"preset": {"const": "embedded"}, "views": False}},
        {"properties": {"preset": {"const": "small"}}, "required": ["preset"]},
    ]
