"""The labels of a picture's sources: what they say, how large they are, and the lines to what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.export.pictures.drawing import INK, Canvas, Colour, Point, pill_size, shortened
from server.export.pictures.lettering.label_layout import Label, Rectangle, label_places
from server.export.pictures.lettering.segments import attachments
from server.export.pictures.lettering.typeface import legible_words

# Where there is no room, labels get smaller down to this share of their size; more than that nobody could read.
_SMALLER = (1.0, 0.88, 0.76, 0.65)
_SMALLEST_PX = 11
# Of the frame's width, a name takes no more.
_LONGEST_NAME = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What a label says, and of what.

    Attributes:
        name: of the source.
        plain_name: what to write where no font has the letters of the name.
        place: how far it is.
        colour: of the source.
        mark: where its dot is, or for what has none, where the label should be.
        body: what it names, where that is small.
        has_frame: whether a frame is drawn around that, to which the line then goes.
        has_dot: whether there is a dot, and so a line to it.
        hollow: whether that dot is hollow, as for what goes all round.
    """

    name: str
    plain_name: str
    place: str
    colour: Colour
    mark: Point
    body: Rectangle | None = None
    has_frame: bool = False
    has_dot: bool = True
    hollow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTag:
    """A tag with its place, if there is room for one."""

    tag: Tag
    name: str
    size_px: int
    box: Rectangle | None


def dot_radius_px(size_px: float) -> float:
    """The radius of a source's dot beside letters of a size."""
    return 0.3 * size_px


def placed_tags(
    tags: Sequence[Tag],
    *,
    frame: Rectangle,
    size_px: int,
    keep_clear: Sequence[Rectangle] = (),
    busy: NDArray[np.bool_] | None = None,
) -> list[PlacedTag]:
    """Places for the labels of sources, with smaller letters where there is little room.

    Args:
        tags: the most important first.
        frame: what the labels must lie in.
        size_px: of the letters, where there is room for them.
        keep_clear: what else no label may cover.
        busy: pixels of the picture that are better not covered, shape (H, W).
    """
    reach = 1.6 * dot_radius_px(size_px)
    dots = [(x - reach, y - reach, x + reach, y + reach) for x, y in (tag.mark for tag in tags if tag.has_dot)]
    placed: list[PlacedTag] = []
    for smaller in _SMALLER:
        letters_px = max(_SMALLEST_PX, round(smaller * size_px))
        names = [_name(tag, letters_px, _LONGEST_NAME * (frame[2] - frame[0])) for tag in tags]
        sizes = [pill_size(name, tag.place, letters_px) for name, tag in zip(names, tags, strict=True)]
        labels = [
            Label(width_px=width, height_px=height, mark=tag.mark, body=tag.body, has_leader=tag.has_dot)
            for tag, (width, height) in zip(tags, sizes, strict=True)
        ]
        boxes = label_places(labels, frame=frame, keep_clear=[*dots, *keep_clear], busy=busy)
        placed = [
            PlacedTag(tag=tag, name=name, size_px=letters_px, box=box)
            for tag, name, box in zip(tags, names, boxes, strict=True)
        ]
        if all(box is not None for box in boxes):
            break
    return placed


def draw_tags(canvas: Canvas, placed: Sequence[PlacedTag], *, size_px: int) -> None:
    """Draw labels, the lines to their dots, and the dots.

    Args:
        canvas: to draw on.
        placed: with their places; a dot whose label has none is drawn alone.
        size_px: of the letters that the dots go with.
    """
    width_px = max(1.0, 0.1 * size_px)
    for each in placed:
        leader = _leader(each)
        if leader is not None:
            canvas.draw_line(leader, INK, 2.4 * width_px, opacity=0.7)
            canvas.draw_line(leader, each.tag.colour, width_px)
    for each in placed:
        if each.tag.has_dot:
            canvas.draw_dot(each.tag.mark, each.tag.colour, _dot_px(each.tag, size_px), hollow=each.tag.hollow)
    for each in placed:
        if each.box is not None:
            canvas.draw_pill(each.box, each.name, each.tag.place, colour=each.tag.colour, size_px=each.size_px)


def _dot_px(tag: Tag, size_px: int) -> float:
    """The radius of a source's dot: so small that it hides little of what is small itself."""
    if tag.body is None:
        return dot_radius_px(size_px)
    least_px = min(tag.body[2] - tag.body[0], tag.body[3] - tag.body[1])
    return min(dot_radius_px(size_px), max(0.08 * size_px, 0.1 * least_px))


def left_out_words(placed: Sequence[PlacedTag]) -> str:
    """Says how many labels found no room; nothing where all did."""
    count = sum(each.box is None for each in placed)
    return "" if not count else f"{count} more {'source has' if count == 1 else 'sources have'} no room for a label"


def _leader(each: PlacedTag) -> NDArray[np.float64] | None:
    """The line from the dot, or from the frame around what a label names, to the label: shape (2, 2)."""
    if each.box is None or not each.tag.has_dot:
        return None
    mark = np.array(each.tag.mark)
    end = attachments(np.array([each.box]), mark)[0]
    if each.tag.body is None or not each.tag.has_frame:
        return np.stack([mark, end])
    # Where the way from the dot leaves the frame: within, the line would hide what is named.
    left, top, right, bottom = each.tag.body
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.maximum(
            (np.array([left, top]) - mark) / (end - mark), (np.array([right, bottom]) - mark) / (end - mark)
        )
    share = float(np.nanmin(np.append(shares, np.inf)))
    return np.stack([mark + share * (end - mark), end]) if 0.0 <= share < 1.0 else None


def _name(tag: Tag, size_px: int, longest_px: float) -> str:
    return shortened(legible_words(tag.name, tag.plain_name), size_px, longest_px)
