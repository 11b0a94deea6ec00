"""Writes pictures of Street View as JPEG files with their copyright and their orientation.

The pose is in XMP, as Google's Photo Sphere XMP Metadata say (namespace GPano); the rights are in XMP (Dublin Core)
and EXIF; a photograph's lens and direction are in EXIF.
"""

from __future__ import annotations

import math
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import Image

from server.files.atomic import replacing
from server.streetview.panorama import Panorama
from server.streetview.static import Photograph

_QUALITY = 92
_COPYRIGHT, _EXIF_IFD, _GPS_IFD = 0x8298, 0x8769, 0x8825
_FOCAL_LENGTH_35MM, _DIAGONAL_35MM = 0xA405, 43.267
_DIRECTION_REFERENCE, _DIRECTION = 0x10, 0x11

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
{fields}
   <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def write_panorama(path: Path, image: Image.Image, panorama: Panorama) -> None:
    """Write a stitched panorama.

    Args:
        path: the JPEG file to write.
        image: the whole RGB picture, of shape (W, H).
        panorama: its metadata.

    Raises:
        InputError: the file can't be written.
    """
    width_px, height_px = (str(size) for size in image.size)
    # Google's tilt is 90 where the camera is level; GPano's pitch is 0 there and grows upwards.
    pitch_deg = None if panorama.tilt_deg is None else panorama.tilt_deg - 90.0
    roll_deg = None if panorama.roll_deg is None else math.remainder(panorama.roll_deg, 360.0)
    heading_deg = None if panorama.heading_deg is None else panorama.heading_deg % 360.0
    fields = {
        "GPano:UsePanoramaViewer": "True",
        "GPano:ProjectionType": "equirectangular",
        "GPano:PoseHeadingDegrees": _number(heading_deg),
        "GPano:PosePitchDegrees": _number(pitch_deg),
        "GPano:PoseRollDegrees": _number(roll_deg),
        "GPano:CroppedAreaImageWidthPixels": width_px,
        "GPano:CroppedAreaImageHeightPixels": height_px,
        "GPano:FullPanoWidthPixels": width_px,
        "GPano:FullPanoHeightPixels": height_px,
        "GPano:CroppedAreaLeftPixels": "0",
        "GPano:CroppedAreaTopPixels": "0",
        "photoshop:DateCreated": panorama.date,
        "dc:identifier": panorama.pano_id,
    }
    with replacing(path) as scratch:
        image.save(
            scratch,
            "JPEG",
            quality=_QUALITY,
            xmp=_xmp(fields, panorama.copyright),
            exif=_rights(panorama.copyright),
        )


def write_photograph(path: Path, photograph: Photograph) -> None:
    """Write a photograph with the quality that Google encoded it with, so that next to nothing is lost.

    EXIF gives the focal length in whole millimetres, so the field of view read from it may be a few per cent off.

    Raises:
        InputError: the file can't be written.
    """
    exif = _rights(photograph.copyright)
    width_px, height_px = photograph.image.size
    width_mm = _DIAGONAL_35MM * width_px / math.hypot(width_px, height_px)
    focal_mm = width_mm / 2.0 / math.tan(math.radians(photograph.hfov_deg) / 2.0)
    exif.get_ifd(_EXIF_IFD)[_FOCAL_LENGTH_35MM] = round(focal_mm)
    exif.get_ifd(_GPS_IFD).update({_DIRECTION_REFERENCE: "T", _DIRECTION: photograph.heading_deg})
    fields = {"photoshop:DateCreated": photograph.date, "dc:identifier": photograph.pano_id}
    with replacing(path) as scratch:
        photograph.image.save(scratch, "JPEG", quality="keep", xmp=_xmp(fields, photograph.copyright), exif=exif)


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 6):.10g}"


def _xmp(fields: dict[str, str], rights: str) -> bytes:
    """An XMP packet of those fields that have a value."""
    lines = "\n".join(f"   <{name}>{escape(value)}</{name}>" for name, value in fields.items() if value)
    return _PACKET.format(fields=lines, rights=escape(rights)).encode()


def _rights(rights: str) -> Image.Exif:
    exif = Image.Exif()
    if rights:
        # UTF-8, as the Metadata Working Group has it: Pillow would make a question mark of the ©.
        exif[_COPYRIGHT] = rights.encode()
    return exif
