"""The type of all pictures: Pillow's own, and a font of the system for letters that it lacks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Looked for by name, in the folders where a system keeps its fonts; the first that has all letters of a text is taken.
_SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSans-Regular.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "ipag.ttf",
    "NanumGothic.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "FreeSans.ttf",
    "unifont.otf",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "GeezaPro.ttc",
    "segoeui.ttf",
    "msyh.ttc",
    "YuGothM.ttc",
    "meiryo.ttc",
    "malgun.ttf",
    "Nirmala.ttf",
    "LeelawUI.ttf",
)
# Large enough for every letter to have a shape of its own.
_PROBE_PX = 32
# No letter: fonts draw their sign for what they lack.
_NOTHING = "\uffff"


def font(size_px: int, words: str = "") -> Font:
    """A font for words: Pillow's own where it has all their letters, else one of the system's, else Pillow's own.

    Args:
        size_px: of the letters.
        words: to be written; none for what is plain English.
    """
    return _font(_font_name(frozenset(words)), size_px)


def legible_words(words: str, otherwise: str) -> str:
    """Words that can be written: without their accents where no font has those.

    Args:
        words: in any script.
        otherwise: what to write where no font has their letters, which would be empty boxes.
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))
    return next((each for each in (words, bare) if _is_legible(each)), otherwise)


def _is_legible(words: str) -> bool:
    name = _font_name(frozenset(words))
    return all(_has(name, letter) for letter in words)


@lru_cache(maxsize=1024)
def _font_name(letters: frozenset[str]) -> str:
    """The name of the first font that has all letters; that of Pillow's own is empty."""
    for name in ("", *_installed()) if any(letter > "~" for letter in letters) else ("",):
        if all(_has(name, letter) for letter in sorted(letters)):
            return name
    return ""


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    def found() -> Iterator[str]:
        for name in _SYSTEM_FONTS:
            try:
                ImageFont.truetype(name, _PROBE_PX)
            except OSError:
                continue
            yield name

    return tuple(found())


@lru_cache(maxsize=4096)
def _has(name: str, letter: str) -> bool:
    if letter.isspace():
        return True
    probe = _font(name, _PROBE_PX)
    drawn, lacking = (probe.getmask(text) for text in (letter, _NOTHING))
    return (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))


@lru_cache(maxsize=256)
def _font(name: str, size_px: int) -> Font:
    return ImageFont.truetype(name, size_px) if name else ImageFont.load_default(size_px)
