"""The meaning of the keys and values of an answer, in whatever spelling and language a model writes them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from protocol.scene import Evidence, Kind, Surroundings

Field = Literal["level", "kind", "implied", "seen", "setting", "thing", "sound"]
Meaning = TypeVar("Meaning")

# In the order in which they are tried, since a "sound level" is a level and a "sound source" is a thing. A word of a
# language without spaces may stand anywhere in a key; any other must begin one of the key's words.
_FIELDS: dict[Field, tuple[str, ...]] = {
    "level": (
        *("level", "db", "spl", "decibel", "loud", "volume", "pegel", "laut", "niveau", "nivel", "livello", "volum"),
        *("уров", "громк", "分贝", "音量", "声级", "声压", "響度", "デシベル", "音圧"),
    ),
    "kind": (
        *("kind", "type", "categor", "class", "art", "typ", "genre", "tipo", "kategor", "catégor", "clase", "тип"),
        *("катег", "类", "類", "種"),
    ),
    "implied": ("impli", "infer", "hidden", "推断", "暗示"),
    "seen": (
        *("seen", "visib", "evidence", "sichtbar", "gesehen", "vu", "visto", "виден", "видим", "可见", "可見", "看"),
        *("見え",),
    ),
    "setting": (
        *("setting", "environ", "scene", "place", "indoor", "outdoor", "surround", "umgebung", "szene", "entorno"),
        *("ambiente", "lieu", "обстан", "环境", "環境", "场景", "場所", "室内"),
    ),
    "thing": (
        *("thing", "object", "name", "noun", "phrase", "source", "label", "item", "entity", "subject", "what", "ding"),
        *("gegenstand", "objekt", "quelle", "objet", "chose", "nom", "objeto", "cosa", "fuente", "nombre", "oggetto"),
        *("nome", "fonte", "предмет", "объект", "источник", "назв", "物", "对象", "名", "声源", "音源"),
    ),
    "sound": (
        *("sound", "caption", "descri", "audio", "noise", "prompt", "hear", "klang", "geräusch", "ton", "son", "bruit"),
        *("légende", "sonido", "ruido", "suono", "rumore", "beschreib", "звук", "опис", "声", "音", "描述", "説明"),
    ),
}

_KINDS: dict[Kind, tuple[str, ...]] = {
    "point": ("point", "punkt", "punto", "ponto", "ponctuel", "точ", "点", "點"),
    "line": ("line", "lini", "ligne", "línea", "linha", "лин", "线", "線"),
    "area": ("area", "surface", "fläche", "zone", "área", "region", "площад", "област", "面", "区域"),
    "ambient": (
        "ambi",
        "background",
        "everywhere",
        "diffuse",
        "environ",
        "hintergrund",
        "fond",
        "fondo",
        "фон",
        "背景",
        "环境",
    ),
}

_SURROUNDINGS: dict[Surroundings, tuple[str, ...]] = {
    "indoor": ("indoor", "inside", "interior", "innen", "drinnen", "intérieur", "interno", "внутри", "室内", "屋内"),
    "covered": ("cover", "roofed", "semi", "überdacht", "couvert", "cubierto", "coperto", "крыт", "有顶", "半"),
    "outdoor": ("outdoor", "outside", "exterior", "außen", "draußen", "extérieur", "esterno", "室外", "户外", "屋外"),
}

_YES = ("true", "yes", "seen", "visible", "direct", "shown", "ja", "oui", "sí", "si", "да", "是", "真", "可见", "はい")
_NO = (
    *("false", "no", "not", "unseen", "invisible", "implied", "inferred", "heard", "hidden", "nein", "non", "нет"),
    *("否", "假", "不", "推断", "暗示", "いいえ"),
)

# Levels that a model gives in words; steps of the usual scale from a whisper to a horn.
_LOUDNESS_DB = (
    (("very loud", "extremely loud", "deafening", "sehr laut"), 95.0),
    (("very quiet", "very soft", "faint", "barely", "sehr leise"), 35.0),
    (("loud", "high", "laut", "fort", "响", "高", "大"), 80.0),
    (("quiet", "soft", "low", "leise", "faible", "静", "低", "小"), 45.0),
    (("moderate", "medium", "normal", "mittel", "中"), 62.0),
)
# A level below that of a watch or above that of a gun is a mistake: a share of one, a level in dBFS, a frequency.
_PLAUSIBLE_DB = (10.0, 150.0)
_IN_NUMBERS = re.compile(r"(?<![\d.])\d{1,3}(?:[.,]\d+)?(?![\d])")


def plain(text: str) -> str:
    r"""A text in one spelling: compatible forms unified, case folded, blanks single, nothing unprintable.

    >>> plain("  Ｔｒａｆｆｉｃ\nnoise ")
    'traffic noise'
    """
    return " ".join(printable(unicodedata.normalize("NFKC", text)).casefold().split())


def printable(text: str) -> str:
    """A text without control characters and halves of letters, which could not be stored."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def field_of(key: str) -> Field | None:
    """The field that a key means, or None.

    >>> field_of("level_db_spl_1m"), field_of("soundSource"), field_of("描述"), field_of("colour")
    ('level', 'thing', 'sound', None)
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
    words = re.findall(r"[^\W\d_]+", plain(spaced))
    return next((field for field, known in _FIELDS.items() if _mentions(words, known)), None)


def fields_of(item: Mapping[str, Any]) -> dict[Field, Any]:
    """The fields of an object by their meaning; of two keys for one field the first counts."""
    found: dict[Field, Any] = {}
    for key, value in item.items():
        field = field_of(key)
        if field is not None and value is not None:
            found.setdefault(field, value)
    return found


def kind_of(value: Any) -> Kind | None:
    """The one kind that a value names; None where it names none, or repeats the choice."""
    return _only(value, _KINDS)


def surroundings_of(value: Any) -> Surroundings:
    """The one kind of surroundings that a value names, else unknown."""
    return _only(value, _SURROUNDINGS) or "unknown"


def evidence_of(fields: Mapping[Field, Any]) -> Evidence:
    """Whether a source was seen or inferred; seen where the fields don't say."""
    if "seen" in fields:
        return "seen" if _is_yes(fields["seen"], otherwise=True) else "inferred"
    if "implied" in fields:
        return "inferred" if _is_yes(fields["implied"], otherwise=False) else "seen"
    return "seen"


