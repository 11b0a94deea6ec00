"""What a live scene plays, block by block, and how one head hears it."""

from __future__ import annotations

import numpy as np
import pytest

from binaural.mix.positioned_signal import PositionedSignal
from protocol.wire import ListenerPose
from protocol.wire.frames import frame_from_bytes
from protocol.wire.sources import ClipReference, SourceKeyframe, SourceState, SourceTrack
from server.api.rendering.live_stream import LiveStream
from server.api.rendering.loaded_clips import LoadedClip
from server.api.rendering.scene_player import ScenePlayer

RATE_HZ, BLOCK = 48_000, 256
BLOCK_S = BLOCK / RATE_HZ
CLIP = ClipReference(
    url="/v1/scenes/square/clips/a", sha256="a" * 64, sample_rate_hz=RATE_HZ, duration_s=1.0, loop=True
)
TONE = np.sin(2 * np.pi * 480.0 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)


def source(name="bell-1", **changes):
    values = {
        "kind": "point", "azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 2.0, "level_db_spl_1m": 60.0,
        "playing_since_s": 0.0, "clip": CLIP,
    }  # fmt: skip
    return SourceState(id=name, label=name, **{**values, **changes})


def clip(samples=TONE, *, emitters=1, loop=True, is_field=False):
    return LoadedClip(samples=np.tile(samples, (emitters, 1)), unit_gain=1e-3, loop=loop, is_field=is_field)


class Scene:
    """Sources that change while a player plays them."""

    def __init__(self, *sources, **clips):
        self.sources, self.clips = list(sources), clips
        self.player = ScenePlayer(
            lambda: self.sources, lambda source: self.clips.get(source.id.split("-")[0]), block_samples=BLOCK
        )
        self.number = 0

    def block(self):
        self.number += 1
        return self.player.play_block((self.number - 1) * BLOCK_S)

    def played(self, blocks):
        """The sum of all emitters, each with its gain gliding as a renderer's does."""
        gains, heard = None, []
        for _ in range(blocks):
            block = self.block()
            before = block.gains if gains is None else np.pad(gains, (0, len(block.gains) - len(gains)))
            ramp = (np.arange(BLOCK) + 1.0) / BLOCK
            heard.append((block.signals * (before[:, None] + ramp * (block.gains - before)[:, None])).sum(axis=0))
            gains = block.gains
        return np.concatenate(heard)


def largest_step(signal):
    return np.abs(np.diff(signal)).max() / np.abs(signal).max()


TONES_STEP = 2 * np.pi * 480.0 / RATE_HZ


def test_a_loop_goes_on_from_block_to_block_for_ever():
    scene = Scene(source(), bell=clip())
    heard = np.concatenate([scene.block().signals.sum(axis=0) for _ in range(400)])
    np.testing.assert_allclose(heard, np.tile(TONE, 3)[: len(heard)], atol=1e-6)


def test_what_does_not_loop_begins_and_ends_when_it_should():
    scene = Scene(source(playing_since_s=3.5 * BLOCK_S), bell=clip(TONE[:300] + 1.0, loop=False))
    heard = np.concatenate([scene.block().signals.sum(axis=0) for _ in range(8)])
    begin = round(3.5 * BLOCK)
    assert not heard[:begin].any()
    np.testing.assert_allclose(heard[begin : begin + 300], TONE[:300] + 1.0)
    assert not heard[begin + 300 :].any()


def test_emitters_of_a_loop_play_it_from_different_moments_on_and_keep_it_once():
    shifted = LoadedClip(samples=TONE[None], shifts=(0, 100, 47_999), unit_gain=1.0, loop=True, is_field=False)
    whole = LoadedClip(
        samples=np.stack([np.roll(TONE, shift) for shift in shifted.shifts]), unit_gain=1.0, loop=True, is_field=False
    )
    assert shifted.channels == whole.channels == 3
    for begin in (-300, -100, 0, 50, 47_900, 10**9):
        np.testing.assert_array_equal(shifted.samples_from(begin, BLOCK), whole.samples_from(begin, BLOCK))


def test_a_source_that_can_not_be_played_silences_no_other():
    class Broken(LoadedClip):
        def samples_from(self, begin, length):
            raise ValueError("broken")

    faults = []
    scene = Scene(source(), source("dog-1"), bell=clip(), dog=clip())
    scene.clips["dog"] = Broken(samples=TONE[None], unit_gain=1e-3, loop=True, is_field=False)
    scene.player._on_fault = lambda source: faults.append(source.id)
    blocks = [scene.block() for _ in range(5)]
    assert faults == ["dog-1"]
    assert all(np.count_nonzero(block.gains) == 1 for block in blocks)
    # Another clip is tried.
    scene.clips["dog"] = clip()
    assert np.count_nonzero(scene.block().gains) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda scene: scene.sources.clear(), id="it goes"),
        pytest.param(lambda scene: scene.sources.__setitem__(0, source(muted=True)), id="it is muted"),
        pytest.param(lambda scene: scene.sources.__setitem__(0, source(playing_since_s=None)), id="it is stopped"),
        pytest.param(lambda scene: scene.sources.__setitem__(0, source(playing_since_s=0.0123)), id="it plays again"),
        pytest.param(lambda scene: scene.clips.__setitem__("bell", clip(TONE[::-1])), id="its sound is another"),
        pytest.param(lambda scene: scene.sources.append(source("dog-1")), id="another comes"),
        pytest.param(lambda scene: scene.sources.__setitem__(0, source(gain_db=-20.0)), id="it is turned down"),
    ],
)
def test_nothing_clicks(change):
    scene = Scene(source(), bell=clip(), dog=clip())
    before = scene.played(20)
    gain_before = np.abs(before).max()
    change(scene)
    # The glide begins where the last block ended.
    heard = np.concatenate([before, glide(scene, gain_before)])
    assert np.abs(np.diff(heard[10 * BLOCK :])).max() < 3.0 * TONES_STEP * gain_before


