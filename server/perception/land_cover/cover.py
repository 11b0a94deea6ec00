"""The covers that are told apart."""

from __future__ import annotations

from enum import IntEnum


class Cover(IntEnum):
    """What a pixel shows.

    OTHER is anything else: a car's roof, a black border, clutter. SOIL is bare ground: a forest's floor, sand, rock.
    INTERIOR is a ceiling or a wall indoors; a floor indoors is PAVED.
    """

    OTHER = 0
    SKY = 1
    TREES = 2
    GRASS = 3
    WATER = 4
    ROAD = 5
    PAVED = 6
    BUILDING = 7
    SOIL = 8
    INTERIOR = 9
