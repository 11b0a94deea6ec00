"""Pictures, sources and masks that the tests of pictures share."""

from dataclasses import replace

import numpy as np

from protocol.scene import BoxReference, Provenance
from server.export.pictures.drawing import COLOURS
from server.pipeline.stages import Box, DistanceMap, Proposal
from server.pipeline.views import Picture, View
from tests.protocol.test_scene import FOUNTAIN, SCENE

WIDE = replace(FOUNTAIN, width_deg=20.0, height_deg=10.0)
WIND = replace(
    FOUNTAIN,
    id="wind-1",
    label="wind",
    kind="ambient",
    distance_m=None,
    distance_sigma_m=None,
    width_deg=360.0,
    height_deg=180.0,
)


def grey(projection, width_px, height_px, *, hfov_deg=360.0, unseen=None):
    view = View(name="picture", projection=projection, width_px=width_px, height_px=height_px, hfov_deg=hfov_deg)
    return Picture(pixels=np.full((height_px, width_px, 3), 90, np.uint8), view=view, unseen=unseen)


PANORAMA = grey("equirectangular", 1024, 512)
PHOTO = grey("perspective", 600, 400, hfov_deg=65.0)
PORTRAIT = grey("perspective", 300, 400, hfov_deg=50.0)


def scene_of(*sources, picture=PANORAMA, heading_deg=None):
    view = picture.view
    image = replace(
        SCENE.image,
        projection=view.projection,
        width_px=view.width_px,
        height_px=view.height_px,
        hfov_deg=view.hfov_deg,
    )
    return replace(SCENE, sources=sources, image=image, listener=replace(SCENE.listener, heading_deg=heading_deg))


def masked(source, mask, view):
    """A source that was found by a mask over a view, and the proposal that it came from."""
    rows, columns = np.nonzero(mask)
    scale = view.width_px / mask.shape[1]
    box = Box(
        view=view,
        left_px=columns.min() * scale,
        top_px=rows.min() * scale,
        right_px=(columns.max() + 1) * scale,
        bottom_px=(rows.max() + 1) * scale,
    )
    reference = BoxReference(
        window=view.name, left_px=box.left_px, top_px=box.top_px, right_px=box.right_px, bottom_px=box.bottom_px
    )
    proposal = Proposal(
        label=source.label,
        prompt=source.prompt,
        kind=source.kind,
        level_db_spl_1m=source.level_db_spl_1m,
        evidence="seen",
        confidence=0.9,
        box=box,
        mask=mask,
    )
    return replace(source, provenance=Provenance(boxes=(reference,))), proposal


def distance_map(view, metres):
    return DistanceMap(view=view, distance_m=metres.astype(np.float32), sigma_m=metres.astype(np.float32))


def is_coloured(image, column, row, *, reach=5, colour=COLOURS[0]):
    """Whether a colour is found about a pixel."""
    rows = slice(max(0, int(row) - reach), int(row) + reach + 1)
    columns = slice(max(0, int(column) - reach), int(column) + reach + 1)
    pixels = np.asarray(image)[rows, columns].astype(int)
    return bool((np.abs(pixels - colour).max(axis=-1) < 25).any())


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
