from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source, free_source_id

SHA = "0" * 64
FOUNTAIN = Source(
    id="fountain-1",
    label="fountain",
    prompt="a stone fountain",
    kind="point",
    evidence="seen",
    azimuth_deg=30.0,
    elevation_deg=-5.0,
    distance_m=8.0,
    distance_sigma_m=0.5,
    level_db_spl_1m=70.0,
    confidence=0.9,
)
SCENE = Scene(
    format="sonorama.scene",
    version=1,
    id="abc",
    image=Image(path="picture.jpg", sha256=SHA, width_px=4, height_px=2, projection="equirectangular", hfov_deg=360.0),
    listener=SceneListener(camera_height_m=2.5),
    environment=Environment(),
    sources=(FOUNTAIN,),
)


def test_a_scene_survives_the_disk():
    adapter = TypeAdapter(Scene)
    assert adapter.validate_json(adapter.dump_json(SCENE)) == SCENE


@pytest.mark.parametrize(
    "change",
    [
        {"azimuth_deg": -180.5},
        {"azimuth_deg": 180.5},
        {"elevation_deg": 91.0},
        {"distance_m": 0.0},
        {"distance_m": float("inf")},
        {"distance_m": float("nan")},
        {"distance_m": "8"},
        {"distance_m": None, "distance_sigma_m": None},
        {"distance_sigma_m": None},
        {"confidence": 1.1},
        {"kind": "cloud"},
        {"id": "../etc"},
        {"label": ""},
    ],
)
def test_a_source_that_makes_no_sense_can_not_be_made(change):
    with pytest.raises(ValidationError):
        replace(FOUNTAIN, **change)


def test_ambience_needs_no_distance():
    assert replace(FOUNTAIN, kind="ambient", distance_m=None, distance_sigma_m=None).distance_m is None


def test_two_sources_never_share_an_id():
    with pytest.raises(ValidationError, match="same id"):
        replace(SCENE, sources=(FOUNTAIN, FOUNTAIN))


@pytest.mark.parametrize("path", ["../clip.wav", "/clip.wav", "clips/../../x.wav", "clips//x.wav", "clips\\x.wav", ""])
def test_a_clip_never_lies_outside_its_scene(path):
    with pytest.raises(ValidationError):
        Clip(path=path, sha256=SHA, sample_rate_hz=48_000, duration_s=1.0, loop=True)


def test_a_field_that_nobody_knows_is_refused_on_disk():
    text = TypeAdapter(Scene).dump_json(SCENE).decode().replace('"id":"abc"', '"id":"abc","colour":"red"')
    with pytest.raises(ValidationError, match="colour"):
        TypeAdapter(Scene).validate_json(text)


def test_what_is_muted_is_kept_and_not_heard():
    muted = replace(FOUNTAIN, id="fountain-2", muted=True)
    scene = replace(SCENE, sources=(FOUNTAIN, muted))
    assert scene.audible() == SCENE
    adapter = TypeAdapter(Scene)
    assert adapter.validate_json(adapter.dump_json(scene)) == scene


LABELS = st.text(min_size=1, max_size=128)


@given(label=LABELS, others=st.lists(LABELS, max_size=6))
@example(label="a" * 47 + " bell", others=[])
@example(label="bell", others=["bell", "Bell", "bell-1", "BELL!"])
def test_any_label_gives_an_id_that_is_valid_and_free(label, others):
    taken = set()
    for other in [*others, label]:
        source_id = free_source_id(other, taken)
        assert source_id not in taken
        assert replace(FOUNTAIN, id=source_id).id == free_source_id(other, taken)
        taken.add(source_id)


@given(label=LABELS, taken=st.sets(st.integers(1, 12), max_size=12))
def test_an_id_takes_the_first_number_that_is_free(label, taken):
    slug = free_source_id(label, ()).removesuffix("-1")
    first_free = min(set(range(1, 14)) - taken)
    assert free_source_id(label, {f"{slug}-{number}" for number in taken}) == f"{slug}-{first_free}"
