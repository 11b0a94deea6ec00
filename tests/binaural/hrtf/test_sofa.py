import os
import re
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import sofar

from binaural.hrtf import hrir as hrtf_module
from binaural.hrtf.hrir import diffuse_field_equalised
from binaural.hrtf.interaural import ild_db, itd_s
from binaural.hrtf.sofa.reader import read_sofa
from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar
from protocol.errors import InputError

DEBIAN = Path("/usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa")
RATE_HZ = 48_000
GRID_DEG = np.array([(azimuth, elevation) for elevation in (-45, 0, 45) for azimuth in range(0, 360, 45)] + [(0, 90)])


def spherical_head(directions_deg, *, length=128, rate_hz=RATE_HZ):
    """Smooth pulses that come earlier and louder at the nearer ear; arrival in seconds, whatever the rate."""
    left = scene_from_polar(*np.asarray(directions_deg, float).T)[:, 1]
    arrival_s = 1e-3 - 0.3e-3 * np.stack([left, -left], axis=1)
    time_s = np.arange(length) / rate_hz
    pulses = np.exp(-0.5 * ((time_s - arrival_s[..., None]) / 50e-6) ** 2)
    return pulses * (1 + 0.5 * np.stack([left, -left], axis=1))[..., None]


def sofa_of(directions_deg=GRID_DEG, **changes):
    sofa = sofar.Sofa("SimpleFreeFieldHRIR")
    sofa.Data_IR = spherical_head(directions_deg)
    sofa.Data_SamplingRate = RATE_HZ
    sofa.SourcePosition = np.column_stack([directions_deg, np.full(len(directions_deg), 1.4)])
    for name, value in changes.items():
        setattr(sofa, name, value)
    return sofa


@pytest.fixture
def written(tmp_path):
    def write(sofa):
        path = tmp_path / "head.sofa"
        sofar.write_sofa(str(path), sofa)
        return path

    return write


def test_positions_responses_and_rate_come_through(written):
    hrtf = read_sofa(written(sofa_of()))
    np.testing.assert_allclose(great_circle_deg(hrtf.azimuth_deg, hrtf.elevation_deg, *GRID_DEG.T), 0, atol=1e-6)
    np.testing.assert_allclose(hrtf.hrirs, spherical_head(GRID_DEG), atol=1e-7)
    assert hrtf.sample_rate_hz == RATE_HZ
    assert hrtf.hrirs.dtype == np.float32


def test_cartesian_positions_of_a_moved_and_turned_listener(written):
    """Directions are the listener's own, as with a head that lies on its side and looks along the room's y."""
    front, up = np.array([0.0, 1.0, 0.0]), np.array([-1.0, 0.0, 0.0])
    axes = np.stack([front, np.cross(up, front), up])
    place = np.array([3.0, -2.0, 1.5])
    in_the_room = 1.4 * scene_from_polar(*GRID_DEG.T) @ axes + place
    sofa = sofa_of(
        SourcePosition=in_the_room, SourcePosition_Type="cartesian", SourcePosition_Units="metre",
        ListenerPosition=place, ListenerView=2 * front, ListenerUp=up,
    )  # fmt: skip
    hrtf = read_sofa(written(sofa))
    np.testing.assert_allclose(great_circle_deg(hrtf.azimuth_deg, hrtf.elevation_deg, *GRID_DEG.T), 0, atol=1e-5)


def test_the_left_ear_comes_first_whatever_the_order_of_the_receivers(written):
    swapped = sofa_of(Data_IR=spherical_head(GRID_DEG)[:, ::-1], Data_Delay=[[5, 2]])
    swapped.ReceiverPosition = np.array([[0, -0.09, 0], [0, 0.09, 0]])
    hrtf = read_sofa(written(swapped))
    assert itd_s(hrtf.nearest_hrir(90, 0), RATE_HZ) == pytest.approx(0.6e-3 + 3 / RATE_HZ, abs=2e-6)
    assert ild_db(hrtf.nearest_hrir(90, 0), RATE_HZ) > 9


