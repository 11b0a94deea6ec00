import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.levels import MIN_DISTANCE_M, REFERENCE_DB_SPL, received_level_db
from protocol.osc.values import (
    MAX_NAME_BYTES,
    adm_values,
    asked_values,
    gain,
    gain_db,
    name,
    own_values,
)
from protocol.wire.sources import ClipReference
from tests.protocol.vectors import vectors
from tests.protocol.worlds import source

CLIP = ClipReference(url="/v1/clips/x", sha256="ab" * 32, sample_rate_hz=48_000, duration_s=2.5, loop=True)


@pytest.mark.parametrize("row", vectors("osc")["places"], ids=lambda row: f"{row['azimuth_deg']:g}°")
def test_places_are_said_as_the_vectors_say(row):
    there = replace(source(), **{key: row[key] for key in ("azimuth_deg", "elevation_deg", "distance_m")})
    assert adm_values(there, dmax_m=100.0)["aed"] == ("fff", tuple(row["aed"]))
    asked = asked_values(there, dmax_m=100.0)
    assert asked["xyz"][1] == pytest.approx(row["xyz"], abs=1e-12)
    assert [asked[axis][1][0] for axis in "xyz"] == list(asked["xyz"][1])
    assert asked["xy"][1] == asked["xyz"][1][:2]
    assert [asked[word][1][0] for word in ("azim", "elev", "dist")] == row["aed"]


@given(
    st.floats(-20, 160),
    st.floats(0.01, 1e4),
    st.sampled_from(["point", "line", "area", "ambient"]),
    st.floats(-120, 24),
)
def test_gain_is_the_level_that_everything_else_reckons_with(level_db, distance_m, kind, trim_db):
    one = replace(source(), level_db_spl_1m=level_db, distance_m=distance_m, kind=kind, gain_db=trim_db)
    heard_db = received_level_db(level_db, distance_m, kind, min_distance_m=MIN_DISTANCE_M) + trim_db
    assert 20 * math.log10(gain(one)) == pytest.approx(heard_db - REFERENCE_DB_SPL, abs=1e-9)
    assert gain_db(one, gain(one)) == pytest.approx(trim_db, abs=1e-9)


def test_a_gain_that_no_trim_can_make_becomes_the_nearest():
    assert gain_db(source(), 0.0) == -120.0
    assert gain_db(source(), -1.0) == -120.0
    assert gain_db(source(), 1e9) == 24.0


@pytest.mark.parametrize("label", ["bell", "ü" * 128, "😀" * 33, "a" + "ü" * 127, "\0bell"])
def test_a_name_fits_its_bytes_and_has_only_whole_characters(label):
    short = name(label)
    assert len(short.encode()) <= MAX_NAME_BYTES
    assert short in label
    assert len(short.encode()) > MAX_NAME_BYTES - 4 or short == label.replace("\0", "")


def test_ambience_is_wide_and_at_the_edge():
    wind = replace(source(), kind="ambient", distance_m=None)
    values = adm_values(wind, dmax_m=20.0)
    assert values["w"] == ("f", (1.0,))
    assert values["aed"][1][2] == 1.0
    assert "distance" not in own_values(wind, http_url="", unix_offset_s=0.0)


def test_width_is_part_of_a_whole_turn():
    assert adm_values(replace(source(), width_deg=90.0), dmax_m=20.0)["w"] == ("f", (0.25,))


def test_clips_are_whole_urls_and_playing_is_the_time_of_day():
    playing = replace(source(), clip=CLIP, playing_since_s=10.0)
    values = own_values(playing, http_url="http://localhost:8765", unix_offset_s=1.7e9)
    assert values["clip"] == ("ssifi", ("http://localhost:8765/v1/clips/x", CLIP.sha256, 48_000, 2.5, 1))
    assert values["play"] == ("d", (1.7e9 + 10.0,))
    assert "stop" not in values
    silent = own_values(source(), http_url="", unix_offset_s=0.0)
    assert silent["stop"] == ("i", (1,))
    assert not {"play", "clip"} & silent.keys()


def test_the_words_of_a_source_are_of_plain_python():
    moved = replace(source(), azimuth_deg=float(np.float64(12.0)))
    for values in (adm_values(moved, dmax_m=20.0), asked_values(moved, dmax_m=20.0)):
        assert all(type(part) in (float, int, str) for _, arguments in values.values() for part in arguments)
