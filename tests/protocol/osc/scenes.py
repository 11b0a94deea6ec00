"""Scenes that speak OSC, for the tests to ask and to change."""

from protocol.osc.adm import AdmOsc
from protocol.osc.packet import OscMessage, OscPacket
from protocol.wire import (
    SourceMoved,
)
from protocol.wire.sources import SourceMove
from tests.protocol.worlds import SCENE, snapshot, source

NOW_S = 50.0


def scene(*names, **options):
    adm = AdmOsc(**options)
    adm.apply(snapshot(*(source(name) for name in names)))
    return adm


def taken(adm, most_messages=1000):
    return {one.address: one.arguments for group in adm.take_changes(most_messages=most_messages) for one in group}


def answered(adm, *addresses):
    assert adm.receive(OscPacket(None, tuple(OscMessage(one, (), "") for one in addresses)), now_s=NOW_S) == []
    return {one.address: one.arguments for group in adm.take_answers() for one in group}


def commands(adm, *said):
    """What messages in one packet command, given as ``(address, argument, ...)``."""
    tags = {float: "f", int: "i", str: "s", bool: "T"}
    sent = tuple(OscMessage(one[0], one[1:], "".join(tags[type(part)] for part in one[1:])) for one in said)
    return adm.receive(OscPacket(None, sent), now_s=NOW_S)


def moved(name, azimuth_deg, distance_m=5.0, scene_id=SCENE):
    move = SourceMove(source_id=name, azimuth_deg=azimuth_deg, elevation_deg=0.0, distance_m=distance_m)
    return SourceMoved(scene_id=scene_id, at_s=1.0, moves=(move,))
