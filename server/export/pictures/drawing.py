"""What all pictures share: colours, type, labels and words."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageDraw, ImageFont

from protocol.scene import Source

Colour = tuple[int, int, int]
Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]

# Okabe and Ito's palette, which the colour-blind can tell apart, brightest first for dark grounds.
COLOURS: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 200, 140),
    (240, 228, 66),
    (233, 121, 176),
    (255, 110, 40),
    (120, 150, 255),
    (235, 235, 235),
)
INK: Colour = (14, 18, 24)
PAPER: Colour = (236, 240, 245)
FAINT: Colour = (120, 132, 148)


def source_colour(index: int) -> Colour:
    """The colour of the nth source, the same in every picture."""
    return COLOURS[index % len(COLOURS)]


@lru_cache
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The type of all pictures."""
    return ImageFont.load_default(size_px)


def distance_words(source: Source) -> str:
    """Distance with its uncertainty, such as "12 ± 2 m", to as many digits as make sense."""
    if source.distance_m is None or source.distance_sigma_m is None:
        return "all around"
    digits = 1 if source.distance_m < 10 else 0
    return f"{source.distance_m:.{digits}f} ± {source.distance_sigma_m:.{digits}f} m"


def label_size(words: str, size_px: int) -> tuple[float, float]:
    """Width and height of a label."""
    return font(size_px).getlength(words) + 1.6 * size_px, 1.7 * size_px


def draw_label(draw: ImageDraw.ImageDraw, at: Point, words: str, *, colour: Colour, size_px: int) -> None:
    """Draw a dark pill with a coloured dot and words.

    Args:
        draw: the picture to draw on.
        at: the pill's top left corner, in pixels.
        words: what it says.
        colour: of the dot and the rim.
        size_px: of the letters.
    """
    left, top = at
    width, height = label_size(words, size_px)
    draw.rounded_rectangle(
        (left, top, left + width, top + height), radius=height / 2, fill=(*INK, 225), outline=(*colour, 255), width=2
    )
    middle, dot = top + height / 2, 0.24 * size_px
    draw.ellipse((left + 0.55 * size_px - dot, middle - dot, left + 0.55 * size_px + dot, middle + dot), fill=colour)
    draw.text((left + 1.05 * size_px, middle), words, font=font(size_px), fill=PAPER, anchor="lm")


def free_place(wanted: Rectangle, taken: list[Rectangle], frame: Rectangle) -> Rectangle:
    """The place nearest to the wanted one, inside the frame, that covers nothing taken; it is then taken too.

    Where everything is taken, the wanted place itself, moved into the frame.

    Args:
        wanted: left, top, right and bottom in pixels.
        taken: what must not be covered; the place found is added.
        frame: what the place must lie in.
    """
    left, top, right, bottom = wanted
    width, height = right - left, bottom - top
    left = min(max(left, frame[0]), max(frame[2] - width, frame[0]))
    steps = [0.3 * height * step * side for step in range(40) for side in (1, -1)]
    found = (left, top, left + width, top + height)
    for step in steps:
        row = min(max(top + step, frame[1]), max(frame[3] - height, frame[1]))
        place = (left, row, left + width, row + height)
        if not any(_overlap(place, other) for other in taken):
            found = place
            break
    taken.append(found)
    return found


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
