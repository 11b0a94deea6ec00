from __future__ import annotations

import numpy as np
import pytest

from binaural.head import InterpolatedHead, NearestHead
from binaural.head_path import HeadPath, Pose
from binaural.hrtf import default_hrtf
from binaural.mix import PositionedSignal, binaural_mix
from binaural.moving_mix import moving_mix

RATE_HZ = 48_000
NOISE = np.random.default_rng(0).standard_normal(RATE_HZ // 2).astype(np.float32) * np.float32(0.1)
STILL = HeadPath(Pose(time_s=0.0))


def source(**options):
    usual = {
        "samples": NOISE,
        "loudness_lufs": -23.0,
        "level_db_spl_1m": 70.0,
        "kind": "point",
        "azimuth_deg": 30.0,
        "distance_m": 2.0,
        "loop": True,
    }
    return PositionedSignal(**{**usual, **options})


def balance_db(mix):
    left, right = np.mean(np.square(mix, dtype=np.float64), axis=0)
    return 10 * np.log10(left / right)


@pytest.fixture(scope="module")
def raw():
    return NearestHead(default_hrtf())


@pytest.mark.parametrize("loop", [True, False])
@pytest.mark.parametrize("options", [{}, {"kind": "line", "width_deg": 90}, {"kind": "ambient", "distance_m": None}])
def test_a_head_that_stands_hears_what_the_still_mix_has(raw, options, loop):
    thing = source(loop=loop, **options)
    still = binaural_mix([thing], head=raw, length_samples=RATE_HZ)
    moving = moving_mix([thing], head=raw, path=STILL, length_samples=RATE_HZ)
    # A loop is rendered from one block before its beginning on; responses are longer than that.
    settled = slice(2048, None) if loop else slice(None)
    np.testing.assert_allclose(moving[settled], still[settled], atol=2e-5)


def test_an_interpolated_head_is_as_late_as_the_still_mix_says():
    head = InterpolatedHead(default_hrtf())
    click = np.zeros(4800, dtype=np.float32)
    click[1000] = 1.0
    thing = source(samples=click, loop=False)
    still, moving = binaural_mix([thing], head=head), moving_mix([thing], head=head, path=STILL)
    assert abs(int(np.argmax(np.abs(still[:, 0]))) - int(np.argmax(np.abs(moving[:, 0])))) <= 8


def test_a_turning_head_hears_a_source_go_from_left_to_right(raw):
    path = HeadPath(Pose(time_s=0.0), Pose(time_s=2.0, yaw_deg=120.0))
    mix = moving_mix([source(azimuth_deg=60.0)], head=raw, path=path, length_samples=2 * RATE_HZ)
    begins, ends = balance_db(mix[: RATE_HZ // 4]), balance_db(mix[-RATE_HZ // 4 :])
    assert begins > 5.0
    assert ends == pytest.approx(-begins, abs=1.5)


def test_walking_to_a_source_makes_it_louder_and_ambience_stays(raw):
    path = HeadPath(Pose(time_s=0.0), Pose(time_s=1.0, position_m=(3.0, 0.0, 0.0)))
    walk = {"head": raw, "path": path, "length_samples": RATE_HZ}

    def gain_db(thing):
        mix = moving_mix([thing], **walk)
        return 10 * np.log10(np.mean(mix[-4800:] ** 2) / np.mean(mix[2048:6848] ** 2))

    assert gain_db(source(azimuth_deg=0.0, distance_m=4.0)) == pytest.approx(11.0, abs=1.5)
    assert gain_db(source(kind="ambient", distance_m=None)) == pytest.approx(0.0, abs=0.7)


def test_nothing_makes_silence_of_the_asked_length(raw):
    assert not moving_mix([], head=raw, path=STILL, length_samples=1000).any()
    assert moving_mix([], head=raw, path=STILL).shape == (0, 2)
