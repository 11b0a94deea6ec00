"""A scene as sound objects for studios: BW64 (ITU-R BS.2088) with the Audio Definition Model (ITU-R BS.2076-2).

Each source is one mono object with its name, its position and its gain, for whatever loudspeakers or headphones a
renderer has. Nothing is mixed, so a studio can still move and mute every source.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.loudness.levelling import Heard
from binaural.mix.positioned_signal import PositionedSignal, Samples
from binaural.mix.stem import Blocks, mixed, stretches
from protocol.coordinates import wrapped_azimuth_deg
from protocol.scene import Scene, Source
from server.export.encoding import check_space, check_wav
from server.export.options import ExportOptions
from server.export.programme import programme_gain
from server.export.report import QUIET, Report
from server.export.signals import duration_samples, positioned_signals
from server.files.atomic import replacing_content

_BYTES_A_SAMPLE = 3
# BS.2076-2: the type label of objects; and IDs of one's own begin at 1001, hexadecimal.
_OBJECTS = "0003"
_FIRST_ID = 0x1001


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions, report: Report = QUIET) -> None:
    """Write a scene as a BW64 file with an ADM object for each source.

    The samples are those of the clips: what air takes from them is left to whoever mixes. What distance takes is in the
    objects' gains. These have the whole as loud as asked for, or as near as a true peak of −1 dBTP allows, in what a
    microphone for all directions would hear.

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, named .wav.
        options: where the listener looks, how long and how loud.
        report: told how far it is.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the name is not that of a WAV file, or it can't be written.
    """
    check_wav(out, what="ADM")
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    check_space(out, channels=len(signals), length_samples=length_samples)
    tracks = mixed(
        [_Track(signal, channel) for channel, signal in enumerate(signals)],
        channels=len(signals),
        length_samples=length_samples,
    )
    signal_gains = 10.0 ** (np.array([signal.gain_db for signal in signals]) / 20.0)
    metadata = adm_xml(
        scene,
        gains=(_level(tracks, signal_gains, length_samples, options.lufs, report) * signal_gains).tolist(),
        yaw_deg=options.yaw_deg,
    )
    with replacing_content(out) as file:
        write_bw64(
            file,
            report.watched(tracks(), length_samples, "writing"),
            channels=len(signals),
            length_samples=length_samples,
            sample_rate_hz=SAMPLE_RATE_HZ,
            chna=_chna(len(signals)),
            axml=metadata,
        )


@dataclass(frozen=True, slots=True)
class _Track:
    """A source alone in a channel."""

    signal: PositionedSignal
    channel: int

    def add_to(self, block: Samples, begin: int) -> None:
        for to, part in stretches(self.signal.samples, begin, len(block), loop=self.signal.loop):
            block[to : to + len(part), self.channel] += part


def _level(
    tracks: Blocks, signal_gains: NDArray[np.float64], length_samples: int, lufs: float, report: Report
) -> float:
    """The factor that brings all tracks together to a loudness, in what a microphone for all directions would hear."""

    def programme() -> Iterator[Heard]:
        for block in tracks():
            whole = block @ signal_gains.astype(np.float32)[:, None]
            yield Heard(whole, whole)

    gain = programme_gain(
        programme, lufs=lufs, circular=False, length_samples=length_samples, report=report, deepest_db=0.0
    )
    # Without a limiter it is the same all along.
    return float(gain.factors(0, 1)[0])


def adm_xml(scene: Scene, *, gains: list[float], yaw_deg: float = 0.0) -> bytes:
    """The ADM of a scene whose sources are tracks 1, 2 and so on.

    Every object lies at normalised distance 1, with ``absoluteDistance`` saying how many metres that is for it. Under 1
    it would be inside the ring of loudspeakers, where renderers widen it (BS.2127-1, polar extent panner): with one
    scale of 100 m, a dog at 5 m would bark from everywhere.

    Args:
        scene: whose sources, in this order, are the objects.
        gains: a factor for each source.
        yaw_deg: where the listener looks, positive to the left.

    Returns:
        XML in UTF-8, as the axml chunk holds it.
    """
    root = ET.Element("ebuCoreMain", {"xmlns": "urn:ebu:metadata-schema:ebuCore_2014", "xml:lang": "en"})
    adm = root
    for name in ("coreMetadata", "format"):
        adm = ET.SubElement(adm, name)
    adm = ET.SubElement(adm, "audioFormatExtended", {"version": "ITU-R_BS.2076-2"})
    programme = _element(adm, "audioProgramme", "APR_1001", scene.id)
    _reference(programme, "audioContentIDRef", "ACO_1001")
    content = _element(adm, "audioContent", "ACO_1001", scene.id)
    for index, (source, gain) in enumerate(zip(scene.sources, gains, strict=True)):
        _reference(content, "audioObjectIDRef", f"AO_{_FIRST_ID + index:04X}")
        _add_object(adm, index, source, gain, yaw_deg)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _add_object(adm: ET.Element, index: int, source: Source, gain: float, yaw_deg: float) -> None:
    """An object with its own pack, channel, stream and track, of which older readers want all."""
    number = f"{_FIRST_ID + index:04X}"
    name = _printable(source.label)
    uid, pack_id, channel_id, stream_id, track_id = _ids(index)
    typed = {"typeLabel": _OBJECTS, "typeDefinition": "Objects"}
    pcm = {"formatLabel": "0001", "formatDefinition": "PCM"}

    sound = _element(adm, "audioObject", f"AO_{number}", name)
    _reference(sound, "audioPackFormatIDRef", pack_id)
    _reference(sound, "audioTrackUIDRef", uid)

    pack = _element(adm, "audioPackFormat", pack_id, name, **typed)
    _reference(pack, "audioChannelFormatIDRef", channel_id)
    if source.distance_m is not None:
        ET.SubElement(pack, "absoluteDistance").text = _decimal(source.distance_m)

    channel = _element(adm, "audioChannelFormat", channel_id, name, **typed)
    block = ET.SubElement(channel, "audioBlockFormat", {"audioBlockFormatID": f"AB_{channel_id[3:]}_00000001"})
    ambient = source.kind == "ambient"
    azimuth_deg = 0.0 if ambient else float(wrapped_azimuth_deg(source.azimuth_deg - yaw_deg))
    for coordinate, value in (
        ("azimuth", azimuth_deg),
        ("elevation", 0.0 if ambient else source.elevation_deg),
        ("distance", 1.0),
    ):
        ET.SubElement(block, "position", {"coordinate": coordinate}).text = _decimal(value)
    width_deg, height_deg = (360.0, 360.0) if ambient else (source.width_deg, source.height_deg)
    # A point is a point however much of the picture it fills, here as in a mix.
    if source.kind != "point":
        ET.SubElement(block, "width").text = _decimal(width_deg)
        ET.SubElement(block, "height").text = _decimal(height_deg)
    if ambient:
        ET.SubElement(block, "diffuse").text = "1.0"
    ET.SubElement(block, "gain").text = _decimal(gain)

    stream = _element(adm, "audioStreamFormat", stream_id, name, **pcm)
    _reference(stream, "audioChannelFormatIDRef", channel_id)
    _reference(stream, "audioTrackFormatIDRef", track_id)
    track = _element(adm, "audioTrackFormat", track_id, name, **pcm)
    _reference(track, "audioStreamFormatIDRef", stream_id)
    where = ET.SubElement(adm, "audioTrackUID", {"UID": uid, "sampleRate": str(SAMPLE_RATE_HZ), "bitDepth": "24"})
    _reference(where, "audioTrackFormatIDRef", track_id)
    _reference(where, "audioPackFormatIDRef", pack_id)


def _ids(index: int) -> tuple[str, str, str, str, str]:
    """Of track UID, pack, channel, stream and track format."""
    number = f"{_OBJECTS}{_FIRST_ID + index:04X}"
    return f"ATU_{index + 1:08X}", f"AP_{number}", f"AC_{number}", f"AS_{number}", f"AT_{number}_01"


def _element(parent: ET.Element, tag: str, identity: str, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, {f"{tag}ID": identity, f"{tag}Name": name, **attributes})


def _reference(parent: ET.Element, tag: str, identity: str) -> None:
    ET.SubElement(parent, tag).text = identity


def _decimal(value: float) -> str:
    return f"{value:.10f}"


def _printable(name: str) -> str:
    """A name without the control characters that XML 1.0 can't hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", " ", name)