def test_receivers_may_be_spherical(written):
    sofa = sofa_of(
        ReceiverPosition=np.array([[-90, 0, 0.09], [90, 0, 0.09]]), ReceiverPosition_Type="spherical",
        ReceiverPosition_Units="degree, degree, metre", Data_IR=spherical_head(GRID_DEG)[:, ::-1],
    )  # fmt: skip
    assert itd_s(read_sofa(written(sofa)).nearest_hrir(90, 0), RATE_HZ) > 0


@pytest.mark.parametrize("delay_samples", [0.0, 7.0, 0.3, 41.75])
def test_delays_of_the_file_are_in_the_responses(written, delay_samples):
    """Against the delay theorem, for each measurement and ear its own."""
    delays = delay_samples * np.linspace(1, 2, 2 * len(GRID_DEG)).reshape(-1, 2)
    hrtf = read_sofa(written(sofa_of(Data_Delay=delays)))
    frequency = np.fft.rfftfreq(512)
    expected = np.fft.rfft(spherical_head(GRID_DEG), 512) * np.exp(-2j * np.pi * frequency * delays[..., None])
    heard = np.fft.rfft(hrtf.hrirs, 512)
    assert np.max(np.abs(heard - expected)) < 1e-4 * np.max(np.abs(expected))


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_another_rate_keeps_level_and_arrival(written, rate_hz):
    at_other = spherical_head(GRID_DEG, length=300, rate_hz=rate_hz) * RATE_HZ / rate_hz
    hrtf = read_sofa(written(sofa_of(Data_IR=at_other, Data_SamplingRate=rate_hz)))
    truth = spherical_head(GRID_DEG, length=hrtf.hrirs.shape[-1])
    np.testing.assert_allclose(hrtf.hrirs, truth, atol=2e-4)
    other = read_sofa(written(sofa_of(Data_IR=at_other, Data_SamplingRate=rate_hz)), sample_rate_hz=rate_hz)
    np.testing.assert_allclose(other.hrirs, at_other, atol=1e-6)


def test_of_a_direction_at_several_distances_the_furthest_is_taken(written):
    both_deg = np.concatenate([GRID_DEG, GRID_DEG])
    responses = np.concatenate([3 * spherical_head(GRID_DEG), spherical_head(GRID_DEG)])
    distance_m = np.repeat([0.5, 1.5], len(GRID_DEG))
    sofa = sofa_of(both_deg, Data_IR=responses, SourcePosition=np.column_stack([both_deg, distance_m]))
    hrtf = read_sofa(written(sofa))
    assert hrtf.hrirs.shape[0] == len(GRID_DEG)
    np.testing.assert_allclose(hrtf.hrirs, spherical_head(GRID_DEG), atol=1e-7)


def changed(name, edit):
    def change(sofa):
        value = np.array(getattr(sofa, name), dtype=float)
        edit(value)
        setattr(sofa, name, value)

    return change


