import hashlib
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from binaural.hrtf.interaural import ild_db, itd_s
from binaural.loudness.meter import integrated_lufs, true_peak_dbtp
from protocol.errors import InputError, SceneError
from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source, Street
from server.export import binaural, stereo
from server.export.options import ExportOptions

RATE_HZ = 48_000
FORMATS = {"binaural": binaural.render, "stereo": stereo.render, "sources": binaural.render_sources}


def render(made, folder, *, out, kind="binaural", **options):
    FORMATS[kind](made, folder, out, ExportOptions(**options))


def noise(seed, duration_s=1.0, level=0.05):
    samples = np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ)) * level
    return samples.astype(np.float32)


def clip(folder, name, samples, *, loop=True, rate_hz=RATE_HZ, **options):
    path = folder / "clips" / f"{name}.wav"
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, samples, rate_hz, **{"subtype": "PCM_24", **options})
    return Clip(
        path=f"clips/{name}.wav",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sample_rate_hz=rate_hz,
        duration_s=len(samples) / rate_hz,
        loop=loop,
    )


def source(name, made, **changes):
    values = {
        "kind": "point", "evidence": "seen", "azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 5.0,
        "distance_sigma_m": 1.0, "level_db_spl_1m": 70.0, "confidence": 0.9,
    }  # fmt: skip
    return Source(id=name, label=name, prompt=name, clip=made, **{**values, **changes})


def scene(*sources):
    return Scene(
        format="sonorama.scene",
        version=1,
        id="street",
        image=Image(
            path="picture.jpg", sha256="0" * 64, width_px=2, height_px=1, projection="equirectangular", hfov_deg=360.0
        ),
        listener=SceneListener(camera_height_m=2.5),
        environment=Environment(),
        sources=sources,
    )


@pytest.fixture
def street(tmp_path):
    return scene(
        source("dog-1", clip(tmp_path, "dog", noise(1, 0.4), loop=False), azimuth_deg=90.0),
        source("road-1", clip(tmp_path, "road", noise(2)), kind="line", azimuth_deg=-60.0, width_deg=100.0),
        source("wind-1", clip(tmp_path, "wind", noise(3)), kind="ambient", distance_m=None, distance_sigma_m=None,
               level_db_spl_1m=40.0),
    )  # fmt: skip


def rendered(made, folder, name="out.wav", **options):
    out = folder / name
    render(made, folder, out=out, **options)
    samples, rate_hz = soundfile.read(out)
    assert rate_hz == RATE_HZ
    return samples


def test_a_street_echoes_from_its_facades(tmp_path):
    """A click 3 m ahead: the ground answers at once, a façade 4 m to the left after a way of 8.5 m instead of 3."""
    click = np.zeros(RATE_HZ, np.float32)
    click[2400] = 0.9
    made = scene(source("dog-1", clip(tmp_path, "click", click, loop=False), distance_m=3.0))
    houses = Street(azimuth_deg=0.0, left_m=4.0, right_m=12.0)
    late = slice(2400 + 720, 2400 + 850)
    energies = []
    for street in (houses, None):
        environment = Environment(setting="outdoor", confidence=0.9, street=street)
        samples = rendered(replace(made, environment=environment), tmp_path)
        energies.append(np.sum(samples[late] ** 2, axis=0) / np.sum(samples**2))
    assert energies[0][0] > 10 * energies[1][0]
    assert energies[0][0] > 3 * energies[0][1]


@pytest.mark.parametrize("kind", ["binaural", "stereo"])
def test_a_file_has_the_loudness_of_broadcasts_in_24_bits(street, tmp_path, kind):
    samples = rendered(street, tmp_path, kind=kind)
    assert samples.shape == (RATE_HZ, 2)
    assert integrated_lufs(samples, RATE_HZ) == pytest.approx(-23, abs=0.02)
    assert true_peak_dbtp(samples, RATE_HZ) <= -1
    info = soundfile.info(tmp_path / "out.wav")
    assert (info.format, info.subtype) == ("WAV", "PCM_24")


def test_a_bang_lowers_the_whole_and_never_clips(tmp_path):
    bang = noise(1, 1, level=0.0003)
    bang[5000] = 0.9
    samples = rendered(scene(source("bang", clip(tmp_path, "bang", bang))), tmp_path)
    assert true_peak_dbtp(samples, RATE_HZ) == pytest.approx(-1, abs=0.01)
    assert integrated_lufs(samples, RATE_HZ) < -25


