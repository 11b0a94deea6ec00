import io
import sys

import numpy as np
import pytest
from PIL import Image

from protocol.errors import InputError
from server.api.http.uploads import keep_upload
from server.pipeline.picture import formats, limits
from server.pipeline.picture.decoding.file import decoded_file, picture_size_px
from server.pipeline.picture.image import read_picture

BY_ITSELF = {"AVIF": "AVIF", "GIF": "GIF", "BMP": "BMP", "JPEG 2000": "JPEG2000", "QOI": "QOI", "PPM": "PPM"}
PLUGGED_IN = {"HEIC": ("HEIF", "pillow_heif", "heic"), "JPEG XL": ("JXL", "pillow_jxl", "jxl")}


def ramp(width=64, height=32):
    return np.repeat(np.linspace(0, 255, width).astype(np.uint8)[None, :, None], height, axis=0).repeat(3, axis=2)


def encoded(kind, **options):
    file = io.BytesIO()
    Image.fromarray(ramp()).save(file, kind, **options)
    return file.getvalue()


def plugged_in(name):
    """A picture in a format of an extra; skips where that isn't installed."""
    kind, package, _ = PLUGGED_IN[name]
    module = pytest.importorskip(package)
    if name == "HEIC":
        module.register_heif_opener()
    return encoded(kind, quality=95)


def sample(name):
    return plugged_in(name) if name in PLUGGED_IN else encoded(BY_ITSELF[name])


@pytest.mark.parametrize("name", [*BY_ITSELF, *PLUGGED_IN])
def test_every_format_is_read_and_may_be_uploaded(tmp_path, name):
    raw = sample(name)
    path = tmp_path / "picture"
    path.write_bytes(raw)
    assert picture_size_px(path) == (64, 32)
    np.testing.assert_allclose(read_picture(path).pixels.astype(int), ramp(), atol=14)
    keep_upload(io.BytesIO(raw), tmp_path / "upload")
    assert (tmp_path / "upload").read_bytes() == raw


@pytest.mark.parametrize("name", PLUGGED_IN)
def test_without_its_extra_a_format_is_named_with_the_remedy(tmp_path, monkeypatch, name):
    raw = plugged_in(name)
    _, package, extra = PLUGGED_IN[name]
    path = tmp_path / "IMG_0042"
    path.write_bytes(raw)
    monkeypatch.setitem(sys.modules, package, None)
    for read in (read_picture, picture_size_px):
        with pytest.raises(InputError) as error:
            read(path)
        assert f"is a {name} picture" in str(error.value)
        assert extra in error.value.remedy
        assert "JPEG" in error.value.remedy


@pytest.mark.parametrize("name", [*PLUGGED_IN, "AVIF", "JPEG 2000"])
@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_a_damaged_file_is_damaged_whatever_its_format(tmp_path, name, share):
    raw = sample(name)
    path = tmp_path / "picture"
    path.write_bytes(raw[: int(share * len(raw))])
    with pytest.raises(InputError, match="is damaged"):
        read_picture(path)


def test_what_only_looks_like_a_picture_is_none(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(64))
    with pytest.raises(InputError, match="is not a picture"):
        read_picture(path)


def test_a_large_jpeg_xl_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = tmp_path / "picture.jxl"
    path.write_bytes(plugged_in("JPEG XL"))
    monkeypatch.setattr(limits, "_LARGEST_PX", 64 * 32 - 1)
    monkeypatch.setattr(formats.Image, "open", None)
    for read in (decoded_file, picture_size_px):
        with pytest.raises(InputError, match="million pixels"):
            read(path)


def test_a_small_panorama_says_that_little_can_be_told(tmp_path):
    for width, words in ((128, "only 128 pixels wide"), (256, "")):
        path = tmp_path / f"{width}.png"
        Image.fromarray(ramp(width, width // 2)).save(path)
        assert words in " ".join(read_picture(path).notices)
        assert bool(read_picture(path).notices) == bool(words)
