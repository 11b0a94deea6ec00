"""What OSC says of one source, word by word: those of ADM-OSC v1.0, and those of our own for what it lacks."""

from __future__ import annotations

import math

from protocol.coordinates import adm_from_scene, scene_from_polar
from protocol.levels import REFERENCE_DB_SPL, received_level_db
from protocol.osc.packet import Argument, OscMessage
from protocol.wire.base import LEAST_TRIM_DB, MOST_TRIM_DB
from protocol.wire.sources import SourceState

MAX_NAME_BYTES = 128
"""ADM-OSC says 128 characters; some receivers count bytes."""

Values = dict[str, tuple[str, tuple[Argument, ...]]]
"""Type tags and arguments under what follows the number in ``/adm/obj/{n}/...`` or ``/sonorama/obj/{n}/...``."""


def gain(source: SourceState) -> float:
    """The factor that takes a source's clip, of −23 LUFS, to what reaches the origin: 70 dB SPL is 1.

    ADM renderers don't attenuate by distance (ITU-R BS.2127), so it's in the gain, by PROTOCOL.md, section 7.
    """
    return float(10.0 ** ((source.gain_db + _untrimmed_db(source)) / 20.0))


def gain_db(source: SourceState, factor: float) -> float:
    """The trim of a source, −120 to 24 dB, with which its gain is ``factor``, or as near as that allows."""
    if factor <= 0.0:
        return LEAST_TRIM_DB
    return min(max(20.0 * math.log10(factor) - _untrimmed_db(source), LEAST_TRIM_DB), MOST_TRIM_DB)


def _untrimmed_db(source: SourceState) -> float:
    return received_level_db(source.level_db_spl_1m, source.distance_m or 1.0, source.kind) - REFERENCE_DB_SPL


def name(label: str) -> str:
    """As much of a label as fits a name, whole characters and no zeros.

    >>> len(name("ü" * 100)), len(name("ü" * 100).encode())
    (64, 128)
    """
    return label.replace("\0", "").encode("utf-8")[:MAX_NAME_BYTES].decode("utf-8", "ignore")


def adm_values(source: SourceState, *, dmax_m: float) -> Values:
    """What ``/adm/obj/{n}/...`` streams of a source.

    Args:
        source: in the scene's own coordinates.
        dmax_m: how many metres the normalised distance 1 stands for; what is farther away is sent as from there.
    """
    return {
        "name": ("s", (name(source.label),)),
        "dmax": ("f", (dmax_m,)),
        # The attenuation is in the gain: the whole world is the reference volume, where distance changes nothing.
        "dref": ("f", (1.0,)),
        "w": ("f", (1.0 if source.kind == "ambient" else source.width_deg / 360.0,)),
        "mute": ("i", (int(source.muted),)),
        "aed": ("fff", _aed(source, dmax_m=dmax_m)),
        "gain": ("f", (gain(source),)),
    }


def asked_values(source: SourceState, *, dmax_m: float) -> Values:
    """What ``/adm/obj/{n}/...`` can be asked for beside what it streams: the same in other words."""
    azimuth_deg, elevation_deg, distance = _aed(source, dmax_m=dmax_m)
    point = scene_from_polar(azimuth_deg, elevation_deg, distance)
    right, front, up = (min(max(float(part), -1.0), 1.0) for part in adm_from_scene(point, dmax_m=1.0))
    return {
        "azim": ("f", (azimuth_deg,)),
        "elev": ("f", (elevation_deg,)),
        "dist": ("f", (distance,)),
        "x": ("f", (right,)),
        "y": ("f", (front,)),
        "z": ("f", (up,)),
        "xy": ("ff", (right, front)),
        "xyz": ("fff", (right, front, up)),
        # The specification's text spells them so, its quick reference and the validator don't.
        "dRef": ("f", (1.0,)),
        "dMax": ("f", (dmax_m,)),
    }


def own_values(source: SourceState, *, http_url: str, unix_offset_s: float) -> Values:
    """What ``/sonorama/obj/{n}/...`` streams of a source.

    Args:
        source: in the scene's own coordinates.
        http_url: what goes before a clip's path to make a URL: scheme, host and port of the server.
        unix_offset_s: what server time lacks to be seconds since 1970 UTC.
    """
    values: Values = {
        "id": ("s", (source.id,)),
        "label": ("s", (source.label,)),
        "kind": ("s", (source.kind,)),
        "level": ("f", (source.level_db_spl_1m + source.gain_db,)),
    }
    if source.distance_m is not None:
        values["distance"] = ("f", (source.distance_m,))
    clip = source.clip
    if clip is not None:
        values["clip"] = (
            "ssifi",
            (http_url + clip.url, clip.sha256, clip.sample_rate_hz, clip.duration_s, int(clip.loop)),
        )
    if source.playing_since_s is None:
        values["stop"] = ("i", (1,))
    else:
        values["play"] = ("d", (source.playing_since_s + unix_offset_s,))
    return values


def normalised_distance(source: SourceState, *, dmax_m: float) -> float:
    """The distance in [0, 1]; ambience, which has none, is at the edge."""
    return 1.0 if source.distance_m is None else min(source.distance_m / dmax_m, 1.0)


def _aed(source: SourceState, *, dmax_m: float) -> tuple[float, float, float]:
    return float(source.azimuth_deg), float(source.elevation_deg), normalised_distance(source, dmax_m=dmax_m)


def messages(prefix: str, values: Values) -> tuple[OscMessage, ...]:
    """Values as messages, in their order."""
    return tuple(OscMessage(f"{prefix}/{word}", arguments, tags) for word, (tags, arguments) in values.items())