@pytest.mark.parametrize("kind", ["binaural", "stereo"])
@pytest.mark.parametrize("loop", [True, False])
def test_knocks_are_limited_to_be_as_loud_as_asked_for(tmp_path, kind, loop):
    knocks = noise(1, 1, level=0.001)
    for start in range(2000, RATE_HZ - 6000, 12_000):
        knocks[start : start + 4000] += noise(start, 4000 / RATE_HZ, level=0.2) * np.exp(-np.arange(4000) / 1500)
    made = scene(source("knocks", clip(tmp_path, "knocks", knocks, loop=loop), azimuth_deg=40.0))
    quiet = rendered(made, tmp_path, kind=kind, lufs=-36.0)
    assert integrated_lufs(quiet, RATE_HZ) == pytest.approx(-36, abs=0.02)
    # One LU more than gain alone can give.
    target_lufs = -36 + (-1 - true_peak_dbtp(quiet, RATE_HZ)) + 1
    loud = rendered(made, tmp_path, kind=kind, lufs=target_lufs)
    assert integrated_lufs(loud, RATE_HZ) == pytest.approx(target_lufs, abs=0.1)
    assert true_peak_dbtp(loud, RATE_HZ) <= -0.999
    # Limited in both ears alike: it stays where it is.
    assert ild_db(loud.T, RATE_HZ) == pytest.approx(ild_db(quiet.T, RATE_HZ), abs=0.1)
    assert itd_s(loud.T, RATE_HZ) == pytest.approx(itd_s(quiet.T, RATE_HZ), abs=2e-6)


def test_limited_stems_still_sum_to_the_mix(tmp_path):
    knock = noise(1, 0.05, level=0.2)
    made = scene(
        source("knock", clip(tmp_path, "knock", knock, loop=False), azimuth_deg=90.0, level_db_spl_1m=95.0),
        source("wind", clip(tmp_path, "wind", noise(2)), azimuth_deg=-90.0, level_db_spl_1m=72.0),
    )
    mix = rendered(made, tmp_path, lufs=-12.0)
    assert true_peak_dbtp(mix, RATE_HZ) == pytest.approx(-1, abs=0.25)
    render(made, tmp_path, kind="sources", out=tmp_path / "stems", lufs=-12.0)
    stems = [soundfile.read(path)[0] for path in sorted((tmp_path / "stems").glob("*.wav"))]
    # Not to the last bit: the knock alone peaks elsewhere than with the wind, and keeps under the ceiling too.
    np.testing.assert_allclose(np.sum(stems, axis=0), mix, atol=0.01)
    assert integrated_lufs(np.sum(stems, axis=0), RATE_HZ) == pytest.approx(integrated_lufs(mix, RATE_HZ), abs=0.05)
    # The wind ducks under the knock: the limiter was at work.
    assert np.abs(stems[1][:2400]).std() < 0.9 * np.abs(stems[1][24_000:26_400]).std()


@pytest.mark.parametrize(("name", "encoding"), [("a.flac", "FLAC"), ("a.ogg", "OGG"), ("a.opus", "OGG")])
def test_other_suffixes_are_other_encodings_of_the_same(street, tmp_path, name, encoding):
    samples = rendered(street, tmp_path, name)
    assert soundfile.info(tmp_path / name).format == encoding
    assert integrated_lufs(samples, RATE_HZ) == pytest.approx(-23, abs=0.5)


@pytest.mark.parametrize("name", ["out.mp3", "out"])
def test_a_suffix_that_means_nothing_is_refused_before_the_work(tmp_path, name):
    made = scene(source("a", None))
    with pytest.raises(InputError, match="name the file with one of"):
        render(made, tmp_path, out=tmp_path / name)


def test_left_is_left_as_kemar_hears_it(tmp_path):
    def ears(azimuth_deg, **options):
        made = scene(source("a", clip(tmp_path, "a", noise(1)), azimuth_deg=azimuth_deg))
        return rendered(made, tmp_path, **options).T

    left = ears(90.0)
    assert 0.65e-3 < itd_s(left, RATE_HZ) < 0.75e-3
    assert ild_db(left, RATE_HZ, lowest_hz=2000) > 10
    np.testing.assert_allclose(ears(-90.0), left[::-1], atol=1e-6)
    np.testing.assert_allclose(ears(0.0, yaw_deg=-90.0), left, atol=1e-6)
    stereo = ears(90.0, kind="stereo")
    assert ild_db(stereo + 1e-9, RATE_HZ) > 60


def test_twice_the_distance_costs_6_db_beside_something_that_stays(tmp_path):
    """Read from files: tones of their own mark the two sources."""
    time_s = np.arange(RATE_HZ) / RATE_HZ
    clips = [
        clip(tmp_path, f"tone-{frequency_hz}", 0.1 * np.sin(2 * np.pi * frequency_hz * time_s))
        for frequency_hz in (440, 1000)
    ]

    def balance_db(distance_m):
        made = scene(source("a", clips[0], distance_m=distance_m), source("b", clips[1]))
        spectrum = np.abs(np.fft.rfft(rendered(made, tmp_path)[:, 0]))
        return 20 * np.log10(spectrum[440] / spectrum[1000])

    assert balance_db(1.5) - balance_db(3.0) == pytest.approx(6.02, abs=0.01)
    assert balance_db(0.01) == pytest.approx(balance_db(0.12), abs=0.01)


def test_a_clip_that_was_stored_quieter_is_as_loud_as_its_level_says(tmp_path):
    def balance(level):
        made = scene(
            source("a", clip(tmp_path, f"a{level}", noise(1, level=level)), azimuth_deg=60.0),
            source("b", clip(tmp_path, "b", noise(2)), azimuth_deg=-60.0),
        )
        return ild_db(rendered(made, tmp_path).T, RATE_HZ)

    assert balance(0.005) == pytest.approx(balance(0.05), abs=0.02)


