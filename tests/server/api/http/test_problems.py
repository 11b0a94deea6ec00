import pytest

from server.api.http.problems import Problem


@pytest.mark.parametrize(
    ("told", "public"),
    [
        ("/root/.cache/sonorama/models/grounding-dino-tiny", "grounding-dino-tiny"),
        ("can't read /tmp/a b/scene.json: gone", "can't read a b/scene.json: gone"),
        ("'/srv/x/y.wav'", "'y.wav'"),
        ("see https://huggingface.co/declare-lab/TangoFlux", "see https://huggingface.co/declare-lab/TangoFlux"),
        ("/v1/scenes/street/clips", "/v1/scenes/street/clips"),
        ("clips/fountain-1.wav", "clips/fountain-1.wav"),
        ("1/2 or 3 / 4", "1/2 or 3 / 4"),
        ("/single", "/single"),
        ("~/.local/state/sonorama", "~/.local/state/sonorama"),
    ],
)
def test_of_a_path_only_the_last_name_is_told(told, public):
    problem = Problem(code="x", what=told, where=told, remedy=told).public()
    assert (problem.what, problem.where, problem.remedy) == (public, public, public)
