from __future__ import annotations

import numpy as np
import pytest

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.room import room_mix
from binaural.room.shoebox import ShoeboxRoom

RATE_HZ = 48_000


@pytest.fixture(scope="module")
def head():
    return NearestHead(default_hrtf())


@pytest.fixture(scope="module")
def ground():
    return ShoeboxRoom.open_ground(camera_height_m=1.6)


def click(**options):
    samples = np.zeros(RATE_HZ // 4, dtype=np.float32)
    samples[0] = 1.0
    usual = {
        "samples": samples,
        "loudness_lufs": -23.0,
        "level_db_spl_1m": 70.0,
        "kind": "point",
        "azimuth_deg": 90.0,
        "distance_m": 4.0,
    }
    return PositionedSignal(**{**usual, **options})


def level_db(mix):
    return 10 * np.log10(np.sum(np.square(mix, dtype=np.float64), axis=0) + 1e-30)


def test_the_ground_mirrors_a_source_below_itself_and_later(head, ground):
    mix = room_mix([click()], head=head, room=ground)
    left_db, right_db = level_db(mix)
    assert left_db > right_db + 5.0
    first = int(np.argmax(np.abs(mix[:, 0]) > 0.1 * np.abs(mix).max()))
    # By way of the ground, from 1.6 m up to 1.6 m up over 4 m, it is √(4² + 3.2²) − 4 m farther.
    assert first / RATE_HZ == pytest.approx((np.hypot(4.0, 3.2) - 4.0) / 343.0 + 0.0006, abs=0.0006)


def test_turning_the_head_turns_the_echoes(head, ground):
    turned = room_mix([click()], head=head, room=ground, yaw_deg=180.0)
    still = room_mix([click()], head=head, room=ground)
    assert level_db(turned)[1] == pytest.approx(level_db(still)[0], abs=0.5)


def test_ambience_has_its_place_in_it_already(head, ground):
    assert not room_mix([click(kind="ambient", distance_m=None)], head=head, room=ground).any()


def test_a_room_rings_on_where_the_open_does_not(head, ground):
    room = ShoeboxRoom.indoor(camera_height_m=1.6)
    late = slice(RATE_HZ // 10, RATE_HZ // 5)
    options = {"head": head, "length_samples": RATE_HZ // 4}
    assert level_db(room_mix([click(distance_m=2.0)], room=room, **options)[late]).min() > -60.0
    assert not np.any(np.abs(room_mix([click()], room=ground, **options)[late]) > 1e-6)