def test_stems_sum_to_the_mix_and_nothing_else_is_written(street, tmp_path):
    mix = rendered(street, tmp_path, yaw_deg=20.0)
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "mine.txt").write_text("mine")
    render(street, tmp_path, kind="sources", out=tmp_path / "stems", yaw_deg=20.0)
    files = sorted(path.name for path in (tmp_path / "stems").iterdir())
    assert files == ["dog-1.wav", "mine.txt", "road-1.wav", "stems.json", "wind-1.wav"]
    stems = [soundfile.read(path)[0] for path in (tmp_path / "stems").glob("*.wav")]
    np.testing.assert_allclose(np.sum(stems, axis=0), mix, atol=4 * 2**-23)
    assert min(np.abs(stem).max() for stem in stems) > 1e-4


def test_a_stem_that_another_would_cancel_does_not_clip(tmp_path):
    loud = noise(1)
    made = scene(
        source("a", clip(tmp_path, "a", loud), level_db_spl_1m=70.0),
        source("b", clip(tmp_path, "b", -loud), level_db_spl_1m=69.8),
    )
    render(made, tmp_path, kind="sources", out=tmp_path / "stems")
    for path in (tmp_path / "stems").glob("*.wav"):
        assert true_peak_dbtp(soundfile.read(path)[0], RATE_HZ) <= -0.99
    assert integrated_lufs(rendered(made, tmp_path), RATE_HZ) == pytest.approx(-23, abs=0.02)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_scene_gives_the_same_bytes(street, tmp_path, kind):
    for name in ("one.wav", "two.wav"):
        render(street, tmp_path, kind=kind, out=tmp_path / name)
    one, two = (
        [path.read_bytes() for path in sorted((tmp_path / name).iterdir())]
        if kind == "sources"
        else (tmp_path / name).read_bytes()
        for name in ("one.wav", "two.wav")
    )
    assert one == two


def test_the_length_is_the_longest_clip_or_what_was_asked_for(street, tmp_path):
    assert len(rendered(street, tmp_path)) == RATE_HZ
    assert len(rendered(street, tmp_path, duration_s=2.5)) == 2.5 * RATE_HZ
    assert len(rendered(street, tmp_path, duration_s=0.25)) == RATE_HZ / 4


def test_a_silent_clip_leaves_the_rest_as_it_is(tmp_path):
    heard = source("a", clip(tmp_path, "a", noise(1)))
    silent = source("b", clip(tmp_path, "b", np.zeros(RATE_HZ, np.float32)), azimuth_deg=50.0)
    np.testing.assert_array_equal(rendered(scene(heard, silent), tmp_path), rendered(scene(heard), tmp_path))
    assert not np.any(rendered(scene(silent), tmp_path))


def damaged(folder, what):
    made = clip(folder, "a", noise(1))
    path = folder / made.path
    if what == "unmade":
        return None
    if what == "gone":
        path.unlink()
    elif what == "folder":
        path.unlink()
        path.mkdir()
    elif what == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif what == "text":
        path.write_text("hello")
        return replace(made, sha256=hashlib.sha256(b"hello").hexdigest())
    elif what == "slow":
        return clip(folder, "a", noise(1), rate_hz=44_100)
    elif what == "stereo":
        return clip(folder, "a", np.stack([noise(1)] * 2, axis=1))
    elif what == "nan":
        return clip(folder, "a", noise(1) * np.nan, subtype="FLOAT")
    elif what == "empty":
        soundfile.write(path, np.zeros(0), RATE_HZ, subtype="PCM_24")
        return replace(made, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    return made


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("unmade", "source a: has no clip yet"),
        ("gone", r"a\.wav: the clip can't be read \(no such file or directory\)"),
        ("folder", r"can't be read \(is a directory\)"),
        ("cut", "the clip isn't what the scene was made with"),
        ("text", "isn't a sound file"),
        ("slow", "isn't mono sound at 48 kHz"),
        ("stereo", "isn't mono sound at 48 kHz"),
        ("nan", "isn't mono sound at 48 kHz"),
        ("empty", "isn't mono sound at 48 kHz"),
    ],
)
def test_a_missing_or_damaged_clip_is_one_clear_line_and_no_file(tmp_path, what, message, kind):
    made = scene(source("a", damaged(tmp_path, what)))
    with pytest.raises(SceneError, match=message) as raised:
        render(made, tmp_path, kind=kind, out=tmp_path / "out.wav")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out.wav").exists()


def test_a_scene_without_sources_has_nothing_to_render(tmp_path):
    with pytest.raises(SceneError, match="has no sources"):
        render(scene(), tmp_path, out=tmp_path / "x.wav")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_place_that_cannot_be_written_is_one_clear_line(street, tmp_path, kind):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="can't be written"):
        render(street, tmp_path, kind=kind, out=tmp_path / "file" / "x.wav")
    assert (tmp_path / "file").read_text() == "mine"
