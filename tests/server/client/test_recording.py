import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.wire.frames import Frame, FrameKind
from server.client.recording import Recording, check_name

RATE_HZ, BLOCK = 48_000, 128


def block(number, *, at_s, value):
    payload = np.full((BLOCK, 2), value, "<f4").tobytes()
    return Frame(
        kind=FrameKind.LIVE_BLOCK, codec="float32", channels=2, stream_id=1, sequence=number,
        position=number * BLOCK, sample_rate_hz=RATE_HZ, payload=payload, time_s=at_s,
    )  # fmt: skip


def recorded(path, blocks):
    with Recording(path) as recording:
        for one in blocks:
            recording.take(one)
    samples, rate_hz = soundfile.read(path, always_2d=True)
    assert rate_hz == RATE_HZ
    assert len(samples) == round(recording.seconds * RATE_HZ)
    return samples, recording.missing_s


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 30), min_size=1), st.floats(0, 1e6))
def test_every_block_lies_where_it_was_due_and_silence_where_none_came(tmp_path_factory, numbers, start_s):
    path = tmp_path_factory.mktemp("heard") / "heard.wav"
    numbers = sorted(numbers)
    samples, missing_s = recorded(
        path, [block(n, at_s=start_s + n * BLOCK / RATE_HZ, value=(n + 1) / 64) for n in numbers]
    )
    first = numbers[0]
    expected = [(n + 1) / 64 if n in numbers else 0.0 for n in range(first, numbers[-1] + 1)]
    np.testing.assert_allclose(samples[::BLOCK, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(samples[BLOCK - 1 :: BLOCK, 1], expected, rtol=1e-6)
    assert missing_s == pytest.approx(expected.count(0.0) * BLOCK / RATE_HZ)


def test_a_block_that_comes_twice_is_kept_once(tmp_path):
    one = block(0, at_s=5.0, value=0.5)
    samples, missing_s = recorded(tmp_path / "heard.flac", [one, one])
    assert (len(samples), missing_s) == (BLOCK, 0.0)


def test_a_server_that_began_anew_goes_on_where_the_file_ends(tmp_path):
    samples, missing_s = recorded(
        tmp_path / "heard.wav", [block(0, at_s=5000.0, value=0.25), block(0, at_s=3.0, value=0.5)]
    )
    np.testing.assert_allclose(samples[:, 0], np.repeat([0.25, 0.5], BLOCK), rtol=1e-6)
    assert missing_s == 0.0


@pytest.mark.parametrize("name", ["heard.mp3", "heard"])
def test_other_formats_are_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"end it with \.wav or \.flac"):
        check_name(tmp_path / name)
