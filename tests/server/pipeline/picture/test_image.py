import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from protocol.errors import InputError
from server.pipeline.picture import limits
from server.pipeline.picture.decoding.file import picture_size_px
from server.pipeline.picture.image import read_picture

ORANGE = (230, 120, 30)


def gradient(width=64, height=32):
    """Bright to the right, green downwards: a picture whose every rotation and channel swap would show."""
    columns, rows = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([columns, rows, np.full_like(rows, 60)], axis=-1).astype(np.uint8)


def saved(path, pixels=None, *, mode=None, **options):
    image = Image.fromarray(gradient() if pixels is None else pixels)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def plain(colour, size=(64, 32)):
    return Image.new("RGB", size, colour)


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp", "bmp", "ppm"])
def test_lossless_kinds_keep_every_pixel(tmp_path, suffix):
    options = {"lossless": True} if suffix == "webp" else {}
    picture = read_picture(saved(tmp_path / f"a.{suffix}", **options))
    np.testing.assert_array_equal(picture.pixels, gradient())


def test_a_panorama_is_known_by_its_shape(tmp_path):
    assert read_picture(saved(tmp_path / "a.png", gradient(64, 32))).view.projection == "equirectangular"
    assert read_picture(saved(tmp_path / "b.png", gradient(401, 200))).view.projection == "equirectangular"
    view = read_picture(saved(tmp_path / "c.png", gradient(60, 40))).view
    assert (view.projection, view.hfov_deg) == ("perspective", 65.0)


