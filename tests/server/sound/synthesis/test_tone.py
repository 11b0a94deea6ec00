import numpy as np
import pytest

from server.sound.synthesis.tone import (
    arch,
    closed_cycles,
    contour,
    cycles,
    decay,
    glottis,
    played,
    sine,
    struck,
    waveform,
)
from tests.server.sound.measures import RATE_HZ, peak_hz, rng, seam_step


def test_a_contour_runs_through_its_points_without_overshoot() -> None:
    course = contour([1000, 4000, 2000], 0.5)
    assert course[0] == pytest.approx(1000)
    assert course[-1] == pytest.approx(2000)
    assert course.max() == pytest.approx(4000, rel=1e-3)
    placed = contour([1000, 4000, 2000], 0.5, at=[0, 0.1, 1])
    assert np.argmax(placed) == pytest.approx(0.1 * placed.size, abs=2)


def test_an_oscillator_follows_its_course() -> None:
    assert peak_hz(sine(cycles(np.full(RATE_HZ, 440.0)))) == pytest.approx(440, abs=1)


def test_a_closed_oscillator_loops_at_any_pitch() -> None:
    clip = sine(closed_cycles(np.full(RATE_HZ, 440.37)))
    assert seam_step(clip)[1] < 1.01
    assert peak_hz(clip) == pytest.approx(440, abs=1)
    open_ended = sine(cycles(np.full(RATE_HZ, 440.37)))
    assert seam_step(open_ended)[1] > 10


def test_a_waveform_has_the_harmonics_that_it_was_given() -> None:
    clip = played(waveform([1.0, 0.0, 0.5], rng()), cycles(np.full(RATE_HZ, 100.0)))
    spectrum = np.abs(np.fft.rfft(clip)) / RATE_HZ * 2
    np.testing.assert_allclose(spectrum[[100, 200, 300]], [1.0, 0.0, 0.5], atol=1e-3)


def test_a_glottis_gives_a_pulse_a_period_with_falling_harmonics() -> None:
    spectrum = np.abs(np.fft.rfft(glottis(8, tilt=1.0)))[1:9]
    np.testing.assert_allclose(spectrum / spectrum[0], 1 / np.arange(1, 9), rtol=1e-9)


@pytest.mark.parametrize("count", [1, 2, 10, 4800])
def test_an_envelope_starts_and_ends_at_nothing(count: int) -> None:
    envelope = arch(count, attack_s=0.01, release_s=0.02)
    assert envelope[-1] == pytest.approx(0, abs=1e-9)
    assert envelope[0] == pytest.approx(0, abs=1e-9)
    assert np.all((envelope >= 0) & (envelope <= 1))


def test_a_decay_falls_by_60_db_in_its_time() -> None:
    envelope = decay(1.0, 1.0)
    assert 20 * np.log10(envelope[RATE_HZ // 2] / envelope[RATE_HZ // 4]) == pytest.approx(-15, abs=0.1)
    assert envelope[-1] == pytest.approx(0, abs=1e-9)


def test_a_struck_body_rings_at_its_modes_each_at_its_own_pace() -> None:
    ring = struck([500.0, 2000.0], [1.0, 0.2], [1.0, 1.0], rng(), attack_s=0.001)
    early, late = ring[:4800], ring[9600:14_400]
    assert abs(ring[0]) < 1e-6
    spectrum = np.abs(np.fft.rfft(early))
    assert {10 * int(np.argmax(spectrum[:100])), 10 * (100 + int(np.argmax(spectrum[100:])))} == {500, 2000}
    assert np.abs(np.fft.rfft(late))[200] < 1e-3 * spectrum[200]
    # Half a second is half of 60 dB.
    slow = struck([500.0], [1.0], [1.0], rng())
    fall_db = 20 * np.log10(np.abs(slow[24_000:24_960]).max() / np.abs(slow[960:1920]).max())
    assert fall_db == pytest.approx(-60 * 0.48, abs=0.5)