def among(keep):
    """Only the measurements of directions that are kept."""

    def change(sofa):
        chosen = keep(*GRID_DEG.T)
        sofa.Data_IR, sofa.SourcePosition = sofa.Data_IR[chosen], sofa.SourcePosition[chosen]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed("SourcePosition", lambda place: place.__setitem__((2, 2), 0)), "a source is at the listener"),
        (changed("Data_Delay", lambda delay: delay.__setitem__((0, 1), -1)), "Data.Delay is negative"),
        (changed("Data_SamplingRate", lambda rate: rate.fill(0)), r"sample rate is \[0.0\] Hz"),
        (changed("ListenerUp", lambda up: up.__setitem__(..., [[1, 0, 0]])), "view is along its up"),
        (among(lambda azimuth, elevation: (elevation == 0) & (azimuth < 200)), "it holds 5 directions"),
        (among(lambda azimuth, elevation: (azimuth <= 180) & (elevation < 90)), "a side empty: .* azimuth -90°"),
        (changed("Data_IR", lambda ir: ir.__setitem__(slice(0, 15), np.nan)), "15 of its 25 measurements are silent"),
    ],
)
def test_what_can_not_be_used_is_said(written, change, message):
    sofa = sofa_of()
    change(sofa)
    path = written(sofa)
    with pytest.raises(InputError, match=message) as caught:
        read_sofa(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy


def swapped(sofa):
    sofa.ReceiverPosition = -np.asarray(sofa.ReceiverPosition)


@pytest.mark.parametrize(
    ("change", "notice", "left_out"),
    [
        (changed("Data_IR", lambda ir: ir.__setitem__((3, 1, 7), np.nan)), "left out.* measurement 3", [3]),
        (changed("Data_IR", lambda ir: ir.__setitem__((3, 1, 7), np.inf)), "left out.* measurement 3", [3]),
        (changed("Data_IR", lambda ir: ir.__setitem__((slice(1, 8), 1), 0)), "1, 2, 3, 4, 5 and 2 more", range(1, 8)),
        (changed("SourcePosition", lambda place: place.__setitem__((2, 0), np.nan)), "measurement 2", [2]),
        (changed("ReceiverPosition", lambda ears: ears.fill(0)), "doesn't tell left from right", []),
        (swapped, "the other way round", []),
    ],
)
def test_what_can_be_mended_is_mended_and_told(written, change, notice, left_out):
    sofa = sofa_of()
    change(sofa)
    hrtf = read_sofa(written(sofa))
    assert re.search(notice, " ".join(hrtf.notices))
    kept = np.delete(np.arange(len(GRID_DEG)), left_out)
    np.testing.assert_allclose(hrtf.hrirs, spherical_head(GRID_DEG)[kept], atol=1e-7)


def test_a_whole_set_has_nothing_to_be_told(written):
    hrtf = read_sofa(written(sofa_of()))
    assert hrtf.notices == ()
    assert hrtf.source == "25 directions between elevations -45° and 90°, 128 samples each at 48000 Hz"


RING_DEG = np.array([(azimuth, 0) for azimuth in range(0, 360, 15)])


@pytest.mark.parametrize(
    ("grid_deg", "words"),
    [
        (RING_DEG, "in the horizontal plane"),
        (np.array([(az, el) for el in (0, 30, 60) for az in range(0, 360, 15)] + [(0, 90)]), "0° and 90°"),
    ],
)
def test_what_was_not_measured_is_heard_as_far_to_the_side(written, grid_deg, words):
    """A head whose ears hear nothing but how far to the side a source is: stand-ins are as good as measurements."""
    forwards = scene_from_polar(*grid_deg.T.astype(float))[:, 0]
    brighter_in_front = spherical_head(grid_deg) * (1.0 + 0.5 * forwards)[:, None, None]
    hrtf = read_sofa(written(sofa_of(grid_deg, Data_IR=brighter_in_front)))
    assert words in hrtf.notices[0]
    assert len(hrtf.azimuth_deg) > len(grid_deg)
    for azimuth_deg, elevation_deg in ((90, -50), (-90, 50), (30, -80), (-140, -45), (0, -90)):
        heard_s = itd_s(hrtf.nearest_hrir(azimuth_deg, elevation_deg), RATE_HZ)
        truth_s = itd_s(spherical_head([(azimuth_deg, elevation_deg)])[0], RATE_HZ)
        assert heard_s == pytest.approx(truth_s, abs=150e-6)
    # Front stays front, and back back.
    front, back = (np.sum(hrtf.nearest_hrir(azimuth_deg, -45) ** 2) for azimuth_deg in (30, 150))
    assert front > 1.5 * back


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("types in capitals", {"SourcePosition_Type": "Spherical", "ReceiverPosition_Type": "Cartesian"}),
        ("units in other words", {"SourcePosition_Units": "Degrees, Degrees, Meters"}),
        ("another version", {"GLOBAL_SOFAConventionsVersion": "7.3", "GLOBAL_Version": "2.2"}),
        ("small letters", {"GLOBAL_SOFAConventions": "simpleFreeFieldHRIR"}),
        ("kilohertz", {"Data_SamplingRate": 48.0, "Data_SamplingRate_Units": "kHz"}),
        ("no units", {"SourcePosition_Units": ""}),
    ],
)
def test_other_spellings_say_the_same(written, name, changes):
    path = written(sofa_of())
    with netCDF4.Dataset(path, "a") as file:
        for key, value in changes.items():
            variable, _, attribute = key.removeprefix("Data_").rpartition("_")
            variable = f"Data.{variable}" if key.startswith("Data_") and variable else variable
            if key == "Data_SamplingRate":
                file["Data.SamplingRate"][:] = value
            elif key.startswith("GLOBAL_"):
                file.setncattr(key.removeprefix("GLOBAL_"), value)
            else:
                file[variable].setncattr(attribute, value)
    hrtf = read_sofa(path)
    np.testing.assert_allclose(hrtf.hrirs, spherical_head(GRID_DEG), atol=1e-7)


