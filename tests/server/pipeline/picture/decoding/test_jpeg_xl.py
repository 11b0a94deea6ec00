import io

import pytest
from PIL import Image

from server.pipeline.picture.decoding.jpeg_xl import jxl_size
from server.pipeline.picture.image import read_picture

pytest.importorskip("pillow_jxl")

HEADING = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r GPano:PoseHeadingDegrees="72"/></x:xmpmeta>'


def jxl(size, **options):
    file = io.BytesIO()
    Image.new("RGB", size, (90, 120, 150)).save(file, "JXL", **options)
    return file.getvalue()


@pytest.mark.parametrize("size", [(64, 32), (64, 64), (400, 300), (333, 777), (160, 90), (2048, 1024), (9000, 17)])
@pytest.mark.parametrize("in_container", [True, False])
def test_the_size_is_in_the_header(size, in_container):
    assert jxl_size(jxl(size, use_container=in_container)[:300]) == size


@pytest.mark.parametrize("raw", [b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40)])
def test_a_header_without_a_size_is_told(raw):
    with pytest.raises(ValueError, match="no size"):
        jxl_size(raw)


def test_xmp_of_the_container_is_read(tmp_path):
    path = tmp_path / "a.jxl"
    path.write_bytes(jxl((64, 32), xmp=HEADING))
    assert read_picture(path).heading_deg == 72.0


def test_pixels_that_come_upright_are_not_turned_again(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.jxl"
    path.write_bytes(jxl((64, 32), exif=exif.tobytes()))
    assert read_picture(path).pixels.shape == (32, 64, 3)


@pytest.mark.filterwarnings("ignore:Using JPEG reconstruction")
def test_a_jpeg_within_is_turned_as_its_exif_says(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 32)).save(tmp_path / "a.jpg", exif=exif, xmp=HEADING)
    with Image.open(tmp_path / "a.jpg") as image:
        image.save(tmp_path / "a.jxl")
    picture = read_picture(tmp_path / "a.jxl")
    assert picture.pixels.shape == (64, 32, 3)
    assert picture.heading_deg == 72.0
