import numpy as np
import pytest

from server.export.pictures import depth_picture
from server.export.pictures.drawing import UNSEEN
from server.export.pictures.scales.distance_scale import SKY, UNMEASURED, DistanceColours, distance_legend
from server.pipeline.views import split
from tests.server.export.pictures.shapes import PANORAMA, PHOTO, PORTRAIT, distance_map, grey


def test_near_is_warm_far_is_cold_and_sky_is_dark():
    metres = np.full((64, 128), np.inf)
    metres[32:, :64] = 2.0
    metres[32:, 64:] = 80.0
    image = np.asarray(depth_picture(PANORAMA, [distance_map(PANORAMA.view.resized(128, 64), metres)])).astype(int)
    near, far, sky = image[600, 300], image[600, 1200], image[100, 700]
    assert near[0] > near[2] + 60
    assert far[2] > far[0] + 60
    assert sky.max() < 80


def test_measured_sky_unmeasured_and_unphotographed_have_four_looks():
    unseen = np.zeros((512, 1024), bool)
    unseen[:, :100] = True
    picture = grey("equirectangular", 1024, 512, unseen=unseen)
    views = split(picture, 8)
    metres = [np.where(np.arange(64)[:, None] < 32, np.inf, 5.0) * np.ones((64, 64)) for _ in views]
    maps = [distance_map(one.view.resized(64, 64), each) for one, each in zip(views, metres, strict=True)]
    image = np.asarray(depth_picture(picture, maps)).astype(int)
    assert tuple(image[300, 700]) == SKY
    assert tuple(image[5, 700]) == UNMEASURED  # no view looks at the zenith
    assert not {tuple(pixel) for pixel in image[450, 200:1500]} & {SKY, UNMEASURED, *UNSEEN}
    stripes = {tuple(pixel) for pixel in image[200:600, 10:120].reshape(-1, 3)}
    assert set(UNSEEN) <= stripes
    assert not stripes & {SKY, UNMEASURED}


def test_the_darkest_distance_does_not_look_like_the_sky():
    colours = DistanceColours(near_m=1.0, far_m=100.0)
    pixels = colours.pixels(np.geomspace(0.5, 300.0, 400)[None]).astype(int)
    for look in (SKY, UNMEASURED, *UNSEEN):
        assert np.abs(pixels - look).sum(axis=-1).min() > 80


def test_equal_ratios_of_distance_are_equal_steps_of_the_scale():
    colours = DistanceColours(near_m=2.0, far_m=128.0)
    assert np.diff(colours.share(np.array([2.0, 8.0, 32.0, 128.0]))) == pytest.approx(1 / 3)
    assert colours.share(np.array([0.1, 1000.0])) == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("width_px", [512, 1152, 1536])
@pytest.mark.parametrize(("near_m", "far_m"), [(2.5, 90.0), (1.1, 2.2), (3.05, 6.9), (0.3, 4000.0)])
def test_the_bar_has_ticks_where_the_metres_are(width_px, near_m, far_m):
    colours = DistanceColours(near_m=near_m, far_m=far_m)
    strip = np.asarray(distance_legend(colours, {}, width_px=width_px, size_px=20)).astype(int)
    bar_row = 20
    columns = np.nonzero(np.abs(np.diff(strip[bar_row].sum(axis=-1))) > 60)[0]
    left, right = columns[0] + 1, columns[-1] + 1
    ticks = np.nonzero(strip[40, :].min(axis=-1) > 200)[0]
    assert ticks.size
    assert ticks.min() >= left - 2
    assert ticks.max() <= right + 2
    middle = (left + right) // 2
    metres = near_m * (far_m / near_m) ** ((middle + 0.5 - left) / (right - left))
    assert np.abs(strip[bar_row, middle] - colours.pixels(np.array([[metres]]))[0, 0]).max() <= 6


def test_maps_of_views_are_put_together_as_one_panorama():
    maps = []
    for one in split(PANORAMA, 8):
        view = one.view.resized(64, 64)
        azimuth_deg, _ = view.direction(*np.meshgrid(np.arange(64) + 0.5, np.arange(64) + 0.5))
        maps.append(distance_map(view, np.where(azimuth_deg > 0, 2.0, 80.0)))
    image = np.asarray(depth_picture(PANORAMA, maps)).astype(int)
    row = 768 // 2
    assert image[row, 300, 0] > image[row, 300, 2]
    assert image[row, 1200, 0] < image[row, 1200, 2]


@pytest.mark.parametrize("metres", [np.full((8, 16), np.inf), np.full((8, 16), 3.0)])
def test_all_sky_or_all_one_distance_can_be_drawn(metres):
    image = depth_picture(PANORAMA, [distance_map(PANORAMA.view.resized(16, 8), metres)])
    assert image.width == 1536
    assert image.height > 768


@pytest.mark.parametrize("picture", [PHOTO, PORTRAIT, grey("perspective", 100, 390, hfov_deg=20.0)])
def test_the_legend_of_a_slim_picture_stays_inside_it(picture):
    unseen = np.zeros(picture.pixels.shape[:2], bool)
    unseen[:20] = True
    metres = np.full((40, 40), 5.0)
    metres[:20] = np.inf
    view = picture.view.resized(40, 40 * picture.view.height_px // picture.view.width_px)
    metres = np.full((view.height_px, view.width_px), 5.0)
    metres[: view.height_px // 2] = np.inf
    photo = grey("perspective", *picture.pixels.shape[1::-1], hfov_deg=picture.view.hfov_deg, unseen=unseen)
    image = np.asarray(depth_picture(photo, [distance_map(view, metres)])).astype(int)
    legend = image[round(image.shape[1] * picture.view.height_px / picture.view.width_px) + 2 :]
    assert legend[:, -4:].sum(axis=-1).max() < 120


def test_without_maps_nothing_is_measured():
    image = np.asarray(depth_picture(PANORAMA, [])).astype(int)
    assert (image[:768] == UNMEASURED).all()
