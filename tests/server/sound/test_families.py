"""Spectra and envelopes of the families, against what each should look like."""

import numpy as np
import pytest

from server.sound.animals import bird_calls, insects, songbirds
from server.sound.animals import mammals as animals
from server.sound.nature import rain, water, wind
from server.sound.synthesis.circular import Make
from server.sound.town import bells, footsteps, interior, people, works
from server.sound.traffic import aircraft, rails, vehicles
from server.sound.traffic import roads as traffic
from tests.server.sound.measures import (
    RATE_HZ,
    centroid_hz,
    envelope,
    flatness,
    frames,
    level_db,
    modulation_hz,
    peak_hz,
    rng,
    share,
    slow_share,
    swing_db,
)

seeds = pytest.mark.parametrize("seed", [1, 2])


@seeds
@pytest.mark.parametrize(
    "make", [songbirds.blackbird, songbirds.sparrows, songbirds.great_tit, songbirds.chaffinch, songbirds.robin]
)
def test_song_is_tonal_and_lies_between_2_and_8_khz(make: Make, seed: int) -> None:
    song = make(8.0, rng(seed))
    assert share(song, 1700, 8500) > 0.85
    assert flatness(song, 1000, 10_000) < 0.02


@seeds
def test_blackbirds_sing_lower_than_sparrows_chirp(seed: int) -> None:
    assert centroid_hz(songbirds.blackbird(8.0, rng(seed))) < 0.75 * centroid_hz(songbirds.sparrows(8.0, rng(seed)))


def test_two_birds_of_one_kind_differ_in_pitch_and_time() -> None:
    one, other = (bird_calls.cuckoo(8.0, rng(seed)) for seed in (1, 2))
    assert peak_hz(one) != pytest.approx(peak_hz(other), abs=0.5)


@seeds
def test_a_cuckoo_calls_a_falling_third(seed: int) -> None:
    song = bird_calls.cuckoo(8.0, rng(seed))
    high_hz, low_hz = peak_hz(song, 610, 720), peak_hz(song, 480, 600)
    # Between a major second and a major third.
    assert 2 < 12 * np.log2(high_hz / low_hz) < 4


@seeds
@pytest.mark.parametrize(("make", "low_hz", "high_hz"), [(bird_calls.pigeon, 300, 550), (bird_calls.owl, 650, 950)])
def test_coos_and_hoots_are_low_and_almost_pure(make: Make, low_hz: float, high_hz: float, seed: int) -> None:
    assert share(make(8.0, rng(seed)), low_hz, high_hz) > 0.8


@seeds
def test_a_woodpecker_drums_ten_to_thirty_times_a_second(seed: int) -> None:
    assert 14 < modulation_hz(bird_calls.woodpecker(8.0, rng(seed)), 8, 40) < 26


@seeds
def test_crows_are_hoarser_than_gulls(seed: int) -> None:
    hoarse, clear = (flatness(make(8.0, rng(seed)), 500, 5000) for make in (bird_calls.crows, bird_calls.gulls))
    assert hoarse > 1.3 * clear


@seeds
def test_crickets_carry_4_to_5_khz_and_chirp_two_to_three_times_a_second(seed: int) -> None:
    choir = insects.crickets(8.0, rng(seed))
    assert share(choir, 4000, 5200) > 0.98
    assert 1.8 < modulation_hz(choir, 1, 6) < 3.1


@seeds
def test_cicadas_and_grasshoppers_are_bright_and_bees_hum_at_their_wing_beat(seed: int) -> None:
    assert share(insects.cicadas(4.0, rng(seed)), 4000, 12_000) > 0.75
    assert share(insects.grasshoppers(4.0, rng(seed)), 4000, 20_000) > 0.9
    assert 180 < peak_hz(insects.bees(4.0, rng(seed))) < 270


@seeds
def test_wind_is_red_and_its_gusts_are_slower_than_1_hz(seed: int) -> None:
    air = wind.wind(20.0, rng(seed))
    fall_db = level_db(air, 1800, 2200) - level_db(air, 90, 110)
    # Between pink (−3 dB an octave) and somewhat steeper than brown (−6) over 4.3 octaves.
    assert -9 * 4.3 < fall_db < -3 * 4.3
    assert slow_share(air, 1.0) > 0.6


@seeds
@pytest.mark.parametrize("make", [wind.wind, wind.leaves, wind.grass])
def test_gusts_swing_without_falling_silent(make: Make, seed: int) -> None:
    assert 3 < swing_db(make(20.0, rng(seed))) < 18


@seeds
def test_leaves_are_brighter_than_grass_and_grass_than_bare_wind(seed: int) -> None:
    leaves, grass, air = (centroid_hz(make(8.0, rng(seed))) for make in (wind.leaves, wind.grass, wind.wind))
    assert leaves > 1.3 * grass > 1.3 * 2 * air


