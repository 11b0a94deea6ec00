import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.room.late_reverberation import _diffuse_noise, late_reverberation
from binaural.room.materials import BANDS_HZ
from binaural.room.shoebox import ShoeboxRoom

RATE_HZ = 48_000
ROOMS = [
    ShoeboxRoom.indoor(camera_height_m=1.6),
    ShoeboxRoom.street(camera_height_m=2.5),
    ShoeboxRoom.covered(camera_height_m=1.6),
]


@pytest.fixture(scope="module")
def head():
    return NearestHead(default_hrtf())


def t30_s(response, centre_hz):
    """Twice the time from −5 to −35 dB of Schroeder's backward integral (ISO 3382-1:2009), in one octave."""
    edges = [centre_hz / 2**0.5, centre_hz * 2**0.5]
    octave = sosfiltfilt(butter(4, edges, "band", fs=RATE_HZ, output="sos"), response)
    left = np.cumsum(octave[::-1] ** 2)[::-1]
    level_db = 10 * np.log10(left / left[0] + 1e-30)
    within = np.flatnonzero((level_db <= -5) & (level_db >= -35))
    return -60 / np.polyfit(within / RATE_HZ, level_db[within], 1)[0]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_reverberation_falls_as_fast_as_its_surfaces_say(head, room):
    """Within 10 % on average over four noises; within 25 % in the octaves about 125 and 250 Hz, whose noise is slow."""
    found = []
    for seed in (0, 1):
        reverberation = late_reverberation(head, room, distance_m=3.0, seed=seed)[
            :, int(1.5 * room.mixing_time_s * RATE_HZ) :
        ]
        found += [[t30_s(ear, centre_hz) for centre_hz in BANDS_HZ[:7]] for ear in reverberation]
    mistake = np.array(found) / room.rt60_s[:7] - 1
    assert np.abs(mistake.mean(axis=0)).max() < 0.1
    assert np.abs(mistake[:, 2:]).max() < 0.15
    assert np.abs(mistake[:, :2]).max() < 0.25


def test_highs_die_before_lows_where_air_and_curtains_swallow_them(head):
    reverberation = late_reverberation(head, ROOMS[0], distance_m=3.0)[0]
    assert t30_s(reverberation, 8000) < 0.9 * t30_s(reverberation, 125)


def test_its_level_is_that_of_the_diffuse_field(head):
    room, distance_m = ROOMS[0], 2.0
    reverberation = late_reverberation(head, room, distance_m=distance_m)
    after = int(1.5 * room.mixing_time_s * RATE_HZ)
    octave = sosfiltfilt(butter(4, [1000 / 2**0.5, 1000 * 2**0.5], "band", fs=RATE_HZ, output="sos"), reverberation)
    energy = (octave[:, after:] ** 2).sum(axis=1) / (1000 / 2**0.5 / (RATE_HZ / 2))
    begin_s = after / RATE_HZ + distance_m / SPEED_OF_SOUND_M_S
    decay = 6 * np.log(10) / room.rt60_s[3]
    density = 4 * np.pi * distance_m**2 * SPEED_OF_SOUND_M_S / room.volume_m3
    expected = density * np.exp(-decay * begin_s) / decay
    np.testing.assert_allclose(10 * np.log10(energy / expected), 0, atol=1.0)


def test_it_is_as_loud_wherever_the_source_is(head):
    """Against a direct sound that falls with distance it grows by as much, less what dies on a longer way."""
    near, far = (np.square(late_reverberation(head, ROOMS[0], distance_m=d)).sum() for d in (1.0, 2.0))
    assert 10 * np.log10(far / near) == pytest.approx(6.02, abs=0.6)


def test_it_waits_for_the_mixing_time(head):
    room = ROOMS[1]
    reverberation = late_reverberation(head, room, distance_m=3.0)
    assert not reverberation[:, : int(0.5 * room.mixing_time_s * RATE_HZ)].any()
    assert reverberation[:, int(1.5 * room.mixing_time_s * RATE_HZ) :].any()


def test_without_walls_that_face_each_other_there_is_none(head):
    assert late_reverberation(head, ShoeboxRoom.open_ground(camera_height_m=2.5), distance_m=3.0).shape == (2, 1)


def test_the_ears_hear_it_as_alike_as_a_head_hears_a_diffuse_field(head):
    """The coherence of the noise against that of the whole measured sphere, in octaves."""
    noise = _diffuse_noise(head, 200_000, seed=0)
    spectrum = np.fft.rfft(noise)
    frequency_hz = np.fft.rfftfreq(noise.shape[1], 1 / RATE_HZ)
    hrtf = default_hrtf()
    weight = np.cos(np.radians(hrtf.elevation_deg))  # the grid is about even on rings of even spacing
    density = np.bincount(np.round(hrtf.elevation_deg).astype(int) + 90, minlength=181)
    weight = np.maximum(weight, 0.02) / density[np.round(hrtf.elevation_deg).astype(int) + 90]
    measured = np.fft.rfft(hrtf.hrirs)
    at_hz = np.fft.rfftfreq(hrtf.hrirs.shape[-1], 1 / RATE_HZ)

    def coherence(left_right, powers):
        return left_right.real / np.sqrt(powers[0] * powers[1])

    for low_hz, high_hz in ((60, 200), (200, 400), (400, 800), (800, 1600), (1600, 6400)):
        band = (frequency_hz >= low_hz) & (frequency_hz < high_hz)
        heard = coherence(
            (spectrum[0, band] * spectrum[1, band].conj()).sum(), (np.abs(spectrum[:, band]) ** 2).sum(axis=1)
        )
        band = (at_hz >= low_hz) & (at_hz < high_hz)
        powers = np.einsum("m,mef->e", weight, np.abs(measured[..., band]) ** 2)
        sphere = np.einsum("m,mf->", weight, measured[:, 0, band] * measured[:, 1, band].conj())
        assert heard == pytest.approx(coherence(sphere, powers), abs=0.12)
    # Alike in the bass and unlike in the treble.
    low = frequency_hz < 150
    assert (spectrum[0, low] * spectrum[1, low].conj()).sum().real / (np.abs(spectrum[:, low]) ** 2).sum() * 2 > 0.8


def test_both_ears_hear_as_much_of_it(head):
    power = np.square(late_reverberation(head, ROOMS[0], distance_m=3.0)).sum(axis=1)
    assert 10 * np.log10(power[0] / power[1]) == pytest.approx(0, abs=0.7)
