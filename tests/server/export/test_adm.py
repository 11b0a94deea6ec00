import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import soundfile

from protocol.errors import InputError
from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source
from server.export.adm import adm_xml, bw64_head, render, write_bw64
from server.export.options import ExportOptions
from tests.timing import PATIENCE_S

RATE_HZ = 48_000
# The EBU's renderer of ADM wants an older NumPy than ours, and a setuptools that still has pkg_resources.
EAR = ["uv", "run", "--no-project", "--isolated", "--python", "3.11", "--with", "ear==2.1.0", "--with", "setuptools<81"]
NETWORK_TROUBLE = ("failed to fetch", "error sending request", "dns error", "connect", "timed out", "offline")
READ_BACK = """
import json, sys
from ear.fileio import openBw64Adm
with openBw64Adm(sys.argv[1]) as file:
    file.adm.validate()
    objects = []
    for each in file.adm.audioObjects:
        [pack] = each.audioPackFormats
        [channel] = pack.audioChannelFormats
        [block] = channel.audioBlockFormats
        [track] = each.audioTrackUIDs
        objects.append({
            "name": each.audioObjectName, "track": track.trackIndex, "gain": block.gain,
            "azimuth": block.position.azimuth, "elevation": block.position.elevation,
            "distance": block.position.distance, "metres": pack.absoluteDistance,
            "width": block.width, "height": block.height, "diffuse": block.diffuse,
        })
    print(json.dumps({"channels": file.channels, "objects": objects}))
"""


def ear(*arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [*EAR, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=5 * PATIENCE_S
    )


@pytest.fixture(scope="session")
def ear_is_there():
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    done = ear("python", "-c", "import ear")
    if done.returncode and any(trouble in done.stderr.lower() for trouble in NETWORK_TROUBLE):
        pytest.skip("the EBU's renderer can't be fetched without a network")
    assert done.returncode == 0, done.stderr


def source(folder, name, samples, *, loop=True, **changes):
    path = folder / f"{name}.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_24")
    clip = Clip(
        path=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sample_rate_hz=RATE_HZ,
        duration_s=len(samples) / RATE_HZ,
        loop=loop,
    )
    values = {
        "label": name, "kind": "point", "evidence": "seen", "azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 5.0,
        "distance_sigma_m": 1.0, "level_db_spl_1m": 70.0, "confidence": 0.9,
    }  # fmt: skip
    return Source(id=name, prompt=name, clip=clip, **{**values, **changes})


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


def noise(seed, duration_s=1.0):
    samples = 0.05 * np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ))
    return (np.rint(samples * 2**23) / 2**23).astype(np.float32)


@pytest.fixture
def street(tmp_path):
    return scene(
        source(tmp_path, "dog", noise(1, 0.4), loop=False, label="a dog & <its> tail", azimuth_deg=110.0,
               elevation_deg=-12.5, distance_m=6.25, width_deg=3.0),
        source(tmp_path, "sea", noise(2), kind="line", azimuth_deg=-60.0, width_deg=100.0, height_deg=4.0,
               distance_m=12.5, label="море"),
        source(tmp_path, "wind", noise(3, 0.5), kind="ambient", distance_m=None, distance_sigma_m=None,
               level_db_spl_1m=35.0),
    )  # fmt: skip


