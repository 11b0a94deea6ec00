from dataclasses import replace

import cv2
import numpy as np
import pytest

from server.perception.detector.boxes import overlaps
from server.perception.detector.feature_grid import feature_grid, weighted_features
from server.perception.detector.sight import Sight, sight
from server.pipeline.views import Picture, split
from tests.server.perception.detector.pictures import edges_px, panorama, photograph, surest


@pytest.fixture(scope="module")
def quay(panoramas):
    """A quay with people on it, 1024 × 512."""
    return cv2.imread(str(panoramas / "venice_sunset.jpg"))[..., ::-1]


@pytest.fixture(scope="module")
def seen(quay) -> Sight:
    return sight(panorama(quay))


@pytest.fixture(scope="module")
def photo(quay) -> Picture:
    """90° of it, about 90° to the left."""
    return split(panorama(quay), 8)[2]


def placed(found: Sight, *, turned_px: int = 0, mirrored: bool = False):
    """The detections as they would be, had the picture not been mirrored and then turned to the right."""
    width_px = found.view.width_px
    answers = []
    for detection in found.detections:
        left_px, top_px, right_px, bottom_px = edges_px(detection) - [turned_px, 0, turned_px, 0]
        if mirrored:
            left_px, right_px = width_px - right_px, width_px - left_px
        shift_px = left_px // width_px * width_px
        edges = np.round([left_px - shift_px, top_px, right_px - shift_px, bottom_px], 3)
        answers.append((detection.name, round(detection.confidence, 6), *edges))
    return sorted(answers)


def test_people_on_a_quay_are_found(seen) -> None:
    for at_deg in (-113, -128, 78):
        assert surest(seen, "person", at_deg=at_deg, within_deg=2) > 0.9


@pytest.mark.parametrize("turned_px", [1, 731])
def test_a_turned_panorama_shows_the_same_things_turned(quay, seen, turned_px) -> None:
    turned = sight(panorama(np.roll(quay, turned_px, axis=1)))
    assert placed(turned, turned_px=turned_px) == placed(seen)


def test_a_mirrored_panorama_shows_the_same_things_mirrored(quay, seen) -> None:
    assert placed(sight(panorama(quay[:, ::-1])), mirrored=True) == placed(seen)


def test_a_thing_across_the_seam_is_one_box_that_goes_on_beyond_it(quay) -> None:
    # The person at 78° comes to stand at 180°.
    found = sight(panorama(np.roll(quay, -round((180 - 77.7) / 360 * 1024), axis=1)))
    assert any(
        detection.name == "person" and detection.confidence > 0.9 and detection.box.right_px > 1024
        for detection in found.detections
    )
    assert all(0 <= detection.box.left_px < 1024 for detection in found.detections)


def test_twice_the_pixels_show_the_same_things(quay, seen) -> None:
    """What is sure keeps more than half of its box, and its confidence within 0.15."""
    twice = sight(panorama(cv2.resize(quay, (2048, 1024), interpolation=cv2.INTER_LINEAR)))
    for detection in seen.detections:
        if detection.confidence > 0.9:
            others = [other for other in twice.detections if other.name == detection.name]
            shared = overlaps(2 * edges_px(detection), np.array([edges_px(other) for other in others]), around_px=2048)
            near = [other.confidence for other, share in zip(others, shared, strict=True) if share > 0.5]
            assert max(near) == pytest.approx(detection.confidence, abs=0.15)


def test_a_person_at_25_m_is_found_in_4096_pixels(quay) -> None:
    """1.7 m tall, seen from 2 m above the ground: 3.9° tall, and 4.6° down to the feet."""
    tall_px, down_px, middle = round(3.9 / 360 * 4096), round(4.6 / 360 * 4096), 2100
    person = quay[255:297, 280:302]
    height_px = round(tall_px * len(person) / 40)
    small = cv2.resize(person, (round(height_px * 22 / 42), height_px), interpolation=cv2.INTER_CUBIC)
    pixels = cv2.resize(quay, (4096, 2048), interpolation=cv2.INTER_LINEAR)
    foot = 1024 + down_px
    pixels[foot - height_px : foot, middle - small.shape[1] // 2 :][:, : small.shape[1]] = small
    at_deg = 180 - middle / 4096 * 360
    assert surest(sight(panorama(pixels)), "person", at_deg=at_deg, within_deg=1.5) > 0.5


def test_neither_grey_nor_noise_shows_anything() -> None:
    noise = np.random.default_rng(8).integers(0, 256, (256, 512, 3)).astype(np.uint8)
    for pixels in (np.full((256, 512, 3), 128, np.uint8), noise):
        assert not [detection for detection in sight(panorama(pixels)).detections if detection.confidence > 0.3]


def test_a_photograph_shows_what_the_panorama_shows_there(photo) -> None:
    found = sight(photo)
    assert surest(found, "person", at_deg=78, within_deg=3) > 0.8
    for detection in found.detections:
        left_px, top_px, right_px, bottom_px = edges_px(detection)
        assert 0 <= left_px <= right_px <= photo.view.width_px
        assert 0 <= top_px <= bottom_px <= photo.view.height_px


def test_a_mirrored_photograph_shows_the_same_things_mirrored(photo) -> None:
    mirrored = Picture(pixels=np.ascontiguousarray(photo.pixels[:, ::-1]), view=photo.view)
    assert placed(sight(mirrored), mirrored=True) == placed(sight(photo))


def test_the_smallest_pictures_are_looked_at() -> None:
    assert sight(panorama(np.zeros((8, 16, 3), np.uint8))).features[0].shape[1:] == (256, 512)
    assert sight(photograph(np.zeros((3, 4, 3), np.uint8), hfov_deg=60)).detections == ()


def test_features_turn_with_the_picture(quay, seen) -> None:
    generator = np.random.default_rng(5)
    weights = [generator.normal(size=(2, len(maps))).astype(np.float32) for maps in seen.features]
    # 512 columns of the grid: two pixels to a column.
    turned = weighted_features(sight(panorama(np.roll(quay, 300, axis=1))), weights)
    np.testing.assert_allclose(np.roll(turned, -150, axis=2), weighted_features(seen, weights), rtol=1e-3, atol=1e-2)


def test_weighting_at_each_stride_is_weighting_the_grid(seen) -> None:
    generator = np.random.default_rng(5)
    # The grid of all features is large; those of one stride will do.
    finest = replace(seen, features=seen.features[:1])
    weights = [generator.normal(size=(2, len(finest.features[0]))).astype(np.float32)]
    expected = np.tensordot(weights[0], feature_grid(finest).astype(np.float32), axes=1)
    assert expected.shape == (2, 256, 512)
    np.testing.assert_allclose(weighted_features(finest, weights), expected, rtol=0.02, atol=0.05)
