import numpy as np
import pytest

from server.sound.synthesis.formants import call, resonators, through_throat
from server.sound.synthesis.speech import TALK_RATE_HZ, Talker, phrase, talker
from server.sound.synthesis.tone import contour
from server.sound.town.people import at_full_rate
from tests.server.sound.measures import RATE_HZ, peak_hz, rng, share


def test_a_throat_resonates_at_its_formants_and_passes_dc() -> None:
    from scipy.signal import sosfreqz

    hz, response = sosfreqz(resonators([700, 1220], [50, 60], rate_hz=TALK_RATE_HZ), worN=8000, fs=TALK_RATE_HZ)
    level = np.abs(response)
    assert level[0] == pytest.approx(1.0, rel=1e-6)
    assert hz[np.argmax(level)] == pytest.approx(700, abs=15)
    upper = (hz > 1000) & (hz < 1500)
    assert hz[upper][np.argmax(level[upper])] == pytest.approx(1220, abs=30)


def test_parallel_resonances_let_only_their_bands_through() -> None:
    noise = rng().standard_normal(RATE_HZ)
    assert share(through_throat(noise, [1000.0], quality=8.0), 850, 1150) > 0.6


def test_a_call_follows_its_pitch_and_ends_softly() -> None:
    low, high = (
        call(contour([pitch, pitch], 0.5), rng(), formants_hz=(900, 1800), breath=0.0) for pitch in (150.0, 300.0)
    )
    assert peak_hz(low) % 150 == pytest.approx(0, abs=4) or peak_hz(low) % 150 == pytest.approx(150, abs=4)
    assert abs(low[-1]) < 1e-6
    assert low.size == high.size


def test_a_phrase_lasts_as_long_as_its_syllables_and_carries_its_pitch() -> None:
    who = Talker(pitch_hz=120.0, melody=0.0, size=1.0, syllable_s=0.2)
    talk = phrase(who, rng(), syllables=10)
    assert 1.4 < talk.size / TALK_RATE_HZ < 3.2
    spectrum = np.abs(np.fft.rfft(talk))
    hz = np.fft.rfftfreq(talk.size, 1 / TALK_RATE_HZ)
    near = (hz > 60) & (hz < 200)
    assert 90 < hz[near][np.argmax(spectrum[near])] < 130


def test_children_have_higher_voices_and_shorter_throats() -> None:
    grown, young = [talker(rng(seed)) for seed in range(20)], [talker(rng(seed), child=True) for seed in range(20)]
    assert min(one.pitch_hz for one in young) > max(one.pitch_hz for one in grown)
    assert max(one.size for one in young) < min(one.size for one in grown)


def test_talk_at_the_full_rate_is_the_same_talk() -> None:
    talk = phrase(talker(rng()), rng(), syllables=5)
    full = at_full_rate(talk)
    assert full.size == pytest.approx(3 * talk.size, rel=0.01)
    assert share(full, 0, 8000) > 0.9999
    assert np.sqrt(np.mean(full[: 3 * talk.size : 3] ** 2)) == pytest.approx(np.sqrt(np.mean(talk**2)), rel=0.02)
