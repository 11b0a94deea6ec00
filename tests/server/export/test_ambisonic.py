import hashlib

import numpy as np
import pytest
import soundfile

from binaural.evaluation.nearest_head import NearestHead
from binaural.hrtf.hrir import default_hrtf
from binaural.loudness.meter import integrated_lufs, true_peak_dbtp
from binaural.mix.magls import ambisonic_head
from binaural.mix.still import binaural_mix
from protocol.coordinates import scene_from_polar
from protocol.errors import InputError, SceneError
from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source
from server.export.ambisonic import render
from server.export.options import ExportOptions
from server.export.signals import positioned_signals

RATE_HZ = 48_000
ORDERS = [1, 2, 3]


def noise(seed, level=0.05):
    return (level * np.random.default_rng(seed).standard_normal(RATE_HZ)).astype(np.float32)


def source(folder, name, samples, **changes):
    path = folder / f"{name}.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_24")
    clip = Clip(
        path=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sample_rate_hz=RATE_HZ,
        duration_s=len(samples) / RATE_HZ,
        loop=True,
    )
    values = {
        "kind": "point", "evidence": "seen", "azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 5.0,
        "distance_sigma_m": 1.0, "level_db_spl_1m": 70.0, "confidence": 0.9,
    }  # fmt: skip
    return Source(id=name, label=name, prompt=name, clip=clip, **{**values, **changes})


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


def rendered(made, folder, *, order=1, **options):
    render(made, folder, folder / "out.wav", ExportOptions(order=order, **options))
    samples, rate_hz = soundfile.read(folder / "out.wav")
    assert rate_hz == RATE_HZ
    return samples


@pytest.mark.parametrize("order", ORDERS)
def test_the_file_says_how_its_channels_are_ordered_and_scaled(tmp_path, order):
    samples = rendered(scene(source(tmp_path, "dog-1", noise(1))), tmp_path, order=order)
    assert samples.shape == (RATE_HZ, (order + 1) ** 2)
    with soundfile.SoundFile(tmp_path / "out.wav") as file:
        assert file.subtype == "PCM_24"
        assert file.comment.startswith(f"AmbiX: ambisonics of order {order}, {(order + 1) ** 2} channels")
        assert "ACN" in file.comment
        assert "SN3D" in file.comment


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("azimuth_deg", "elevation_deg", "yaw_deg"), [(90.0, 0.0, 0.0), (-30.0, 40.0, 75.0)])
def test_the_file_is_the_source_times_the_harmonics_of_its_direction(
    tmp_path, order, azimuth_deg, elevation_deg, yaw_deg
):
    """The first order by its own formula: W, Y, Z, X."""
    made = scene(
        source(tmp_path, "dog-1", noise(1), azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, distance_m=2.0)
    )
    samples = rendered(made, tmp_path, order=order, yaw_deg=yaw_deg)
    front, left, up = scene_from_polar(azimuth_deg - yaw_deg, elevation_deg)
    np.testing.assert_allclose(samples[:, :4], samples[:, :1] * [1.0, left, up, front], atol=2**-22)
    assert np.corrcoef(samples[:, 0], noise(1))[0, 1] > 0.99999


@pytest.mark.parametrize("target_lufs", [-23.0, -30.0])
def test_on_headphones_it_is_as_loud_as_a_binaural_file_and_no_channel_clips(tmp_path, target_lufs):
    made = scene(
        source(tmp_path, "dog-1", noise(1), azimuth_deg=90.0),
        source(tmp_path, "wind-1", noise(2), kind="ambient", distance_m=None, distance_sigma_m=None),
    )
    samples = rendered(made, tmp_path, order=3, lufs=target_lufs)
    heard = ambisonic_head(default_hrtf(), 3).decoded(samples)
    assert integrated_lufs(heard, RATE_HZ) == pytest.approx(target_lufs, abs=0.02)
    binaural = binaural_mix(positioned_signals(made, tmp_path), head=NearestHead(default_hrtf()))
    binaural *= 10 ** ((target_lufs - integrated_lufs(binaural, RATE_HZ)) / 20)
    level_db = 20 * np.log10(heard.std(axis=0) / binaural.std(axis=0))
    np.testing.assert_allclose(level_db, 0, atol=0.7)
    assert true_peak_dbtp(samples, RATE_HZ) <= -1


def test_a_bang_is_limited_in_all_channels_alike(tmp_path):
    bang = noise(1, level=0.003)
    bang[5000] = 0.9
    made = scene(source(tmp_path, "bang", bang, azimuth_deg=45.0))
    samples = rendered(made, tmp_path, order=2)
    assert true_peak_dbtp(samples, RATE_HZ) == pytest.approx(-1, abs=0.01)
    np.testing.assert_allclose(samples[:, 1], samples[:, 0] * np.sqrt(0.5), atol=2**-22)


def test_the_same_scene_gives_the_same_bytes_and_the_length_asked_for(tmp_path):
    made = scene(source(tmp_path, "dog-1", noise(1)))
    assert len(rendered(made, tmp_path, duration_s=0.5)) == RATE_HZ // 2
    before = (tmp_path / "out.wav").read_bytes()
    rendered(made, tmp_path, duration_s=0.5)
    assert (tmp_path / "out.wav").read_bytes() == before


@pytest.mark.parametrize("name", ["out.flac", "out.opus", "out"])
def test_other_files_are_refused(tmp_path, name):
    made = scene(source(tmp_path, "dog-1", noise(1)))
    with pytest.raises(InputError, match="AmbiX is kept in WAV files only; name the file with \\.wav"):
        render(made, tmp_path, tmp_path / name, ExportOptions(order=1))
    assert not (tmp_path / name).exists()


def test_a_scene_without_sources_has_nothing_to_render(tmp_path):
    with pytest.raises(SceneError, match="has no sources"):
        render(scene(), tmp_path, tmp_path / "x.wav", ExportOptions(order=1))