def chunks(path):
    content = path.read_bytes()
    assert content[:4] == b"RIFF"
    assert struct.unpack("<I", content[4:8])[0] == len(content) - 8
    found, at = {}, 12
    while at < len(content):
        size = struct.unpack("<I", content[at + 4 : at + 8])[0]
        found[content[at : at + 4]] = content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def test_the_renderer_of_the_ebu_reads_back_what_was_written(ear_is_there, street, tmp_path):
    render(street, tmp_path, tmp_path / "out.wav", ExportOptions())
    done = ear("python", "-c", READ_BACK, tmp_path / "out.wav")
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["channels"] == 3
    dog, sea, wind = read["objects"]
    assert [each["name"] for each in (dog, sea, wind)] == ["a dog & <its> tail", "море", "wind"]
    assert [each["track"] for each in (dog, sea, wind)] == [1, 2, 3]
    assert (dog["azimuth"], dog["elevation"], dog["distance"], dog["metres"]) == (110.0, -12.5, 1.0, 6.25)
    assert (sea["azimuth"], sea["elevation"], sea["distance"], sea["metres"]) == (-60.0, 0.0, 1.0, 12.5)
    assert (dog["width"], dog["diffuse"], sea["width"], sea["height"]) == (0.0, 0.0, 100.0, 4.0)
    assert (wind["metres"], wind["width"], wind["height"], wind["diffuse"]) == (None, 360.0, 360.0, 1.0)
    # A point falls by the square of its distance, a line by the distance: the same clip, 70 dB at 1 m.
    assert 20 * np.log10(sea["gain"] / dog["gain"]) == pytest.approx(
        20 * np.log10(6.25) - 10 * np.log10(12.5) + loudness_difference_db(street, tmp_path), abs=0.01
    )


def loudness_difference_db(made, folder):
    """How much louder the first clip measures than the second, which the gains make up for."""
    from binaural.loudness.meter import integrated_lufs

    dog, sea = (soundfile.read(folder / each.clip.path)[0] for each in made.sources[:2])
    return integrated_lufs(dog, RATE_HZ) - integrated_lufs(sea, RATE_HZ)


@pytest.mark.parametrize(
    ("azimuth_deg", "yaw_deg", "distance_m", "loudspeaker"),
    [(30.0, 0.0, 1.5, 0), (0.0, 110.0, 80.0, 5)],
)
def test_the_renderer_of_the_ebu_plays_a_point_from_its_loudspeaker_alone(
    ear_is_there, tmp_path, azimuth_deg, yaw_deg, distance_m, loudspeaker
):
    """Loudspeakers of 0+5+0: left, right, centre, subwoofer, left and right surround at 110°."""
    made = scene(source(tmp_path, "dog", noise(1), azimuth_deg=azimuth_deg, distance_m=distance_m))
    render(made, tmp_path, tmp_path / "adm.wav", ExportOptions(yaw_deg=yaw_deg))
    done = ear("ear-render", "-s", "0+5+0", tmp_path / "adm.wav", tmp_path / "played.wav")
    assert done.returncode == 0, done.stderr
    played = soundfile.read(tmp_path / "played.wav")[0]
    assert played.shape == (RATE_HZ, 6)
    power = (played**2).mean(axis=0)
    assert power[loudspeaker] > 0.9999 * power.sum()
    assert np.corrcoef(played[:, loudspeaker], noise(1))[0, 1] > 0.99999


def test_the_renderer_of_the_ebu_plays_a_whole_street_at_its_loudness(ear_is_there, street, tmp_path):
    from binaural.loudness.meter import integrated_lufs

    render(street, tmp_path, tmp_path / "adm.wav", ExportOptions(lufs=-30.0))
    done = ear("ear-render", "-s", "0+5+0", tmp_path / "adm.wav", tmp_path / "played.wav")
    assert done.returncode == 0, done.stderr
    played = np.delete(soundfile.read(tmp_path / "played.wav")[0], 3, axis=1)
    # Loudspeakers behind count 1.5 dB more than one microphone does.
    assert integrated_lufs(played, RATE_HZ) == pytest.approx(-30, abs=1.5)


