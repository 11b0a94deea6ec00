from dataclasses import replace
from itertools import pairwise

from server.export.pictures.drawing import COLOURS
from server.export.pictures.source_colours import source_colours
from tests.protocol.test_scene import FOUNTAIN
from tests.server.export.pictures.shapes import scene_of


def fountains(azimuths):
    return scene_of(*(replace(FOUNTAIN, id=f"f-{n}", azimuth_deg=float(a)) for n, a in enumerate(azimuths)))


def test_the_first_sources_have_a_colour_each():
    assert source_colours(fountains(range(8))) == list(COLOURS)


def test_neighbours_never_share_a_colour_even_in_a_crowd():
    azimuths = [-170 + 12 * number for number in range(24)]
    colours = source_colours(fountains(azimuths))
    assert all(one != other for one, other in pairwise(colours))
    assert {colours.count(colour) for colour in COLOURS} == {3}