def test_angles_in_radians_and_lengths_in_millimetres(written):
    places = np.column_stack([np.radians(GRID_DEG), np.full(len(GRID_DEG), 1400.0)])
    path = written(sofa_of(SourcePosition=places))
    with netCDF4.Dataset(path, "a") as file:
        file["SourcePosition"].setncattr("Units", "radian, radian, millimetre")
    hrtf = read_sofa(path)
    np.testing.assert_allclose(great_circle_deg(hrtf.azimuth_deg, hrtf.elevation_deg, *GRID_DEG.T), 0, atol=1e-5)


def test_a_source_that_stays_while_the_listener_turns(written):
    """Each measurement has a view of its own, as in sets that turn a dummy head on a table."""
    views = scene_from_polar(-GRID_DEG[:, 0].astype(float), np.zeros(len(GRID_DEG)))
    lifted = GRID_DEG[GRID_DEG[:, 1] == 0]
    turned = views[GRID_DEG[:, 1] == 0]
    sofa = sofa_of(
        lifted, SourcePosition=np.array([[0.0, 0.0, 1.4]]), ListenerView=turned,
        ListenerUp=np.tile([0.0, 0.0, 1.0], (len(lifted), 1)),
    )  # fmt: skip
    hrtf = read_sofa(written(sofa))
    np.testing.assert_allclose(
        great_circle_deg(hrtf.azimuth_deg[:8], hrtf.elevation_deg[:8], *lifted.T.astype(float)), 0, atol=1e-5
    )