def test_tracks_are_the_clips_themselves(street, tmp_path):
    render(street, tmp_path, tmp_path / "out.wav", ExportOptions())
    assert soundfile.info(tmp_path / "out.wav").subtype == "PCM_24"
    tracks = soundfile.read(tmp_path / "out.wav", dtype="float32")[0].T
    np.testing.assert_array_equal(tracks[0], np.pad(noise(1, 0.4), (0, RATE_HZ * 6 // 10)))
    np.testing.assert_array_equal(tracks[1], noise(2))
    np.testing.assert_array_equal(tracks[2], np.tile(noise(3, 0.5), 2))
    render(street, tmp_path, tmp_path / "short.wav", ExportOptions(duration_s=0.25))
    assert soundfile.info(tmp_path / "short.wav").frames == RATE_HZ // 4


def test_gains_have_the_loudness_of_the_whole(tmp_path):
    from binaural.loudness.meter import integrated_lufs

    made = scene(source(tmp_path, "dog", noise(1)))
    for target_lufs in (-23.0, -33.0):
        render(made, tmp_path, tmp_path / "out.wav", ExportOptions(lufs=target_lufs))
        gain = float(re.search(rb"<gain>(.+)</gain>", chunks(tmp_path / "out.wav")[b"axml"])[1])
        assert integrated_lufs(noise(1) * gain, RATE_HZ) == pytest.approx(target_lufs, abs=0.01)


def test_the_chunk_of_tracks_refers_to_the_metadata(street, tmp_path):
    render(street, tmp_path, tmp_path / "out.wav", ExportOptions())
    found = chunks(tmp_path / "out.wav")
    chna = found[b"chna"]
    assert struct.unpack("<HH", chna[:4]) == (3, 3)
    assert len(chna) == 4 + 3 * 40
    axml = found[b"axml"].decode()
    for index, row in enumerate(struct.iter_unpack("<H12s14s11sx", chna[4:])):
        assert row[0] == index + 1
        for reference in row[1:]:
            assert f'"{reference.decode()}"' in axml
    assert 'version="ITU-R_BS.2076-2"' in axml


def test_names_that_xml_cannot_hold_are_made_to_fit(tmp_path):
    made = scene(source(tmp_path, "dog", noise(1), label="dog\x07\x00 barks"))
    root = ET.fromstring(adm_xml(made, gains=[1.0]))  # noqa: S314 - written by us
    assert root.find(".//{*}audioObject").get("audioObjectName") == "dog   barks"


def test_sizes_beyond_4_gib_are_written_in_64_bits():
    chunk = struct.pack("<4sI4s", b"fmt ", 4, b"abcd")
    short, long = (bw64_head(chunk, data_bytes=size) for size in (1000, 5 << 30))
    assert len(short) == len(long)
    assert (short[:4], short[12:16], long[:4], long[12:16]) == (b"RIFF", b"JUNK", b"BW64", b"ds64")
    assert struct.unpack("<I", long[4:8]) == struct.unpack("<I", long[-4:]) == (0xFFFFFFFF,)
    assert struct.unpack("<QQ", long[20:36]) == (len(long) - 8 + (5 << 30), 5 << 30)
    assert struct.unpack("<I", short[4:8])[0] == len(short) - 8 + 1000


def test_samples_out_of_range_stop_at_full_scale_and_an_odd_chunk_is_padded():
    file = io.BytesIO()
    blocks = [np.array([[1.5], [-1.5]], np.float32), np.array([[2**-23]], np.float32)]
    write_bw64(file, blocks, channels=1, length_samples=3, sample_rate_hz=RATE_HZ, chna=b"", axml=b"x")
    assert len(file.getvalue()) % 2 == 0
    assert file.getvalue().endswith(b"\xff\xff\x7f\x00\x00\x80\x01\x00\x00\x00")


def test_the_same_scene_gives_the_same_bytes(street, tmp_path):
    for name in ("one.wav", "two.wav"):
        render(street, tmp_path, tmp_path / name, ExportOptions())
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_other_files_are_refused(street, tmp_path):
    with pytest.raises(InputError, match="ADM is kept in WAV files only"):
        render(street, tmp_path, tmp_path / "out.flac", ExportOptions())


def test_a_place_that_cannot_be_written_is_one_clear_line(street, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="can't be written"):
        render(street, tmp_path, tmp_path / "file" / "x.wav", ExportOptions())
