import io

import numpy as np
import pytest
from PIL import Image

from protocol.errors import InputError
from server.pipeline.picture.image import read_picture

SIZE = (512, 256)


def scene():
    """A picture without an even spot, so that every row takes bytes."""
    noise = np.random.default_rng(7).uniform(-25, 25, (SIZE[1], SIZE[0], 1))
    columns, rows = np.meshgrid(np.linspace(30, 220, SIZE[0]), np.linspace(40, 200, SIZE[1]))
    return np.clip(np.stack([columns, rows, 255 - columns], axis=-1) + noise, 0, 255).astype(np.uint8)


def jpeg(mode="RGB", **options):
    file = io.BytesIO()
    Image.fromarray(scene()).convert(mode).save(file, "JPEG", quality=92, **options)
    return file.getvalue()


KINDS = {
    "baseline": {},
    "4:4:4": {"subsampling": 0},
    "restarts": {"restart_marker_rows": 1},
    "progressive": {"progressive": True},
    "grey": {"mode": "L"},
    "inks": {"mode": "CMYK"},
}


def read(tmp_path, raw):
    path = tmp_path / "picture.jpg"
    path.write_bytes(raw)
    return read_picture(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lacking", [1, 2])
def test_a_file_without_its_end_is_the_same_picture_with_a_notice(tmp_path, kind, lacking):
    raw = jpeg(**KINDS[kind])
    whole, cut = read(tmp_path, raw), read(tmp_path, raw[:-lacking])
    assert not whole.notices
    assert "cut short" in " ".join(cut.notices)
    np.testing.assert_array_equal(cut.pixels, whole.pixels)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"progressive"}))
def test_a_few_missing_rows_are_told_and_go_on_as_the_last_one(tmp_path, kind):
    raw = jpeg(**KINDS[kind])
    whole, cut = read(tmp_path, raw), read(tmp_path, raw[:-200])
    assert "of 256 rows are missing" in " ".join(cut.notices)
    np.testing.assert_array_equal(cut.pixels[:200], whole.pixels[:200])
    np.testing.assert_array_equal(cut.pixels[-1], cut.pixels[-2])
    # Flat grey is what a decoder paints where it has nothing.
    assert cut.pixels[-1].std() > 10


def test_the_finest_detail_of_a_progressive_picture_may_be_missing(tmp_path):
    raw = jpeg(progressive=True)
    whole, cut = read(tmp_path, raw), read(tmp_path, raw[: -len(raw) // 20])
    assert "finest detail" in " ".join(cut.notices)
    assert 0.0 < np.abs(cut.pixels.astype(int) - whole.pixels.astype(int)).mean() < 1.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.5, 0.25, 0.02])
def test_a_file_that_lacks_much_is_damaged(tmp_path, kind, share):
    raw = jpeg(**KINDS[kind])
    with pytest.raises(InputError, match="is damaged or cut short"):
        read(tmp_path, raw[: int(share * len(raw))])


def test_a_lying_picture_lacks_what_was_its_last_rows(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    raw = jpeg(exif=exif)
    whole, cut = read(tmp_path, raw), read(tmp_path, raw[:-200])
    assert whole.pixels.shape == cut.pixels.shape == (512, 256, 3)
    # Stored rows are columns from the right.
    np.testing.assert_array_equal(cut.pixels[:, 56:], whole.pixels[:, 56:])
    np.testing.assert_array_equal(cut.pixels[:, 0], cut.pixels[:, 1])