def _chna(tracks: int) -> bytes:
    """The chunk that says which track is which (BS.2088-1)."""
    rows = bytearray(struct.pack("<HH", tracks, tracks))
    for index in range(tracks):
        uid, pack_id, _, _, track_id = (text.encode() for text in _ids(index))
        rows += struct.pack("<H12s14s11sx", index + 1, uid, track_id, pack_id)
    return bytes(rows)


def write_bw64(
    file: BinaryIO,
    blocks: Iterable[Samples],
    *,
    channels: int,
    length_samples: int,
    sample_rate_hz: int,
    chna: bytes,
    axml: bytes,
) -> None:
    """Write a BW64 file of 24 bits.

    As the EBU's own writers do, what fits in 4 GiB is called RIFF, so that every player of WAV files opens it.

    Args:
        file: to write to.
        blocks: samples in [−1, 1], each of shape (n, channels).
        channels: of the blocks.
        length_samples: of all blocks together.
        sample_rate_hz: of the samples.
        chna: contents of the chunk.
        axml: contents of the chunk.
    """
    row_bytes = channels * _BYTES_A_SAMPLE
    form = struct.pack("<HHIIHH", 1, channels, sample_rate_hz, sample_rate_hz * row_bytes, row_bytes, 24)
    chunks = b"".join(_chunk(name, body) for name, body in ((b"fmt ", form), (b"chna", chna), (b"axml", axml)))
    file.write(bw64_head(chunks, data_bytes=length_samples * row_bytes))
    for block in blocks:
        part = np.clip(np.rint(block * 2.0**23), -(2**23), 2**23 - 1).astype("<i4")
        file.write(part.reshape(-1, 1).view(np.uint8)[:, :_BYTES_A_SAMPLE].tobytes())
    file.write(bytes(length_samples * row_bytes % 2))


def bw64_head(chunks: bytes, *, data_bytes: int) -> bytes:
    """Everything before the samples: RIFF, or BW64 with 64-bit sizes where 32 bits don't do (BS.2088-1)."""
    ds64_bytes = 28
    file_bytes = 4 + 8 + ds64_bytes + len(chunks) + 8 + data_bytes + data_bytes % 2
    long = file_bytes > 0xFFFFFFFF
    ds64 = struct.pack("<QQQI", file_bytes, data_bytes, 0, 0)
    return b"".join(
        [
            struct.pack("<4sI4s", b"BW64" if long else b"RIFF", 0xFFFFFFFF if long else file_bytes, b"WAVE"),
            _chunk(b"ds64", ds64) if long else _chunk(b"JUNK", bytes(ds64_bytes)),
            chunks,
            struct.pack("<4sI", b"data", 0xFFFFFFFF if long else data_bytes),
        ]
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + bytes(len(body) % 2)
