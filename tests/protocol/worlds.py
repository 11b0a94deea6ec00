"""A scene for the tests of the wire to change at will, and what a client makes of it."""

from hypothesis import strategies as st

from protocol.wire import (
    SceneReady,
    SceneSnapshot,
    SourceAdded,
    SourceMoved,
    SourceRemoved,
    SourceUpdated,
)
from protocol.wire.sources import SourceMove, SourceState

SCENE = "square"
NAMES = ("bell", "fountain", "tram")


def source(name="bell", azimuth_deg=0.0, level_db=60.0):
    return SourceState(
        id=name,
        label=name,
        kind="point",
        azimuth_deg=float(azimuth_deg),
        elevation_deg=0.0,
        distance_m=5.0,
        level_db_spl_1m=float(level_db),
    )


def snapshot(*sources, scene_id=SCENE, at_s=0.0):
    return SceneSnapshot(scene_id=scene_id, at_s=at_s, complete=False, camera_height_m=2.5, sources=sources)


def added(name="bell", azimuth_deg=0.0):
    return SourceAdded(scene_id=SCENE, source=source(name, azimuth_deg))


def updated(name="bell", azimuth_deg=0.0, level_db=60.0):
    return SourceUpdated(scene_id=SCENE, source=source(name, azimuth_deg, level_db))


def moved(*moves, at_s=0.0):
    return SourceMoved(
        scene_id=SCENE,
        at_s=at_s,
        moves=tuple(
            SourceMove(source_id=name, azimuth_deg=float(azimuth_deg), elevation_deg=0.0, distance_m=5.0)
            for name, azimuth_deg in moves
        ),
    )


def removed(name="bell"):
    return SourceRemoved(scene_id=SCENE, source_id=name)


names = st.sampled_from(NAMES)
azimuths = st.integers(-170, 170)
changes = st.one_of(
    st.tuples(st.just("toggle"), names, azimuths),
    st.tuples(st.just("update"), names, azimuths),
    st.tuples(st.just("move"), st.dictionaries(names, azimuths, min_size=1)),
    st.tuples(st.just("snapshot")),
    st.tuples(st.just("ready")),
)
"""What may happen to a scene, sensible or not: see ``change``."""


def change(state, wanted):
    """The message that tells of it; None where the scene as it is has no room for it."""
    kind, *details = wanted
    if kind == "toggle":
        return removed(details[0]) if details[0] in state.sources else added(*details)
    if kind == "update":
        return updated(*details) if details[0] in state.sources else None
    if kind == "move":
        there = [(name, azimuth) for name, azimuth in details[0].items() if name in state.sources]
        return moved(*there) if there else None
    return state.snapshot(at_s=0.0) if kind == "snapshot" else SceneReady(scene_id=SCENE)