@pytest.mark.parametrize("name", ["HEAD.SOFA", "head.Sofa", "kopf über.sofa"])
def test_names_as_people_write_them(written, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(written(sofa_of()).read_bytes())
    assert len(read_sofa(path).azimuth_deg) == len(GRID_DEG)


def test_libraries_do_not_speak_to_the_user(written, recwarn, capfd):
    path = written(sofa_of())
    with netCDF4.Dataset(path, "a") as file:
        file.setncattr("SOFAConventionsVersion", "0.4")
    read_sofa(path)
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


def test_without_listener_or_with_odd_shapes(written):
    """What libraries that verify would not write, but files in use contain."""
    path = written(sofa_of())
    with netCDF4.Dataset(path, "a") as file:
        for name in ("ListenerPosition", "ListenerView", "ListenerUp"):
            file.renameVariable(name, f"My{name}")
    assert len(read_sofa(path).azimuth_deg) == len(GRID_DEG)
    with netCDF4.Dataset(path, "a") as file:
        file.renameVariable("SourcePosition", "MySourcePosition")
    with pytest.raises(InputError, match="it has no SourcePosition"):
        read_sofa(path)
    with netCDF4.Dataset(path, "a") as file:
        file.createVariable("SourcePosition", "f8", ("R", "C"))[:] = 1.0
    with pytest.raises(InputError, match="25 responses from 2 places"):
        read_sofa(path)
    with netCDF4.Dataset(path, "a") as file:
        file.renameVariable("SourcePosition", "MyPlaces")
        file.createVariable("SourcePosition", "f8", ("R",))[:] = 1.0
    with pytest.raises(InputError, match="SourcePosition is not of three coordinates"):
        read_sofa(path)


def test_other_conventions_are_named(tmp_path):
    other = sofar.Sofa("SimpleFreeFieldHRTF")
    other.Data_Real = other.Data_Imag = np.ones((4, 2, 3))
    other.N = [1, 2, 3]
    other.SourcePosition = np.array([[0, 0, 1], [90, 0, 1], [180, 0, 1], [270, 0, 1]])
    path = tmp_path / "other.sofa"
    sofar.write_sofa(str(path), other)
    with pytest.raises(InputError, match="its convention is SimpleFreeFieldHRTF"):
        read_sofa(path)


def test_one_ear_is_not_enough(tmp_path):
    sofa = sofa_of(Data_IR=spherical_head(GRID_DEG)[:, :1], Data_Delay=[[0]], ReceiverPosition=[[0, 0.09, 0]])
    sofar.write_sofa(str(tmp_path / "one.sofa"), sofa)
    with pytest.raises(InputError, match="not of two ears"):
        read_sofa(tmp_path / "one.sofa")


def test_damaged_and_foreign_files_are_told_apart(written, tmp_path):
    whole = written(sofa_of()).read_bytes()
    short, text, misnamed = tmp_path / "short.sofa", tmp_path / "text.sofa", tmp_path / "head.h5"
    short.write_bytes(whole[: len(whole) // 2])
    text.write_text("azimuth, elevation\n", "utf-8")
    misnamed.write_bytes(whole)
    for path, message in [
        (short, "can't be read as SOFA"),
        (text, "not a SOFA file"),
        (misnamed, "does not end in .sofa"),
        (tmp_path / "none.sofa", "no such file"),
    ]:
        with pytest.raises(InputError, match=message):
            read_sofa(path)


def test_a_file_is_read_once_until_it_changes(written):
    path = written(sofa_of())
    first = read_sofa(path)
    assert read_sofa(str(path)) is first
    written(sofa_of(Data_IR=2 * spherical_head(GRID_DEG)))
    os.utime(path, ns=(0, 0))
    np.testing.assert_allclose(read_sofa(path).hrirs, 2 * first.hrirs, atol=1e-7)


@pytest.mark.skipif(not DEBIAN.exists(), reason="Debian's libmysofa-data is not installed")
def test_the_file_that_debian_ships_is_the_default_set():
    hrtf = read_sofa(DEBIAN)
    with np.load(hrtf_module._DEFAULT) as file:
        azimuth_deg, elevation_deg = file["directions_deg"].T
        samples = file["samples"] / 2**15
    assert great_circle_deg(hrtf.azimuth_deg, hrtf.elevation_deg, azimuth_deg, elevation_deg).max() < 1e-4
    heard, kept = (np.abs(np.fft.rfft(x, n)) for x, n in [(hrtf.hrirs, 4800), (samples, 4410)])
    np.testing.assert_allclose(heard[..., 10:2000], kept[..., 10:2000], atol=1e-3 * kept.max())
    # The shipped set is this one, equalised; levels differ by what the equaliser's cap leaves at the edges of the band.
    equalised, default = diffuse_field_equalised(hrtf), hrtf_module.default_hrtf()
    for azimuth, elevation in [(30, 0), (-120, 40)]:
        ears, shipped = equalised.nearest_hrir(azimuth, elevation), default.nearest_hrir(azimuth, elevation)
        assert itd_s(ears, RATE_HZ) == pytest.approx(itd_s(shipped, RATE_HZ), abs=1e-6)
        band = slice(20, 1600)
        levels = [np.abs(np.fft.rfft(response, 4800))[:, band] for response in (ears, shipped)]
        np.testing.assert_allclose(*levels, rtol=0.02)


def test_azimuths_are_in_the_range_of_the_scene(written):
    hrtf = read_sofa(written(sofa_of()))
    assert hrtf.azimuth_deg.min() > -180
    assert hrtf.azimuth_deg.max() == 180
    assert polar_from_scene([0, -1, 0])[0] in hrtf.azimuth_deg.round(6)