def glide(scene, gain):
    """What follows, with the gains that were before as where gains glide from."""
    gains = np.zeros(0)
    heard = []
    for _ in range(6):
        block = scene.block()
        if not len(gains):
            gains = np.zeros(len(block.gains))
            gains[0] = gain
        ramp = (np.arange(BLOCK) + 1.0) / BLOCK
        heard.append((block.signals * (gains[:, None] + ramp * (block.gains - gains)[:, None])).sum(axis=0))
        gains = block.gains
    return np.concatenate(heard)


def test_more_sources_than_places_get_more_places():
    scene = Scene(*(source(f"bell-{number}") for number in range(40)), bell=clip())
    block = scene.block()
    assert len(block.kinds) == len(block.signals) == len(block.gains) == len(block.positions_m) == 64
    assert np.count_nonzero(block.gains) == 40


def test_a_wide_source_has_its_emitters_over_its_width():
    scene = Scene(source(kind="area", width_deg=60.0, azimuth_deg=90.0), bell=clip(emitters=4))
    block = scene.block()
    places = block.positions_m[block.gains > 0]
    azimuths = np.degrees(np.arctan2(places[:, 1], places[:, 0]))
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 2.0)
    np.testing.assert_allclose(np.sort(azimuths), [67.5, 82.5, 97.5, 112.5])
    assert [block.kinds[slot] for slot in np.flatnonzero(block.gains)] == ["area"] * 4


def test_a_source_on_its_way_is_where_its_track_says_by_the_end_of_the_block():
    frames = (SourceKeyframe(time_s=0.0, position_m=(2.0, 0.0, 0.0)), SourceKeyframe(time_s=1.0, position_m=(2, 9, 0)))
    scene = Scene(source(path=SourceTrack(begins_at_s=0.0, keyframes=frames)), bell=clip())
    block = scene.block()
    np.testing.assert_allclose(block.positions_m[block.gains > 0], [[2.0, 9.0 * BLOCK_S, 0.0]])


def test_ambience_goes_round_the_renderers_and_its_gain_glides():
    scene = Scene(
        source(kind="ambient", distance_m=None), bell=clip(np.ones(480, np.float32), emitters=2, is_field=True)
    )
    first, second = scene.block(), scene.block()
    assert not first.gains.any()
    assert first.field[0, 0] < 0.01 * second.field[0, -1]
    np.testing.assert_allclose(second.field, 1.0, rtol=1e-5)


def test_a_frame_holds_the_block_at_its_place_in_time():
    scene = Scene(source(azimuth_deg=90.0), bell=clip())
    stream = LiveStream(7, codec="float32", block_samples=BLOCK)
    frames = [
        frame_from_bytes(stream.render_frame(scene.block(), number=1000 + n, due_s=5.0 + n * BLOCK_S))
        for n in (0, 1, 4)
    ]
    assert [(frame.sequence, frame.position, frame.stream_id) for frame in frames] == [
        (0, 0, 7),
        (1, 256, 7),
        (2, 1024, 7),
    ]
    assert frames[1].time_s == 5.0 + BLOCK_S
    for _ in range(20):
        sound = np.frombuffer(
            frame_from_bytes(stream.render_frame(scene.block(), number=2000, due_s=9.0)).payload, "<f4"
        )
    left, right = np.sqrt(np.mean(sound.reshape(-1, 2) ** 2, axis=0))
    assert left > 1.5 * right


def test_a_head_that_turns_hears_it():
    scene = Scene(source(), bell=clip(np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32)))
    stream = LiveStream(1, codec="pcm16", block_samples=BLOCK)
    stream.set_pose(
        ListenerPose(
            scene_id="square", position_m=(0.0, 0.0, 0.0), orientation=(0.0, 0.0, 0.5**0.5, 0.5**0.5), client_time_s=0.0
        )
    )
    for _ in range(20):
        sound = (
            np.frombuffer(frame_from_bytes(stream.render_frame(scene.block(), number=0, due_s=0.0)).payload, "<i2")
            / 32768
        )
    left, right = np.sqrt(np.mean(sound.reshape(-1, 2) ** 2, axis=0))
    assert right > 3 * left


def test_what_is_too_loud_is_turned_down_and_never_clips():
    scene = Scene(source(level_db_spl_1m=120.0, distance_m=0.5), bell=clip())
    stream = LiveStream(1, codec="float32", block_samples=BLOCK)
    for _ in range(50):
        sound = np.frombuffer(frame_from_bytes(stream.render_frame(scene.block(), number=0, due_s=0.0)).payload, "<f4")
        assert np.abs(sound).max() <= 10 ** (-1 / 20) + 1e-6
    assert np.abs(sound).max() > 0.5


def test_clips_are_of_the_level_that_the_mix_has():
    signal = PositionedSignal(samples=TONE, loudness_lufs=-20.0, level_db_spl_1m=0.0, kind="point", distance_m=1.0)
    made = LoadedClip(samples=TONE[None], unit_gain=10 ** (signal.gain_at_1m_db / 20), loop=True, is_field=False)
    assert made.gain(source(level_db_spl_1m=70.0)) == pytest.approx(10 ** ((70.0 - 93.0 + 20.0) / 20))
    assert made.gain(source(muted=True)) == 0.0
    assert made.gain(source(playing_since_s=None)) == 0.0
