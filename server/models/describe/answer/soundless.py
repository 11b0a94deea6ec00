"""Objects that make no sound, though models list them when they are asked for sounds."""

from __future__ import annotations

import re

# A noun phrase is about its last word before any preposition: a "stone building" is silent, a "building site" is not.
_SILENT_WORDS = """
advertisement arch architecture art artwork awning balcony banner bench billboard blanket board bollard bookshelf box
brick bridge building carpet ceiling chair chimney church cloud column couch cupboard curb curtain desk dome door
doorway facade façade fence floor footpath frame furniture gate glass graffiti ground hat hill horizon house hydrant
image lamp lamppost lantern light lighting logo mannequin map mountain painting palace parking path pavement paving
photo photograph picture pillar pipe plaque pole post pot poster railing rock roof rooftop rug sand sculpture shadow
cache shutter sidewalk sign signpost sky skyline skyscraper sofa stair staircase statue step stone streetlamp
streetlight structure sun sunlight table text tile tower umbrella vase view wall wallpaper wardrobe watermark window
"""
_SILENT = frozenset(_SILENT_WORDS.split())
# Beginnings of words in a caption that describe a sound: with one of them, even a wall may hum.
_SOUNDING_STEMS = """
air-con applau babbl bang bark beep bell bird blow breath breez buzz chant chatter cheer child chime chirp chug clack
clang clank clap clatter click clink conversation coo crackl crash creak crowd cry dish drip drum echo engine fan flap
flow flush flutter footfall footstep gurgl gust hammer hiss honk horn howl hum insect jingl knock lap laugh loudspeak
machin meow moan motor mumbl murmur music patter people pigeon radio rain rattl ring roar rumbl rush rustl scrap
scream shout shuffl sing siren sizzl slam snap song speak speech splash squeak squeal step strik strum talk tap thud
thump tick toll traffic train trickl tweet ventilat vibrat voice walk warbl water wave whack whine whir whisper whistl
wind yell
"""
_SOUNDING = tuple(_SOUNDING_STEMS.split())
_PREPOSITION = re.compile(r"\s(?:of|on|in|at|with|near|by|from|under|over|beside|behind|along|for|and|to|next)\s")
_SAYS_SO = re.compile(
    r"\b(?:silent|soundless|inaudible|noiseless|no (?:\w+ )?(?:sound|noise)s?|makes? no|nothing"
    r"|(?:does|do)(?:n't| not) (?:make|produce|emit|have)|not? (?:make|produce|emit)\w*)\b"
)
_NOTHING = frozenset(("", "-", "none", "n/a", "na", "null", "silence", "no", "unknown", "not applicable"))


def is_soundless(name: str, sound: str, *, ambient: bool) -> bool:
    """Whether an object makes no sound, by its name and by the caption of its sound.

    Args:
        name: a noun phrase in lower case.
        sound: the caption in lower case, or what stands for it where the model gave none.
        ambient: whether it sounds from everywhere; a silent room has its tone.

    >>> is_soundless("stone building", "an old building", ambient=False)
    True
    >>> is_soundless("church tower", "bells toll", ambient=False), is_soundless("building site", "", ambient=False)
    (False, False)
    """
    if sound and (sound.strip(" .") in _NOTHING or (_SAYS_SO.search(sound) and not ambient)):
        return True
    describes_sound = any(word.startswith(_SOUNDING) for word in re.findall(r"[\w-]+", sound.replace(name, " ")))
    return _head(name) in _SILENT and not describes_sound


def _head(name: str) -> str:
    """The word that a noun phrase is about, in the singular."""
    words = re.findall(r"\w+", _PREPOSITION.split(f" {name} ", maxsplit=1)[0])
    last = words[-1] if words else ""
    stems = (last, last.removesuffix("s"), last.removesuffix("es"))
    return next((stem for stem in stems if stem in _SILENT), last)
