"""Why the other kinds of things that the detector knows are silent."""

from __future__ import annotations

from collections.abc import Mapping


def _all(names: str, why: str) -> dict[str, str]:
    return dict.fromkeys((name.strip() for name in names.split(",")), why)


SILENT_THINGS: Mapping[str, str] = {
    **_all("traffic light, fire hydrant, stop sign, parking meter, bench", "it only stands in the street"),
    **_all("backpack, umbrella, handbag, tie, suitcase", "it is only carried"),
    **_all(
        "frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, surfboard, tennis racket",
        "what is heard of a game is its players",
    ),
    **_all("bottle, wine glass, cup, fork, knife, spoon, bowl", "tableware is silent until somebody dines"),
    **_all("banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake", "food is silent"),
    **_all("chair, couch, potted plant, bed, dining table, book, vase, teddy bear", "furniture is silent"),
    **_all(
        "mouse, remote, cell phone, toaster, scissors, hair drier, toothbrush", "it sounds for moments, and may be off"
    ),
    **_all("elephant, bear, zebra, giraffe", "it hardly lives here, and no voice of it can be made"),
}
"""Reasons by the detector's names."""
