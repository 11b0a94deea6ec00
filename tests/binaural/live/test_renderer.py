from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.interpolated_head import InterpolatedHead, live_head
from binaural.listener import Listener
from binaural.live import kernels
from binaural.live.renderer import BinauralRenderer
from binaural.propagation.air import SPEED_OF_SOUND_M_S, absorption_gains
from binaural.propagation.occlusion import occlusion_gains
from protocol.coordinates import scene_from_polar
from protocol.levels import Spreading

RATE_HZ = 48_000
Path = NDArray[np.float64]


@pytest.fixture(scope="module")
def raw() -> NearestHead:
    return NearestHead(default_hrtf())


@pytest.fixture(scope="module")
def head() -> InterpolatedHead:
    return live_head()


def noise(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    count = round(seconds * RATE_HZ) // 2048 * 2048
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32) * np.float32(0.1)


def polar(azimuth_deg: float, elevation_deg: float = 0.0, distance_m: float = 1.0) -> Path:
    return distance_m * scene_from_polar(azimuth_deg, elevation_deg)


def heard(
    head: NearestHead | InterpolatedHead,
    signals: NDArray[np.float32],
    path: Path,
    *,
    block: int = 256,
    kinds: tuple[Spreading, ...] = ("point",),
    listeners: list[Listener] | None = None,
    doppler: bool = False,
    with_tail: bool = False,
) -> NDArray[np.float32]:
    """Signals (N, samples) along a path: positions (blocks, N, 3), or (N, 3) for what stands still."""
    renderer = BinauralRenderer(head, kinds, block_samples=block, doppler=doppler)
    blocks = []
    for number in range(signals.shape[1] // block):
        part = signals[:, number * block : (number + 1) * block]
        listener = listeners[number] if listeners else Listener()
        blocks.append(renderer.process(part, path[number] if path.ndim == 3 else path, listener).copy())
    if with_tail:
        silence = np.zeros((len(signals), block), dtype=np.float32)
        last = path[-1] if path.ndim == 3 else path
        blocks += [renderer.process(silence, last, listener).copy() for _ in range(2 + 2048 // block)]
    return np.concatenate(blocks)[renderer.latency_samples :]


def level_db(signal: NDArray[np.floating]) -> float:
    return 10.0 * float(np.log10(np.mean(np.square(signal, dtype=np.float64)) + 1e-30))


@pytest.mark.parametrize("block", [64, 256, 2048])
@pytest.mark.parametrize("row", [0, 200, 500, 709])
def test_at_a_measured_direction_it_is_convolution_with_what_was_measured(
    raw: NearestHead, row: int, block: int
) -> None:
    signal = noise(0.2)
    found = heard(raw, signal[None], raw.nodes[row][None], block=block, with_tail=True)
    wanted = np.stack([np.convolve(signal.astype(np.float64), ear) for ear in raw.table[row]], axis=1)

    # Filters are kept in 16 bits.
    assert len(found) >= len(wanted)
    assert level_db(found[: len(wanted)] - wanted) < level_db(wanted) - 86.0
    assert level_db(found[len(wanted) :]) < level_db(wanted) - 86.0


@pytest.mark.parametrize("block", [64, 128, 512, 1024, 2048])
def test_the_size_of_a_block_does_not_change_what_stands_still(head: InterpolatedHead, block: int) -> None:
    signals = np.stack([noise(0.2, 1), noise(0.2, 2)])
    places = np.stack([polar(33.0, 12.0, 2.0), polar(-110.0, -25.0, 5.0)])

    usual = heard(head, signals, places, kinds=("point", "line"))
    other = heard(head, signals, places, kinds=("point", "line"), block=block)

    # Partitions of other lengths are rounded to 16 bits otherwise.
    assert level_db(other - usual) < level_db(usual) - 85.0


def circling(blocks: int, block: int, turns_per_s: float = 1.0, distance_m: float = 2.0) -> Path:
    angle = 2.0 * np.pi * turns_per_s * block / RATE_HZ * (np.arange(blocks) + 1)
    return distance_m * np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)[:, None, :]


@pytest.mark.parametrize("block", [64, 512, 1024])
def test_the_size_of_a_block_hardly_changes_what_moves(head: InterpolatedHead, block: int) -> None:
    time_s = np.arange(RATE_HZ // 2048 * 2048) / RATE_HZ
    sine = np.sin(2 * np.pi * 500.0 * time_s).astype(np.float32)[None]

    usual = heard(head, sine, circling(sine.shape[1] // 256, 256))
    other = heard(head, sine, circling(sine.shape[1] // block, block), block=block)

    assert level_db(other[4096:] - usual[4096:]) < level_db(usual) - 20.0


@pytest.mark.parametrize(("frequency_hz", "below_db"), [(500.0, 54.0), (1000.0, 50.0), (4000.0, 36.0)])
def test_a_source_that_circles_once_a_second_has_no_zipper(
    head: InterpolatedHead, frequency_hz: float, below_db: float
) -> None:
    count = 4 * RATE_HZ // 2048 * 2048
    sine = np.sin(2 * np.pi * frequency_hz * np.arange(count) / RATE_HZ).astype(np.float32)[None]
    ear = heard(head, sine, circling(count // 256, 256))[8192:, 0]

    spectrum = np.abs(np.fft.rfft(ear * np.hanning(len(ear))))
    frequency = np.fft.rfftfreq(len(ear), 1.0 / RATE_HZ)
    carrier = np.abs(frequency - frequency_hz) < 60.0
    # Steps from hop to hop would stand 187.5 Hz and its multiples beside the carrier.
    rate_hz = RATE_HZ / 256
    beside = [np.abs(np.abs(frequency - frequency_hz) - n * rate_hz) < 60.0 for n in (1, 2)]

    worst_db = 20.0 * np.log10(max(spectrum[band].max() for band in beside) / spectrum[carrier].max())
    assert worst_db < -below_db


@settings(max_examples=10, deadline=None)
@given(
    yaw_deg=st.floats(-180, 180),
    pitch_deg=st.floats(-60, 60),
    roll_deg=st.floats(-60, 60),
    azimuth_deg=st.floats(-180, 180),
    elevation_deg=st.floats(-80, 80),
)
def test_a_head_turned_and_moved_hears_what_a_still_head_hears_of_turned_and_moved_sources(
    yaw_deg: float, pitch_deg: float, roll_deg: float, azimuth_deg: float, elevation_deg: float
) -> None:
    place = polar(azimuth_deg, elevation_deg, 3.0)
    listener = Listener.turned(yaw_deg, pitch_deg, roll_deg, position_m=(1.0, -2.0, 0.5))
    seen = listener.to_head((listener.rotation @ place + np.array(listener.position_m))[None])

    np.testing.assert_allclose(seen[0], place, atol=1e-9)
    np.testing.assert_allclose(listener.rotation @ listener.rotation.T, np.eye(3), atol=1e-12)


def test_turning_the_head_left_moves_sources_right(raw: NearestHead) -> None:
    signal = noise(0.1)[None]
    turned = [Listener.turned(90.0)] * (signal.shape[1] // 256)

    np.testing.assert_array_equal(
        heard(raw, signal, polar(0.0)[None], listeners=turned), heard(raw, signal, polar(-90.0)[None])
    )


def test_tilting_the_head_to_the_right_brings_what_is_overhead_to_the_left_ear(raw: NearestHead) -> None:
    assert Listener.turned(0.0, 0.0, 30.0).to_head(polar(0.0, 90.0)[None])[0, 1] == pytest.approx(0.5)
    assert Listener.turned(0.0, 30.0).to_head(polar(0.0, 90.0)[None])[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize(("kind", "cost_db"), [("point", 6.0206), ("area", 6.0206), ("line", 3.0103), ("ambient", 0.0)])
def test_twice_as_far_costs_what_the_kind_spreads(head: InterpolatedHead, kind: Spreading, cost_db: float) -> None:
    signal = noise(0.1)[None]
    near, far = (heard(head, signal, polar(40.0, 0.0, metres)[None], kinds=(kind,)) for metres in (1.5, 3.0))

    assert level_db(near) - level_db(far) == pytest.approx(cost_db, abs=1e-3)


def test_at_no_distance_at_all_it_sounds_as_from_the_nearest_place_in_front(head: InterpolatedHead) -> None:
    signal = noise(0.1)[None]
    inside = heard(head, signal, np.zeros((1, 3)))

    assert np.isfinite(inside).all()
    np.testing.assert_allclose(inside, heard(head, signal, polar(0.0, 0.0, 0.12)[None]), atol=1e-6)


def spectrum_db(signal: NDArray[np.floating], frequency_hz: float) -> float:
    """The level in a third of an octave."""
    spectrum = np.abs(np.fft.rfft(signal)) ** 2
    bins = np.fft.rfftfreq(len(signal), 1.0 / RATE_HZ)
    return 10.0 * float(np.log10(spectrum[(bins > 0.89 * frequency_hz) & (bins < 1.12 * frequency_hz)].mean()))


@pytest.mark.parametrize("frequency_hz", [1000.0, 4000.0, 8000.0])
def test_air_takes_the_highs_of_what_is_far(head: InterpolatedHead, frequency_hz: float) -> None:
    signal = noise(0.5)[None]
    near, far = (heard(head, signal, polar(20.0, 0.0, metres)[None])[:, 0] for metres in (2.0, 200.0))

    lost_db = spectrum_db(near, frequency_hz) - spectrum_db(far, frequency_hz) - 40.0
    # Distances are told apart in steps of 8 %.
    wanted_db = -20.0 * np.log10(absorption_gains([198.0], [frequency_hz])[0, 0])
    assert lost_db == pytest.approx(wanted_db, rel=0.1, abs=0.3)


def test_an_occluded_source_loses_more_of_its_highs(head: InterpolatedHead) -> None:
    signal, place = noise(0.5)[None], polar(20.0, 0.0, 3.0)[None]
    renderer = BinauralRenderer(head, ["point"])
    free, occluded = (
        np.concatenate(
            [
                renderer.process(part[None], place, Listener(), occlusion=amount).copy()
                for part in signal.reshape(-1, 256)
            ]
        )[2048:, 0]
        for amount in (0.0, 1.0)
    )

    for frequency_hz in (200.0, 4000.0):
        lost_db = spectrum_db(free, frequency_hz) - spectrum_db(occluded, frequency_hz)
        assert lost_db == pytest.approx(-20.0 * np.log10(occlusion_gains([1.0], [frequency_hz])[0, 0]), abs=2.5)


def test_very_near_the_ears_differ_in_the_bass(head: InterpolatedHead) -> None:
    signal = noise(0.5)[None]
    differ_db = []
    for metres in (2.0, 0.25):
        left, right = heard(head, signal, polar(90.0, 0.0, metres)[None]).T
        differ_db.append(spectrum_db(left, 250.0) - spectrum_db(right, 250.0))

    # Of the 7 dB that Duda and Martens (1998) have more there than at 1 m, short filters keep most.
    assert differ_db[0] < 5.0
    assert 5.5 < differ_db[1] - differ_db[0] < 8.0


def test_a_source_on_the_left_is_louder_and_earlier_there(head: InterpolatedHead) -> None:
    click = np.zeros((1, 2048), dtype=np.float32)
    click[0, 0] = 1.0
    left, right = heard(head, click, polar(90.0)[None]).T

    assert level_db(left) - level_db(right) > 10.0
    assert 0.0006 < (np.argmax(np.abs(right)) - np.argmax(np.abs(left))) / RATE_HZ < 0.0008


def test_many_sources_sum_to_what_each_gives_alone(head: InterpolatedHead) -> None:
    signals = np.stack([noise(0.1, seed) for seed in range(5)])
    places = np.stack([polar(70.0 * number, 10.0 * number, 1.0 + number) for number in range(5)])

    together = heard(head, signals, places, kinds=("point",) * 5)
    alone = sum(heard(head, signals[one : one + 1], places[one : one + 1]) for one in range(5))

    assert level_db(together - alone) < level_db(together) - 100.0


def test_gains_glide_to_the_end_of_the_block(head: InterpolatedHead) -> None:
    renderer = BinauralRenderer(head, ["point"])
    tone = np.ones((1, 256), dtype=np.float32)
    place = polar(0.0)[None]
    for _ in range(4):
        full = renderer.process(tone, place, Listener()).copy()
    fading = renderer.process(tone, place, Listener(), gains=0.0).copy()
    silent = renderer.process(tone, place, Listener(), gains=0.0).copy()

    assert np.abs(np.diff(fading[:, 0])).max() < 0.02 * np.abs(full).max()
    assert np.abs(silent).max() < 1e-6 * np.abs(full).max()


def test_a_source_that_passes_changes_its_pitch_as_doppler_said(head: InterpolatedHead) -> None:
    speed_m_s, tone_hz = 30.0, 1000.0
    count = RATE_HZ // 2048 * 2048
    sine = np.sin(2 * np.pi * tone_hz * np.arange(count) / RATE_HZ).astype(np.float32)[None]
    along_m = 60.0 - speed_m_s * (np.arange(count // 256) + 1) * 256 / RATE_HZ
    path = np.stack([along_m, 0.0 * along_m, 0.0 * along_m], axis=1)[:, None, :]
    ear = heard(head, sine, path, doppler=True)[RATE_HZ // 2 :, 0]

    spectrum = np.abs(np.fft.rfft(ear * np.hanning(len(ear)), 2**18))
    found_hz = float(np.argmax(spectrum) * RATE_HZ / 2**18)
    assert found_hz == pytest.approx(tone_hz / (1.0 - speed_m_s / SPEED_OF_SOUND_M_S), rel=1e-3)


def test_what_flies_by_is_heard_from_where_it_was(head: InterpolatedHead) -> None:
    speed_m_s, aside_m = 100.0, 100.0
    blocks = RATE_HZ // 256
    along_m = speed_m_s * ((np.arange(blocks) + 1) * 256 / RATE_HZ - 0.5)
    path = np.stack([along_m, np.full(blocks, aside_m), np.zeros(blocks)], axis=1)[:, None, :]
    renderer = BinauralRenderer(head, ["point"], doppler=True)
    silence = np.zeros((1, 256), dtype=np.float32)
    for place in path[: blocks // 2]:
        renderer.process(silence, place, Listener())

    # Straight to the left when it is heard, it was that much behind: v/c of the way.
    apparent = renderer._retarded.advance(np.array([[0.0, aside_m, 0.0]]), np.zeros(3))[0]
    assert apparent[0] == pytest.approx(-aside_m * speed_m_s / SPEED_OF_SOUND_M_S, rel=0.06)


def test_sound_takes_its_time_with_doppler_and_not_without(head: InterpolatedHead) -> None:
    click = np.zeros((1, 8192), dtype=np.float32)
    click[0, 0] = 1.0
    place = polar(0.0, 0.0, 34.32)[None]
    late, prompt = (heard(head, click, place, doppler=doppler)[:, 0] for doppler in (True, False))

    assert (np.argmax(np.abs(late)) - np.argmax(np.abs(prompt))) / RATE_HZ == pytest.approx(0.1, abs=3e-4)


def test_the_same_blocks_make_the_same_bytes(head: InterpolatedHead) -> None:
    signal = noise(0.2)[None]
    path = circling(signal.shape[1] // 256, 256)

    np.testing.assert_array_equal(heard(head, signal, path), heard(head, signal, path))


@pytest.mark.parametrize("block", [64, 256, 512])
def test_without_a_compiler_it_sounds_the_same(head: InterpolatedHead, monkeypatch: pytest.MonkeyPatch, block) -> None:
    pytest.importorskip("rocket_fft")
    signals = np.stack([noise(0.1, seed) for seed in range(4)])
    blocks = signals.shape[1] // block
    path = np.concatenate([circling(blocks, block, 2.0, metres) for metres in (0.3, 1.5, 40.0, 4000.0)], axis=1)
    path[:, 3, 1] *= np.linspace(0.5, 1.0, blocks)
    listeners = [Listener.turned(90.0 * share, 30.0 * share, -20.0 * share) for share in np.linspace(0.0, 1.0, blocks)]
    kinds: tuple[Spreading, ...] = ("point", "line", "area", "ambient")
    rendered = []
    for plain in (False, True):
        if plain:
            monkeypatch.setattr(kernels, "find_spec", lambda _: None)
        kernels.kernels.cache_clear()
        assert kernels.kernels().__name__.endswith("plain" if plain else "compiled")
        rendered.append(heard(head, signals, path, block=block, kinds=kinds, listeners=listeners, doppler=True))
    monkeypatch.undo()
    kernels.kernels.cache_clear()

    # Where a rounding falls the other way, another of two equally near filters is taken for a hop.
    assert level_db(rendered[0] - rendered[1]) < level_db(rendered[0]) - 60.0


@pytest.mark.parametrize("place", [(np.nan, 0.0, 0.0), (np.inf, 0.0, 0.0), (1e200, 0.0, 0.0)])
def test_places_that_are_none_are_refused_and_leave_no_trace(head: InterpolatedHead, place) -> None:
    signal = noise(0.1)[:256][None]
    renderer = BinauralRenderer(head, ["point"], doppler=True)
    usual = renderer.process(signal, [[1.0, 1.0, 0.0]], Listener()).copy()
    with pytest.raises(ValueError, match="must be numbers"):
        renderer.process(signal, [place], Listener())
    with pytest.raises(ValueError, match="must be numbers"):
        renderer.process(signal, [[1.0, 1.0, 0.0]], Listener(position_m=place))
    with pytest.raises(ValueError, match="must be numbers"):
        renderer.process(signal, [[1.0, 1.0, 0.0]], Listener(quaternion=(0.0, 0.0, 0.0, 0.0)))

    assert np.isfinite(renderer.process(signal, [[1.0, 1.0, 0.0]], Listener())).all()
    assert np.isfinite(usual).all()


def test_signals_of_another_shape_are_refused(head: InterpolatedHead) -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 256\), not \(1, 256\)"):
        BinauralRenderer(head, ["point"]).process(np.zeros((2, 256), np.float32), [[1.0, 0.0, 0.0]], Listener())


def test_other_sizes_of_blocks_are_refused(head: InterpolatedHead) -> None:
    with pytest.raises(ValueError, match="not of 100"):
        BinauralRenderer(head, ["point"], block_samples=100)