def level_db_of(value: Any) -> float | None:
    """A level in dB SPL; None where none can be read. A range means its middle; zero is kept, since it means silence.

    >>> level_db_of("60-70 dB"), level_db_of("approx. 65,5 dB SPL"), level_db_of("loud"), level_db_of(0.7)
    (65.0, 65.5, 80.0, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        numbers = [float(value)] if abs(value) < 1e6 else []
    else:
        text = re.sub(r"(at|@|à|bei|in)\s*\d+(\.\d+)?\s*m\b", "", plain(str(value)))
        text = re.sub(r"(?<=\d)\s*(db)?\s*(-|–|—|~|to|bis|至|到)\s*(?=\d)", " ", text)
        if re.search(r"(?<!\w)[-−]\s*\d", text):
            return None
        numbers = [float(number.replace(",", ".")) for number in _IN_NUMBERS.findall(text)[:2]]
        if not numbers:
            return next((level for words, level in _LOUDNESS_DB if any(word in text for word in words)), None)
    level = sum(numbers) / len(numbers) if numbers else math.nan
    return level if level == 0.0 or _PLAUSIBLE_DB[0] <= level <= _PLAUSIBLE_DB[1] else None


def _is_yes(value: Any, *, otherwise: bool) -> bool:
    if isinstance(value, bool | int | float):
        return bool(value)
    words = re.findall(r"[^\W\d_]+", plain(str(value)))
    if _mentions(words, _NO, whole=True):
        return False
    return _mentions(words, _YES, whole=True) or otherwise


def _only(value: Any, meanings: Mapping[Meaning, Sequence[str]]) -> Meaning | None:
    words = re.findall(r"[^\W\d_]+", plain(str(value)))
    named = [meaning for meaning, known in meanings.items() if _mentions(words, known)]
    return named[0] if len(named) == 1 else None


def _mentions(words: Sequence[str], known: Sequence[str], *, whole: bool = False) -> bool:
    for word in words:
        for stem in known:
            if ord(stem[0]) >= 0x2E80:  # Chinese and Japanese set no spaces
                if stem in word:
                    return True
            elif word == stem or (not whole and len(stem) > 2 and word.startswith(stem)):
                return True
    return False
