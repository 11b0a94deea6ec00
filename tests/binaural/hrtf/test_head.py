from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.head import Head
from binaural.hrtf.hrir import Hrtf, default_hrtf
from binaural.hrtf.interaural import ild_db, itds_s, log_spectral_distortion_db
from binaural.hrtf.interpolated_head import InterpolatedHead, default_head
from protocol.coordinates import scene_from_polar

RATE_HZ = 48_000
ANYWHERE = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def heard(head: Head, directions):
    """Filters delayed, shape (N, 2, 1024)."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(2048) * head.delays_samples(directions)[..., None])
    return np.fft.irfft(np.fft.rfft(head.filters(directions), 2048) * turn)[..., :1024]


def measured_directions():
    return scene_from_polar(default_hrtf().azimuth_deg, default_hrtf().elevation_deg)


def kept(hrtf, chosen):
    return replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[chosen],
        elevation_deg=hrtf.elevation_deg[chosen],
        hrirs=hrtf.hrirs[chosen],
    )


@pytest.mark.parametrize("head", [NearestHead(default_hrtf()), default_head()], ids=["nearest", "interpolated"])
def test_heads_keep_what_the_protocol_says(head: Head):
    random = np.random.default_rng(0).standard_normal((500, 3))
    directions = random / np.linalg.norm(random, axis=1, keepdims=True)
    filters, delays = head.filters(directions), head.delays_samples(directions)
    assert head.sample_rate_hz == RATE_HZ
    assert filters.dtype == np.float32
    assert filters.shape == (500, 2, head.taps)
    assert delays.dtype == np.float64
    assert delays.shape == (500, 2)
    assert np.all(np.isfinite(filters))
    assert np.all((delays >= 0) & (delays < 48))
    np.testing.assert_array_equal(head.filters(directions[:3]), filters[:3])
    assert head.filters(directions[:0]).shape == (0, 2, head.taps)


@settings(max_examples=30, deadline=None)
@given(st.lists(ANYWHERE, min_size=1, max_size=8))
def test_the_nearest_head_answers_as_the_set_does(directions_deg):
    filters = NearestHead(default_hrtf()).filters(scene_from_polar(*np.array(directions_deg).T))
    for one, (azimuth_deg, elevation_deg) in zip(filters, directions_deg, strict=True):
        np.testing.assert_array_equal(one, default_hrtf().nearest_hrir(azimuth_deg, elevation_deg))


def test_at_measured_directions_it_is_the_measured_head():
    hrtf, directions = default_hrtf(), measured_directions()
    ears = heard(default_head(), directions)
    distortion_db = log_spectral_distortion_db(ears, hrtf.hrirs, RATE_HZ)
    near = np.where(directions[:, 1] >= 0, distortion_db[:, 0], distortion_db[:, 1])
    assert np.median(near) < 0.3
    assert np.quantile(distortion_db, 0.9) < 2.5
    wrong_us = 1e6 * np.abs(itds_s(ears, RATE_HZ) - itds_s(hrtf.hrirs, RATE_HZ))
    assert np.max(wrong_us) < 4
    for pair, truth in zip(ears[::9], hrtf.hrirs[::9], strict=True):
        levels_db = [ild_db(one, RATE_HZ, lowest_hz=200, highest_hz=16_000) for one in (pair, truth)]
        assert levels_db[0] == pytest.approx(levels_db[1], abs=0.5)


def test_longer_filters_leave_less_out():
    hrtf, directions = default_hrtf(), measured_directions()[::5]
    longer = InterpolatedHead(hrtf, taps=512, table_nodes=800)
    assert longer.filters(directions).shape == (142, 2, 512)
    errors_db = [
        np.median(log_spectral_distortion_db(head.filters(directions), hrtf.hrirs[::5], RATE_HZ))
        for head in (default_head(), longer)
    ]
    assert errors_db[1] < 0.3 * errors_db[0]


@settings(max_examples=60, deadline=None)
@given(ANYWHERE)
def test_the_sides_mirror_each_other(direction_deg):
    here = scene_from_polar(*direction_deg)[None]
    there = here * [1, -1, 1]
    head = default_head()
    np.testing.assert_allclose(head.delays_samples(here), head.delays_samples(there)[:, ::-1], atol=0.02)
    distortion_db = log_spectral_distortion_db(head.filters(here), head.filters(there)[:, ::-1], RATE_HZ)
    assert np.max(distortion_db) < 0.05


@settings(max_examples=100, deadline=None)
@given(ANYWHERE | st.tuples(st.floats(-180, 180), st.sampled_from([-90.0, -40.0, 0.0, 90.0])), st.floats(0, 360))
def test_a_hundredth_of_a_degree_changes_little_anywhere(direction_deg, turn_deg):
    """Over edges of triangles, over the poles and over the rim of what was measured."""
    here = scene_from_polar(*direction_deg)
    aside = scene_from_polar(turn_deg, 17.0)
    there = here + np.radians(0.01) * (aside - (aside @ here) * here)
    pair = np.stack([here, there / np.linalg.norm(there)])
    head = default_head()
    (one, other), (early, late) = head.filters(pair), head.delays_samples(pair)
    assert np.max(np.abs(late - early)) < 0.02
    assert np.linalg.norm(one - other) < 0.01 * np.linalg.norm(one)


def test_time_differences_grow_from_the_front_to_the_side_and_levels_with_them():
    ears = heard(default_head(), scene_from_polar(np.arange(0, 81, 2), 0))
    assert np.all(np.diff(itds_s(ears, RATE_HZ)) > 0)
    levels_db = [ild_db(pair, RATE_HZ) for pair in ears[:31]]
    assert np.all(np.diff(levels_db) > 0)


def test_between_measurements_it_foretells_better_than_the_nearest_one_does():
    """Every other azimuth of the rings is left out."""
    hrtf = default_hrtf()
    order = np.lexsort((hrtf.azimuth_deg, hrtf.elevation_deg))
    known = np.zeros(len(order), dtype=bool)
    known[order[::2]] = True
    directions, truth = measured_directions()[~known], hrtf.hrirs[~known]
    ours = heard(InterpolatedHead(kept(hrtf, known)), directions)
    nearest = NearestHead(kept(hrtf, known)).filters(directions)
    ours_db, nearest_db = (np.median(log_spectral_distortion_db(ears, truth, RATE_HZ)) for ears in (ours, nearest))
    assert ours_db < 0.8 * nearest_db
    wrong_us = 1e6 * np.abs(itds_s(ours, RATE_HZ) - itds_s(truth, RATE_HZ))
    assert np.median(wrong_us) < 5
    assert np.quantile(wrong_us, 0.9) < 20


def test_below_the_grid_the_head_goes_on_towards_a_middle():
    head = default_head()
    rim = heard(head, scene_from_polar(np.arange(-180, 180, 10), -40))
    nadir = heard(head, scene_from_polar([0.0, 77.0], [-90.0, -90.0]))
    np.testing.assert_allclose(nadir[0], nadir[1], atol=1e-6)
    assert abs(itds_s(nadir, RATE_HZ)[0]) < 2e-6
    assert ild_db(nadir[0], RATE_HZ) == pytest.approx(0, abs=0.1)
    at_rim, below = np.sum(rim**2, axis=2), np.sum(nadir[0] ** 2, axis=1)
    assert np.all((at_rim.min(axis=0) < below) & (below < at_rim.max(axis=0)))
    steps_s = itds_s(heard(head, scene_from_polar(90, np.arange(-90, 1, 5))), RATE_HZ)
    assert np.all(np.diff(steps_s) > 0)


def test_what_the_table_adds_in_error_is_small():
    """Between its nodes, against nodes half as far apart."""
    random = np.random.default_rng(3).standard_normal((150, 3))
    directions = random / np.linalg.norm(random, axis=1, keepdims=True)
    finer = heard(InterpolatedHead(default_hrtf(), table_nodes=30_000), directions)
    ears = heard(default_head(), directions)
    assert np.quantile(log_spectral_distortion_db(ears, finer, RATE_HZ), 0.99) < 0.5
    assert 1e6 * np.max(np.abs(itds_s(ears, RATE_HZ) - itds_s(finer, RATE_HZ))) < 6


def test_six_directions_at_another_rate_make_a_head():
    """A pulse that comes earlier and louder to the nearer ear, from ahead, behind, both sides, above and below."""
    azimuth_deg, elevation_deg = np.array([0, 90, 180, -90, 0, 0.0]), np.array([0, 0, 0, 0, 90, -90.0])
    left = scene_from_polar(azimuth_deg, elevation_deg)[:, 1].round(9)
    sides = np.stack([left, -left], axis=1)
    time_s = np.arange(256) / 44_100
    pulses = np.exp(-0.5 * ((time_s - 1e-3 + 0.3e-3 * sides[..., None]) / 50e-6) ** 2) * (1 + 0.5 * sides)[..., None]
    hrtf = Hrtf(
        name="six", azimuth_deg=azimuth_deg, elevation_deg=elevation_deg,
        hrirs=pulses.astype(np.float32), sample_rate_hz=44_100,
    )  # fmt: skip
    head = InterpolatedHead(hrtf, taps=128)
    ears = heard(head, scene_from_polar([0, 45, 90], 0))
    assert head.sample_rate_hz == 44_100
    itd_us = 1e6 * itds_s(ears, 44_100)
    assert itd_us == pytest.approx([0, 600 * np.sin(np.pi / 4), 600], abs=40)
    assert ild_db(ears[2], 44_100) == pytest.approx(20 * np.log10(3), abs=0.1)


def test_the_default_head_is_made_once_and_fits_in_a_cache_of_tens_of_megabytes():
    assert default_head() is default_head()
    assert default_head().table.nbytes < 20 * 2**20
    assert len(default_head().table) == len(default_head().table_delays_samples)