def test_the_users_field_of_view_goes_before_exif_and_exif_before_the_default(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 28
    path = saved(tmp_path / "a.jpg", gradient(60, 40), exif=exif)
    # A 28 mm lens on 36 × 24 mm: 2 atan(18 / 28).
    assert read_picture(path).view.hfov_deg == pytest.approx(65.47, abs=0.01)
    assert read_picture(path, hfov_deg=90.0).view.hfov_deg == 90.0


def test_a_portrait_is_narrower_than_a_landscape_of_the_same_lens(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 28
    path = saved(tmp_path / "a.jpg", gradient(40, 60), exif=exif)
    # 2 atan(12 / 28)
    assert read_picture(path).view.hfov_deg == pytest.approx(46.40, abs=0.01)


@pytest.mark.parametrize("focal", [0, 65535, -3])
def test_an_impossible_focal_length_is_none(tmp_path, focal):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = max(focal, 0)
    assert read_picture(saved(tmp_path / "a.jpg", gradient(60, 40), exif=exif)).view.hfov_deg == 65.0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_rotation_is_upright(tmp_path, orientation):
    stored = Image.fromarray(gradient(60, 40))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that a viewer undoes
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png").pixels, gradient(60, 40))


def test_sixteen_bit_colour_keeps_its_upper_half(tmp_path):
    values = gradient().astype(np.uint16) * 257
    for name in ("a.png", "a.tiff"):
        cv2.imwrite(str(tmp_path / name), values[..., ::-1])
        np.testing.assert_allclose(read_picture(tmp_path / name).pixels.astype(int), gradient(), atol=1)


def test_sixteen_bit_grey_is_not_clipped_white(tmp_path):
    grey = (np.linspace(0, 65535, 64)[None, :] * np.ones((32, 1))).astype(np.uint16)
    for name in ("a.png", "a.tiff"):
        cv2.imwrite(str(tmp_path / name), grey)
        pixels = read_picture(tmp_path / name).pixels
        np.testing.assert_allclose(pixels[16, :, 1].astype(int), np.linspace(0, 255, 64), atol=1.5)


def test_radiance_is_tone_mapped_and_keeps_its_order_and_hue(tmp_path):
    radiance = np.zeros((32, 64, 3), np.float32)
    radiance[..., 2] = np.geomspace(1e-3, 1e3, 64)  # red, over six decades
    cv2.imwrite(str(tmp_path / "a.hdr"), radiance)
    picture = read_picture(tmp_path / "a.hdr")
    red = picture.pixels[16, :, 0].astype(int)
    assert picture.view.projection == "equirectangular"
    assert np.all(np.diff(red) >= 0)
    assert red[0] < 20
    assert red[-1] > 200
    assert picture.pixels[..., 1:].max() <= 5


def test_exposure_of_radiance_does_not_matter(tmp_path):
    radiance = np.random.default_rng(0).uniform(0.1, 1.0, (32, 64, 3)).astype(np.float32)
    for name, exposure in (("a.hdr", 1.0), ("b.hdr", 64.0)):
        cv2.imwrite(str(tmp_path / name), radiance * exposure)
    a, b = (read_picture(tmp_path / name).pixels.astype(int) for name in ("a.hdr", "b.hdr"))
    assert np.abs(a - b).max() <= 1


def test_floating_point_tiff_is_radiance(tmp_path):
    cv2.imwrite(str(tmp_path / "a.tiff"), np.full((32, 64, 3), (0.1, 0.2, 0.4), np.float32))
    red, green, blue = read_picture(tmp_path / "a.tiff").pixels[16, 32]
    assert red > green > blue


def test_cmyk_looks_like_its_colour(tmp_path):
    plain(ORANGE).convert("CMYK").save(tmp_path / "a.jpg", quality=98)
    np.testing.assert_allclose(read_picture(tmp_path / "a.jpg").pixels[16, 32].astype(int), ORANGE, atol=8)


def test_transparent_parts_are_black_whatever_colour_hides_there(tmp_path):
    pixels = np.dstack([np.full((32, 64, 3), ORANGE, np.uint8), np.full((32, 64), 255, np.uint8)])
    pixels[20:, :, 3] = 0
    picture = read_picture(saved(tmp_path / "a.png", pixels))
    assert tuple(picture.pixels[5, 5]) == ORANGE
    assert tuple(picture.pixels[25, 5]) == (0, 0, 0)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA"])
def test_every_other_mode_is_read(tmp_path, mode):
    picture = read_picture(saved(tmp_path / "a.png", mode=mode))
    assert picture.pixels.shape == (32, 64, 3)
    assert picture.pixels[:, -8:].mean() > picture.pixels[:, :8].mean()


def test_another_colour_profile_is_converted_to_srgb(tmp_path):
    linear_in_blue = ImageCms.createProfile("LAB")
    bgr_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain(ORANGE).save(tmp_path / "same.png", icc_profile=bgr_like)
    assert tuple(read_picture(tmp_path / "same.png").pixels[0, 0]) == ORANGE
    # A profile that does not fit the pixels is no reason to refuse them.
    plain(ORANGE).save(tmp_path / "odd.png", icc_profile=ImageCms.ImageCmsProfile(linear_in_blue).tobytes())
    assert tuple(read_picture(tmp_path / "odd.png").pixels[0, 0]) == ORANGE


def test_a_wide_panorama_is_read_at_a_size_that_stages_look_at(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_WIDTH_PX", 64)
    for name in ("a.png", "a.jpg"):
        picture = read_picture(saved(tmp_path / name, np.repeat(np.repeat(gradient(), 4, axis=0), 4, axis=1)))
        assert picture.pixels.shape == (32, 64, 3)
        np.testing.assert_allclose(picture.pixels.astype(int), gradient(), atol=12)


def test_a_sixteen_thousand_pixel_panorama_is_read(tmp_path):
    plain(ORANGE, (16384, 8192)).save(tmp_path / "a.jpg", quality=60)
    picture = read_picture(tmp_path / "a.jpg")
    assert picture.view.width_px == 8192
    np.testing.assert_allclose(picture.pixels[4000, 4000].astype(int), ORANGE, atol=4)


def test_the_name_of_a_picture_is_its_content(tmp_path):
    a = read_picture(saved(tmp_path / "a.png"))
    same = read_picture(saved(tmp_path / "b.tiff"))
    other = read_picture(saved(tmp_path / "c.png", gradient()[::-1]))
    assert a.sha256 == same.sha256 != other.sha256
    photo = saved(tmp_path / "d.png", gradient(60, 40))
    assert read_picture(photo).sha256 != read_picture(photo, hfov_deg=90.0).sha256


def bomb():
    """A PNG that says 60,000 × 60,000 pixels in its header."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def tiff_bomb():
    """A 16-bit RGB TIFF, as Pillow doesn't take it, of 60,000 × 60,000 pixels."""
    entries = [(256, 4, 1, 60_000), (257, 4, 1, 60_000), (258, 3, 1, 16), (262, 3, 1, 99), (277, 3, 1, 3)]
    fields = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + fields + struct.pack("<I", 0)


def encoded(suffix):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (128, 256, 3)).astype(np.uint8)).save(buffer, suffix)
    return buffer.getvalue()


BAD = {
    "empty": (b"", "empty"),
    "text": (b"hello, this is a letter and no picture", "not a picture"),
    "png cut short": (encoded("png")[:3000], "damaged"),
    "jpeg cut short": (encoded("jpeg")[:3000], "damaged"),
    "webp cut short": (encoded("webp")[:300], "damaged"),
    "png bomb": (bomb(), "million pixels"),
    "tiff bomb": (tiff_bomb(), "million pixels"),
    "tiff of nothing": (b"II*\x00\x08\x00\x00\x00", "damaged"),
    "radiance bomb": (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 90000 +X 90000\n", "million pixels"),
    "radiance cut short": (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 32 +X 64\n\x02\x02", "damaged"),
    "radiance without a size": (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "damaged"),
}


@pytest.mark.parametrize(("content", "told"), BAD.values(), ids=BAD.keys())
def test_a_file_that_is_no_picture_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_picture(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_picture(tmp_path / "nowhere.jpg")
    with pytest.raises(InputError, match="folder"):
        read_picture(tmp_path)


@pytest.mark.parametrize(("size", "told"), [((500, 100), "strip"), ((100, 500), "strip"), ((20, 10), "only 20")])
def test_an_impossible_shape_is_told(tmp_path, size, told):
    plain(ORANGE, size).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=told):
        read_picture(tmp_path / "a.png")


def test_any_cut_of_a_picture_is_either_read_or_told(tmp_path):
    whole = encoded("png")
    for length in range(1, len(whole), 5003):
        (tmp_path / "a.png").write_bytes(whole[:length])
        with pytest.raises(InputError):
            read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".hdr"])
def test_the_size_of_a_picture_is_known_before_it_is_decoded(tmp_path, suffix):
    path = tmp_path / f"picture{suffix}"
    if suffix == ".hdr":
        cv2.imwrite(str(path), np.ones((20, 40, 3), np.float32))
    else:
        Image.new("RGB", (40, 20)).save(path)
    assert picture_size_px(path) == (40, 20)


def test_a_deep_tiff_has_a_size_too(tmp_path):
    path = tmp_path / "deep.tif"
    cv2.imwrite(str(path), np.ones((20, 40, 3), np.float32))
    assert picture_size_px(path) == (40, 20)


def test_a_radiance_picture_that_was_scanned_by_columns_has_its_size(tmp_path):
    path = tmp_path / "tall.hdr"
    path.write_bytes(b"#?RADIANCE\n\n+X 40 -Y 20\n")
    assert picture_size_px(path) == (40, 20)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello", "is not a picture"),
        (b"GIF89a" + b"\1\0" * 8, "is not a picture"),
        (b"#?RADIANCE\n\n-Y 99999 +X 99999\n", "million pixels"),
        (b"#?RADIANCE\n", "damaged"),
        (b"\xff\xd8\xff", "is (not a picture|damaged)"),
        (b"", "is empty"),
    ],
)
def test_what_has_no_size_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as error:
        picture_size_px(path)
    assert "\n" not in str(error.value)


