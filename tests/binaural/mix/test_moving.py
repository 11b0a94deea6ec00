from __future__ import annotations

import numpy as np
import pytest

from binaural.evaluation.nearest_head import NearestHead
from binaural.head_path import HeadPath, Pose
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interpolated_head import InterpolatedHead
from binaural.mix.moving import moving_mix
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.still import binaural_mix
from binaural.propagation.air import SPEED_OF_SOUND_M_S

RATE_HZ = 48_000
NOISE = np.random.default_rng(0).standard_normal(RATE_HZ // 2).astype(np.float32) * np.float32(0.1)
STILL = HeadPath(Pose(time_s=0.0))
# Rendered with retarded times, which must not be heard before the walk begins.
SETS_OUT_LATER = HeadPath(Pose(time_s=60.0), Pose(time_s=61.0, position_m=(1.0, 0.0, 0.0)))
STANDING = pytest.mark.parametrize("path", [STILL, SETS_OUT_LATER], ids=["still", "sets-out-later"])


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


@STANDING
@pytest.mark.parametrize("loop", [True, False])
@pytest.mark.parametrize("options", [{}, {"kind": "line", "width_deg": 90}, {"kind": "ambient", "distance_m": None}])
def test_a_head_that_stands_hears_what_the_still_mix_has(raw, options, loop, path):
    thing = source(loop=loop, **options)
    still = binaural_mix([thing], head=raw, length_samples=RATE_HZ)
    moving = moving_mix([thing], head=raw, path=path, length_samples=RATE_HZ)
    # A loop is rendered from one block before its beginning on; responses are longer than that.
    settled = slice(2048, None) if loop else slice(None)
    np.testing.assert_allclose(moving[settled], still[settled], atol=2e-5)


@STANDING
def test_an_interpolated_head_is_as_late_as_the_still_mix_says(path):
    head = InterpolatedHead(default_hrtf())
    click = np.zeros(4800, dtype=np.float32)
    click[1000] = 1.0
    thing = source(samples=click, loop=False)
    still, moving = binaural_mix([thing], head=head), moving_mix([thing], head=head, path=path)
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


@pytest.mark.parametrize("speed_m_s", [-8.0, 8.0])
def test_a_listener_who_walks_hears_the_pitch_change_and_none_who_stands(raw, speed_m_s):
    """At the speed v towards a source, its frequency is 1 + v/c times as high."""
    tone_hz, count = 1000.0, RATE_HZ
    tone = np.sin(2 * np.pi * tone_hz * np.arange(count) / RATE_HZ).astype(np.float32)
    thing = source(samples=tone, azimuth_deg=0.0, distance_m=40.0)
    walk = HeadPath(Pose(time_s=0.0), Pose(time_s=1.0, position_m=(speed_m_s, 0.0, 0.0)))

    def pitch_hz(path):
        left = moving_mix([thing], head=raw, path=path)[4096:, 0]
        spectrum = np.abs(np.fft.rfft(left * np.hanning(len(left)), 2**20))
        return np.argmax(spectrum) * RATE_HZ / 2**20

    assert pitch_hz(STILL) == pytest.approx(tone_hz, abs=0.1)
    assert pitch_hz(walk) == pytest.approx(tone_hz * (1 + speed_m_s / SPEED_OF_SOUND_M_S), abs=0.5)


@STANDING
def test_a_far_click_comes_when_the_still_mix_has_it(raw, path):
    """Sound of 100 m away has set out 0.29 s before the beginning."""
    click = np.zeros(9600, dtype=np.float32)
    click[1000] = 1.0
    thing = source(samples=click, loop=False, distance_m=100.0)
    still, moving = binaural_mix([thing], head=raw), moving_mix([thing], head=raw, path=path)
    np.testing.assert_allclose(moving, still, atol=1e-3 * np.abs(still).max())


def test_nothing_makes_silence_of_the_asked_length(raw):
    assert not moving_mix([], head=raw, path=STILL, length_samples=1000).any()
    assert moving_mix([], head=raw, path=STILL).shape == (0, 2)