@seeds
def test_howling_wind_has_narrow_tones(seed: int) -> None:
    howl, air = (flatness(make(8.0, rng(seed)), 200, 2000) for make in (wind.howling_wind, wind.wind))
    assert howl < 0.7 * air


@seeds
def test_a_flag_flaps_several_times_a_second(seed: int) -> None:
    wave = envelope(wind.flag(8.0, rng(seed)), 0.02)
    onsets = np.sum((wave[1:] >= 1.2 * np.median(wave)) & (wave[:-1] < 1.2 * np.median(wave)))
    assert 2 < onsets / 8.0 < 15


@seeds
def test_rain_is_flat_and_steady(seed: int) -> None:
    for make in (rain.rain, rain.heavy_rain):
        fall = make(8.0, rng(seed))
        octaves = [level_db(fall, low, 2 * low) for low in (1000, 2000, 4000, 8000)]
        assert max(octaves) - min(octaves) < 7
        assert swing_db(fall) < 4


@seeds
def test_thunder_peaks_below_200_hz(seed: int) -> None:
    assert peak_hz(rain.thunder(10.0, rng(seed))) < 200


@seeds
def test_a_stream_babbles_where_a_waterfall_roars(seed: int) -> None:
    brook, fall = water.stream(8.0, rng(seed)), water.waterfall(8.0, rng(seed))
    assert flatness(brook, 300, 5000) < 0.6 * flatness(fall, 300, 5000)
    assert swing_db(brook, 0.05) > 2 * swing_db(fall, 0.05)


@seeds
def test_waves_on_a_beach_come_every_five_to_ten_seconds(seed: int) -> None:
    assert 0.1 <= modulation_hz(water.sea(40.0, rng(seed)), 0.05, 0.5, smooth_s=1.0) <= 0.3


@seeds
def test_lapping_water_is_lower_and_more_broken_than_a_fountain(seed: int) -> None:
    harbour, jets = water.lapping(8.0, rng(seed)), water.fountain(8.0, rng(seed))
    assert centroid_hz(harbour) < 0.5 * centroid_hz(jets)
    assert swing_db(harbour) > 2 * swing_db(jets)


@seeds
@pytest.mark.parametrize("make", [traffic.road_traffic, traffic.distant_traffic, traffic.motorway])
def test_traffic_lies_below_2_khz(make: Make, seed: int) -> None:
    assert share(make(8.0, rng(seed)), 0, 2000) > 0.9


@seeds
def test_a_passing_car_peaks_where_tyres_do(seed: int) -> None:
    car = traffic.car_passing(8.0, rng(seed))
    thirds = [1000 * 2 ** (step / 3) for step in range(-4, 7)]
    loudest = max(thirds, key=lambda hz: share(car, hz * 2 ** (-1 / 6), hz * 2 ** (1 / 6)))
    assert 600 <= loudest <= 1400


@seeds
def test_a_wet_road_hisses(seed: int) -> None:
    wet, dry = (share(make(8.0, rng(seed)), 2000, 9000) for make in (traffic.wet_road, traffic.road_traffic))
    assert wet > 4 * dry


@seeds
@pytest.mark.parametrize(
    ("make", "low_hz", "high_hz"),
    [
        (footsteps.on_stone, 1.6, 2.2),
        (footsteps.on_wood, 1.6, 2.2),
        (footsteps.on_gravel, 1.6, 2.2),
        (footsteps.on_grass, 1.6, 2.2),
        (footsteps.on_snow, 1.6, 2.2),
        (footsteps.running, 2.4, 3.1),
    ],
)
def test_feet_fall_at_a_human_pace(make: Make, low_hz: float, high_hz: float, seed: int) -> None:
    assert low_hz <= modulation_hz(make(10.0, rng(seed)), 1.3, 3.5, smooth_s=0.05) <= high_hz


@seeds
def test_grounds_differ(seed: int) -> None:
    wood, stone, gravel = (
        centroid_hz(make(8.0, rng(seed))) for make in (footsteps.on_wood, footsteps.on_stone, footsteps.on_gravel)
    )
    assert 2 * wood < stone < gravel


@seeds
def test_murmur_has_the_spectrum_of_speech_and_talk_its_rhythm(seed: int) -> None:
    crowd = people.murmur(8.0, rng(seed))
    # The long-term spectrum of speech is highest about 500 Hz and falls beyond 1 kHz (D. Byrne et al., "An
    # international comparison of long-term average speech spectra", J. Acoust. Soc. Am. 96, 1994).
    assert share(crowd, 100, 4000) > 0.95
    assert level_db(crowd, 300, 700) > level_db(crowd, 2000, 3000) + 10
    assert swing_db(crowd) < 6
    wave = envelope(people.conversation(20.0, rng(seed)), 0.02)
    spectrum = np.abs(np.fft.rfft(wave - wave.mean())) ** 2
    hz = np.fft.rfftfreq(wave.size, 1e-3)
    assert spectrum[(hz > 1) & (hz < 9)].sum() > 2 * spectrum[(hz > 10) & (hz < 18)].sum()


