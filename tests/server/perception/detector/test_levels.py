import numpy as np
import pytest

from server.perception.detector.levels import Level, other_levels, tiles, whole_level
from server.perception.detector.network import COARSEST_STRIDE
from server.pipeline.views import View


def panorama(width_px: int) -> View:
    return View(name="panorama", projection="equirectangular", width_px=width_px, height_px=width_px // 2)


def photograph(width_px: int, height_px: int, *, hfov_deg: float) -> View:
    return View(name="photograph", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=hfov_deg)


def level_widths(view: View) -> list[int]:
    return [whole_level(view).width_px, *(level.width_px for level in other_levels(view))]


@pytest.mark.parametrize("width_px", [300, 1024, 4096, 16384])
def test_a_panorama_is_looked_at_alike_however_many_pixels_it_has(width_px) -> None:
    assert level_widths(panorama(width_px)) == [2048, 1024, 4096]


def test_a_person_at_25_m_is_whole_in_the_finest_level() -> None:
    """From eyes at 1.5 m and on a mast of 2.5 m: the feet at -5.7°, the head at 0.5°."""
    finest = other_levels(panorama(8192))[-1]
    assert finest.top_px <= (90 - 0.5) / 180 * 4096
    assert finest.bottom_px >= (90 + 5.7) / 180 * 4096


@pytest.mark.parametrize("width_px", [200, 4000])
def test_a_photograph_is_looked_at_by_its_field_of_view(width_px) -> None:
    # 2048 / 2π pixels to a radian, and twice tan(80° / 2) of those across.
    assert level_widths(photograph(width_px, width_px * 3 // 4, hfov_deg=80)) == [547, 274, 1094]


def test_a_telephotograph_is_no_smaller_than_what_the_network_was_trained_on() -> None:
    assert level_widths(photograph(1600, 1200, hfov_deg=10))[0] == 416
    assert level_widths(photograph(1200, 1600, hfov_deg=10))[0] == 312


@pytest.mark.parametrize("view", [panorama(300), panorama(2048), photograph(700, 500, hfov_deg=70)])
def test_each_column_of_a_level_is_one_tile_s_own(view) -> None:
    posed = np.zeros((view.height_px, view.width_px, 3), np.uint8)
    for level in (whole_level(view), *other_levels(view)):
        cut = list(tiles(level, posed))
        assert [cut[0].start_px, *(tile.stop_px for tile in cut)] == [
            *(tile.start_px for tile in cut),
            level.width_px,
        ]
        for tile in cut:
            height_px, width_px = tile.pixels.shape[:2]
            assert height_px % COARSEST_STRIDE == width_px % COARSEST_STRIDE == 0
            assert tile.left_px <= tile.start_px
            assert tile.stop_px <= tile.left_px + width_px


def test_tiles_of_a_panorama_go_on_across_its_seam() -> None:
    view = panorama(2048)
    columns = np.broadcast_to((np.arange(2048) // 8).astype(np.uint8)[None, :, None], (1024, 2048, 3))
    level: Level = whole_level(view)
    for tile in tiles(level, np.ascontiguousarray(columns)):
        shown = (np.arange(tile.pixels.shape[1]) + tile.left_px) % 2048 // 8
        np.testing.assert_array_equal(tile.pixels[512, :, 0], shown)
