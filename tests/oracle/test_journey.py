"""The whole journey, from a drawn picture to a scene on disk, with stages that know the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from protocol.coordinates import great_circle_deg
from protocol.events import SceneFinished
from server.library import SceneFolder
from server.pipeline.flow import generate
from server.pipeline.settings import Settings
from server.pipeline.views import Picture, View
from server.synthetic.painting import rendered
from tests.oracle.stubs import Oracle, truthful_stages
from tests.oracle.worlds import street_world


@pytest.mark.parametrize("views", [6, 8])
def test_flow_puts_every_source_of_a_drawn_street_where_it_is(tmp_path: Path, views: int) -> None:
    world = street_world(3)
    oracle = Oracle.of(world, 1024)
    view = View(name="picture", projection="equirectangular", width_px=1024, height_px=512)
    picture = Picture(pixels=rendered(world, 1024).pixels, view=view, sha256="0" * 64)
    settings = Settings(views=views, top=12, duration_s=1.0, camera_height_m=world.camera_height_m)

    *_, last = generate(
        picture, settings=settings, stages=truthful_stages(oracle), cache=SceneFolder(tmp_path / "scene")
    )

    assert isinstance(last, SceneFinished)
    points = [source for source in last.scene.sources if source.kind == "point"]
    assert len(points) >= 8
    assert len({source.label for source in points}) >= 4, "not all places for one label"
    for source in points:
        assert source.distance_m is not None
        near = [
            sight
            for sight in oracle.sights
            if sight.label == source.label
            and great_circle_deg(source.azimuth_deg, source.elevation_deg, sight.azimuth_deg, sight.elevation_deg) < 2.5
            and abs(np.log(source.distance_m / sight.distance_m)) < np.log(1.15)
        ]
        assert near, source
        assert source.clip is not None
        assert source.clip.duration_s == pytest.approx(1.0)
        assert source.provenance.boxes