@seeds
def test_children_are_higher_than_a_crowd(seed: int) -> None:
    assert centroid_hz(people.playground(8.0, rng(seed))) > 1.1 * centroid_hz(people.murmur(8.0, rng(seed)))


def test_a_bell_has_a_hum_prime_tierce_quint_and_nominal() -> None:
    prime_hz = 440.0
    spectrum = np.abs(np.fft.rfft(bells.rung(prime_hz, rng())[: 2 * RATE_HZ]))
    hz = np.fft.rfftfreq(2 * RATE_HZ, 1 / RATE_HZ)
    for ratio in (0.5, 1.0, 1.2, 1.5, 2.0):
        near = (hz > prime_hz * ratio * 0.96) & (hz < prime_hz * ratio * 1.04)
        found = hz[near][np.argmax(spectrum[near])]
        assert found / prime_hz == pytest.approx(ratio, rel=0.01)
        assert spectrum[near].max() > 30 * np.median(spectrum[(hz > 200) & (hz < 1000)])


def test_a_bell_hums_longer_than_its_upper_partials() -> None:
    stroke = bells.rung(440.0, rng())
    early, late = stroke[: 2 * RATE_HZ], stroke[2 * RATE_HZ : 4 * RATE_HZ]
    assert share(late, 150, 300) > 2 * share(early, 150, 300)


@seeds
def test_a_clock_ticks_twice_a_second_and_a_siren_sounds_a_fourth(seed: int) -> None:
    assert modulation_hz(bells.clock(10.0, rng(seed)), 1.2, 3.5) == pytest.approx(2.0, abs=0.05)
    horn = bells.siren(9.0, rng(seed))
    low_hz, high_hz = peak_hz(horn, 380, 470), peak_hz(horn, 520, 640)
    assert high_hz / low_hz == pytest.approx(4 / 3, rel=0.01)


@seeds
def test_a_dog_barks_between_300_hz_and_3_khz_in_short_bursts(seed: int) -> None:
    dog = animals.dog(8.0, rng(seed))
    assert share(dog, 250, 3500) > 0.85
    wave = envelope(dog)
    assert 0.02 < np.mean(wave > 0.25 * wave.max()) < 0.5


@seeds
def test_sheep_tremble_and_frogs_pulse(seed: int) -> None:
    assert 6.5 < modulation_hz(animals.sheep(8.0, rng(seed)), 4, 14) < 10
    assert 25 < modulation_hz(animals.frogs(8.0, rng(seed)), 15, 60) < 50
    assert peak_hz(animals.cows(8.0, rng(seed))) < 500


@seeds
def test_an_idling_engine_fires_at_twice_its_turns(seed: int) -> None:
    # Four cylinders at 720 to 850 rpm fire 24 to 28.3 times a second.
    assert 23.5 < modulation_hz(vehicles.engine(8.0, rng(seed)), 20, 40) < 29
    assert 11 < modulation_hz(vehicles.helicopter(8.0, rng(seed)), 8, 20) < 14


@seeds
def test_a_freewheel_ticks(seed: int) -> None:
    wave = envelope(vehicles.bicycle(20.0, rng(seed)))
    threshold = 1.5 * np.median(wave)
    ticks_a_second = np.sum((wave[1:] >= threshold) & (wave[:-1] < threshold)) / 20.0
    assert 8 < ticks_a_second < 30


@seeds
def test_trains_beat_joints_and_trams_ring(seed: int) -> None:
    assert swing_db(rails.train(8.0, rng(seed)), 0.05) > 6
    assert 1.7 < modulation_hz(rails.level_crossing(8.0, rng(seed)), 1, 4) < 2.1
    spectra = frames(rails.tram(8.0, rng(seed)), size=4096)
    gong = spectra[:, 68:86].sum(axis=1) / spectra.sum(axis=1)
    assert gong.max() > 4 * np.median(gong)


@seeds
def test_aircraft_are_low_and_hammers_drill_twenty_times_a_second(seed: int) -> None:
    assert share(aircraft.aeroplane(8.0, rng(seed)), 0, 1500) > 0.9
    assert share(aircraft.propeller_plane(8.0, rng(seed)), 60, 1000) > 0.8
    assert 18 < modulation_hz(works.jackhammer(8.0, rng(seed)), 10, 40) < 25


@seeds
def test_a_room_is_quiet_in_its_highs_and_level(seed: int) -> None:
    tone = interior.room_tone(8.0, rng(seed))
    # Room criterion curves fall by 5 dB an octave.
    assert level_db(tone, 1800, 2200) - level_db(tone, 225, 275) == pytest.approx(-15 - 3, abs=5)
    assert swing_db(tone) < 4
    assert peak_hz(interior.electric_hum(8.0, rng(seed))) == pytest.approx(100, abs=1)
