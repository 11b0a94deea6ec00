from dataclasses import replace

import numpy as np
import pytest

from binaural.evaluation.cross_validation import LeaveOneOutErrors
from binaural.hrtf.hrir import default_hrtf
from server.export.pictures import ears
from server.export.pictures.ears import LEFT_EAR, RIGHT_EAR, direction_picture, interaural_picture
from server.export.pictures.interpolation import interpolation_picture


@pytest.fixture
def charts(monkeypatch):
    """What is handed to the drawing of charts."""
    calls, draw = [], ears.chart

    def recorded(**options):
        calls.append(options)
        return draw(**options)

    monkeypatch.setattr(ears, "chart", recorded)
    return calls


def test_from_the_left_the_left_ear_is_drawn_earlier_and_louder(charts):
    image = np.asarray(direction_picture(default_hrtf(), 90.0, 0.0)).astype(int)
    time, level = (call["curves"] for call in charts)
    assert [curve.colour for curve in time] == [LEFT_EAR, RIGHT_EAR]
    first, second = (curve.x[np.argmax(np.abs(curve.y))] for curve in time)
    assert first < second
    assert level[0].y.mean() > level[1].y.mean() + 5
    for colour in (LEFT_EAR, RIGHT_EAR):
        assert (np.abs(image - colour).max(axis=-1) < 25).sum() > 500


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "words"),
    [
        (0.0, 0.0, "ahead"),
        (180.0, 0.0, "behind"),
        (-60.4, 0.0, "60° right"),
        (31.0, 19.0, "30° left, 20° up"),
        (0.0, -40.0, "ahead, 40° down"),
        # Nothing is measured below −40°; the title tells what is drawn.
        (0.0, -80.0, "ahead, 40° down"),
    ],
)
def test_the_title_says_which_measurement_is_drawn(charts, azimuth_deg, elevation_deg, words):
    direction_picture(default_hrtf(), azimuth_deg, elevation_deg)
    assert all(call["title"].endswith(f", {words}") for call in charts)


def test_levels_are_those_of_the_measurement(charts):
    hrtf = default_hrtf()
    direction_picture(hrtf, 30.0, 0.0)
    curve = charts[1]["curves"][0]
    spectrum = np.abs(np.fft.rfft(hrtf.nearest_hrir(30.0, 0.0)[0], 8192))
    expected = 20 * np.log10(np.interp(1000.0, np.fft.rfftfreq(8192, 1 / 48_000), spectrum))
    assert np.interp(1000.0, curve.x, curve.y) == pytest.approx(expected, abs=0.1)


def test_time_differences_rise_to_the_left_and_lie_near_the_spheres(charts):
    interaural_picture(default_hrtf())
    kuhn, woodworth, measured = charts[0]["curves"]
    at_90 = measured.y[np.argmin(np.abs(measured.x - 90))]
    assert at_90 > 600
    for azimuth_deg, itd_us in zip(measured.x, measured.y, strict=True):
        spheres = sorted(np.interp(azimuth_deg, one.x, one.y) for one in (kuhn, woodworth))
        assert spheres[0] - 80 < itd_us < spheres[1] + 80
    # Left is drawn on the left.
    assert charts[0]["x"].share(90.0) < charts[0]["x"].share(-90.0)


def test_level_differences_grow_with_frequency(charts):
    interaural_picture(default_hrtf())
    most = [float(curve.y.max()) for curve in charts[1]["curves"]]
    assert most[0] < most[1] < most[2] < most[-1]
    assert charts[1]["y"].high >= max(most)


def test_the_map_is_bright_where_the_error_is_and_nothing_is_told_below_the_grid():
    hrtf = default_hrtf()
    wrong = (hrtf.azimuth_deg > 60) & (hrtf.azimuth_deg < 120) & (np.abs(hrtf.elevation_deg) < 30)
    errors = LeaveOneOutErrors(
        distortion_db=np.where(wrong[:, None], 4.0, 0.2) * np.ones((1, 2)), itd_error_s=np.where(wrong, -18e-6, 1e-6)
    )
    image = np.asarray(interpolation_picture(hrtf, errors)).astype(int).sum(axis=-1)
    height = image.shape[0] // 2

    def at(azimuth_deg, elevation_deg, panel):
        width, tall = 1280 - 92 - 162, (1280 - 92 - 162) // 2
        # Beside the dots that mark the measurements.
        column = 92 + (0.5 - azimuth_deg / 360) * width
        row = panel * height + 78 + (0.5 - elevation_deg / 180) * tall
        return np.median(image[int(row) - 5 : int(row) + 6, int(column) - 5 : int(column) + 6])

    for panel in (0, 1):
        assert at(90, 0, panel) > 350
        assert at(-90, 0, panel) < 100
        assert at(0, 40, panel) < 100
        assert at(90, -80, panel) == at(-90, -80, panel) == 24 + 30 + 39


def test_a_head_with_few_directions_can_be_drawn():
    hrtf = default_hrtf()
    chosen = np.flatnonzero(np.round(hrtf.elevation_deg) % 40 == 0)[::9]
    few = replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[chosen],
        elevation_deg=hrtf.elevation_deg[chosen],
        hrirs=hrtf.hrirs[chosen],
    )
    assert interaural_picture(few).size == (1280, 1240)
    nothing = LeaveOneOutErrors(distortion_db=np.zeros((len(chosen), 2)), itd_error_s=np.zeros(len(chosen)))
    assert interpolation_picture(few, nothing).size[0] == 1280