def test_a_size_that_is_not_read_is_refused_by_the_header(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    Image.new("RGB", (40, 20)).save(path)
    monkeypatch.setattr(limits, "_LARGEST_PX", 799)
    with pytest.raises(InputError, match="million pixels"):
        picture_size_px(path)


def xmp(form="attribute", **properties):
    if form == "attribute":
        inside = "".join(f' GPano:{name}="{value}"' for name, value in properties.items())
        inside = f"<rdf:Description{inside}/>"
    else:
        inside = "".join(f"<GPano:{name}>{value}</GPano:{name}>\n" for name, value in properties.items())
        inside = f"<rdf:Description>{inside}</rdf:Description>"
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{inside}</rdf:RDF></x:xmpmeta>'.encode()


def gps(direction, reference="T"):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({0x10: reference, 0x11: direction})
    return exif


CROP = {
    "ProjectionType": "equirectangular",
    "FullPanoWidthPixels": 128,
    "FullPanoHeightPixels": 64,
    "CroppedAreaImageWidthPixels": 64,
    "CroppedAreaImageHeightPixels": 24,
    "CroppedAreaLeftPixels": 16,
    "CroppedAreaTopPixels": 20,
}


@pytest.mark.parametrize("form", ["attribute", "element"])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
def test_gpano_tells_the_heading_of_every_kind_of_picture(tmp_path, suffix, form):
    packet = xmp(form, UsePanoramaViewer="True", PoseHeadingDegrees="211.25", PosePitchDegrees="3.5")
    if suffix == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        path = saved(tmp_path / "a.png", pnginfo=info)
    elif suffix == "tiff":
        path = saved(tmp_path / "a.tiff", tiffinfo={700: packet})
    else:
        path = saved(tmp_path / f"a.{suffix}", xmp=packet)
    assert read_picture(path).heading_deg == 211.25


@pytest.mark.parametrize(("told", "heading_deg"), [("360", 0.0), ("-90", 270.0), ("-1e-20", 0.0), ("0.0", 0.0)])
def test_a_heading_lies_in_the_range_of_a_scene(tmp_path, told, heading_deg):
    assert read_picture(saved(tmp_path / "a.jpg", xmp=xmp(PoseHeadingDegrees=told))).heading_deg == heading_deg


@pytest.mark.parametrize("told", ["", "north", "nan", "inf", "720.5", "1e400"])
def test_an_impossible_heading_is_none(tmp_path, told):
    assert read_picture(saved(tmp_path / "a.jpg", xmp=xmp(PoseHeadingDegrees=told))).heading_deg is None


def test_gpano_goes_before_exif_which_tells_else(tmp_path):
    both = saved(tmp_path / "a.jpg", exif=gps(12.5), xmp=xmp(PoseHeadingDegrees="211"))
    assert read_picture(both).heading_deg == 211.0
    assert read_picture(saved(tmp_path / "b.jpg", exif=gps(12.5, "M"))).heading_deg == 12.5
    assert read_picture(saved(tmp_path / "c.jpg")).heading_deg is None


def test_the_json_of_mapillarys_tools_tells_the_heading(tmp_path):
    exif = gps(12.5)
    exif[0x010E] = '{"MAPCompassHeading": {"TrueHeading": 88.5, "MagneticHeading": 80.0}, "MAPCaptureTime": "2020"}'
    assert read_picture(saved(tmp_path / "a.jpg", exif=exif)).heading_deg == 88.5
    exif[0x010E] = "a street in June"
    assert read_picture(saved(tmp_path / "b.jpg", exif=exif)).heading_deg == 12.5


def test_the_heading_is_no_part_of_the_cache_key(tmp_path):
    plain_one, told = saved(tmp_path / "a.jpg"), saved(tmp_path / "b.jpg", xmp=xmp(PoseHeadingDegrees="10"))
    assert read_picture(plain_one).sha256 == read_picture(told).sha256


def test_a_part_of_a_sphere_is_placed_on_it_goes_on_to_the_poles_and_is_black_beside(tmp_path):
    pixels = gradient(64, 24)
    picture = read_picture(saved(tmp_path / "a.webp", pixels, lossless=True, xmp=xmp("element", **CROP)))
    assert (picture.view.projection, picture.view.width_px, picture.view.height_px) == ("equirectangular", 128, 64)
    expected = np.zeros((64, 128, 3), np.uint8)
    expected[20:44, 16:80] = pixels
    expected[:20, 16:80] = pixels[0]
    expected[44:, 16:80] = pixels[-1]
    np.testing.assert_array_equal(picture.pixels, expected)


def test_a_part_across_the_back_goes_on_at_the_left_edge(tmp_path):
    pixels = gradient(64, 24)
    packet = xmp(**{**CROP, "CroppedAreaLeftPixels": 96})
    sphere = read_picture(saved(tmp_path / "a.webp", pixels, lossless=True, xmp=packet)).pixels
    np.testing.assert_array_equal(sphere[20:44, 96:], pixels[:, :32])
    np.testing.assert_array_equal(sphere[20:44, :32], pixels[:, 32:])


def test_a_part_that_was_scaled_since_is_placed_at_its_scale(tmp_path):
    picture = read_picture(saved(tmp_path / "a.webp", gradient(32, 12), lossless=True, xmp=xmp(**CROP)))
    assert picture.pixels.shape == (32, 64, 3)
    np.testing.assert_array_equal(picture.pixels[10:22, 8:40], gradient(32, 12))


def test_a_small_part_of_a_huge_sphere_is_scaled_down_with_it(tmp_path):
    huge = {**CROP, "FullPanoWidthPixels": 10**6, "FullPanoHeightPixels": 500_000}
    picture = read_picture(saved(tmp_path / "a.jpg", gradient(64, 24), xmp=xmp(**huge)))
    assert picture.pixels.shape == (4096, 8192, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"FullPanoWidthPixels": 127},
        {"FullPanoWidthPixels": "128.0", "CroppedAreaTopPixels": " +20 "},
        {"CroppedAreaImageWidthPixels": 0},
        {"CroppedAreaTopPixels": -20},
        {"CroppedAreaTopPixels": 50},
        {"CroppedAreaTopPixels": "x"},
        {"FullPanoHeightPixels": 0},
        {"FullPanoHeightPixels": 24, "CroppedAreaTopPixels": 0},
    ],
)
def test_a_part_is_placed_as_viewers_place_it_in_spite_of_slips(tmp_path, change):
    path = saved(tmp_path / "a.webp", gradient(64, 24), lossless=True, xmp=xmp(**{**CROP, **change}))
    picture = read_picture(path)
    assert picture.pixels.shape == (64, 128, 3)
    np.testing.assert_allclose(picture.pixels[20:44, 16:80].astype(int), gradient(64, 24), atol=9)


@pytest.mark.parametrize("left", ["-1", "nan", "1e308", "128", "x"])
def test_a_part_that_lies_nowhere_is_centred_and_that_is_told(tmp_path, left):
    path = saved(
        tmp_path / "a.webp", gradient(64, 24), lossless=True, xmp=xmp(**{**CROP, "CroppedAreaLeftPixels": left})
    )
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[20:44, 32:96], gradient(64, 24))
    assert any("centred" in notice for notice in picture.notices)
