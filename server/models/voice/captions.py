"""The caption of a source's sound: its description without surroundings, with the thing that sounds as its subject."""

from __future__ import annotations

import re
from itertools import pairwise

from server.models.describe.vocabulary import nearest_entry
from server.models.voice.sound_words import is_music, is_people, is_sound, shares_a_word
from server.pipeline.stages import VoiceRequest

_OPENING = re.compile(
    r"^(?:(?:there (?:is|are)|(?:we|you) (?:can )?hear|hearing)\s+)?"
    r"(?:(?:(?:the|a|an)\s+)?(?:field |audio |stereo )?(?:sound|noise|audio|recording|photo|picture|image|view)s?\s+"
    r"(?:of|from)\s+)?",
    re.IGNORECASE,
)
_IN_THE_PICTURE = re.compile(
    r"\s*(?:\bas seen )?\b(?:(?:in|on|at|to|from) (?:the |its )?(?:image|picture|photo|photograph|scene|foreground|"
    r"frame|panorama|view|(?:far )?left(?: side)?|(?:far )?right(?: side)?)|visible|seen here)\b",
    re.IGNORECASE,
)
_OF_STUDIOS = re.compile(
    r"[\s,]*\b(?:close[- ]?mi[ck]+(?:ed)?|close and dry|"
    r"record(?:ed|ing)(?: close up| up close)?(?! of)|isolated|studio|foley|"
    r"(?:high|low|studio)[- ](?:quality|fidelity)|hi-?fi|dry(?= recording)|single source|in (?:mono|stereo))\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"[\s,]*\b(?:(?:with|and|but|there (?:is|are)) )?(?:no|not|without|minus)\b"
    r"(?:(?!\s*[,;.]|\s+\b(?:while|and|but)\b).)*",
    re.IGNORECASE,
)
_JUNCTION = r"[,;.:()]|\b(?:while|whilst|as|and|with|over|against|amid|amidst)\b"
_PART = re.compile(rf"(?!\s|{_JUNCTION})(?:(?!\s*(?:{_JUNCTION})).)+", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"\b(?:background|backdrop|distan(?:t|ce)|far away|faint(?:ly)?|echo\w*|reverb\w*|resonat\w+|ambien(?:t|ce)|"
    r"atmosphere|acoustics?)\b",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:distant|far-?off|faraway|faint|muffled|echoing|reverberant)\s+|\s+(?:far away|faintly)\b", re.I
)
_IN_A_ROOM = re.compile(
    r"\s*\b(?:in|inside|through|across|around|throughout|within) (?:a |an |the |its )?(?:\w+ ){0,2}"
    r"(?:room|hall|hallway|corridor|church|cathedral|cave|tunnel|studio|background|distance|space|courtyard|canyon)\b",
    re.IGNORECASE,
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DETERMINED = re.compile(
    r"(?:a|an|the|some|several|many|few|two|three|four|five|its|his|her|their|one|another|\d+)\b", re.IGNORECASE
)
# Names of what has no plural, or is one without an s.
_WITHOUT_ARTICLE = _listed("""
    traffic water rain wind music thunder hail snow surf speech foliage grass people children men women cattle sheep
    machinery construction air fire sea weather leaves laughter applause birdsong footsteps geese mice wildlife nature
    """)
_PLACED = re.compile(r",|\b(?:on|in|at|against|over|from)\b", re.IGNORECASE)
_ADVERB = re.compile(
    r"\w+ly|by|past|along|over|around|on|in|up|down|off|away|out|twice|once|again|overhead|loud|hard|low"
)
_VERB = re.compile(r"[a-z]{2,}ing", re.IGNORECASE)
_THINGS_IN_ING = _listed("building ceiling crossing swing wing king ring string spring thing awning railing")


def caption_of(request: VoiceRequest) -> str:
    """A caption that names the thing and all that it does, and nothing that is heard beside it.

    >>> caption_of(VoiceRequest(label="dog", prompt="barking and whining", duration_s=1.0, seed=0))
    'A dog barking and whining'
    """
    label = " ".join(request.label.split()).strip(" ,;.:-")
    text = _IN_THE_PICTURE.sub("", " ".join(request.prompt.split()))
    text = _NEGATION.sub("", _OF_STUDIOS.sub("", text))
    if request.kind != "ambient":
        # An ambience is many sounds at once, some far away: its description stays as it is.
        named = label or text
        text = _foreground(_AWAY.sub(" ", _IN_A_ROOM.sub("", text)), talks=is_people(named), plays=is_music(named))
    text = _OPENING.sub("", text.strip(" ,;.:-")).strip(" ,;.:-")
    caption = (_of_the_thing(text, label, ambient=request.kind == "ambient") if label else text) or "a sound"
    return caption[0].upper() + caption[1:]


def is_clause(text: str) -> bool:
    """Whether a text tells what something does, by a participle.

    >>> is_clause("a river flowing"), is_clause("the hum of a building")
    (True, False)
    """
    return any(_is_participle(word) for word in text.split())


def _of_the_thing(text: str, label: str, *, ambient: bool) -> str:
    """The text with its thing as the subject, or after it; how the thing usually sounds where it says no more."""
    if not text or text.lower() == label.lower():
        known = nearest_entry(label.lower())
        return known.caption if known and known.phrase == label.lower() else _with_article(label)
    words = text.split()
    if shares_a_word(" ".join(word for word in words if not _is_participle(word)), label):
        return _with_article(text) if text.lower().startswith(label.lower()) else text
    of_the_thing = f"{text} from {_with_article(label)}"
    if _is_participle(words[0]):
        following = words[1].strip(",;.:").lower() if len(words) > 1 else ""
        if following and (is_people(following) or nearest_entry(following) is not None):
            return text  # "chirping birds" have their subject in them
        is_name = len(words) == 2 and is_sound(words[0]) and not _ADVERB.fullmatch(following)  # "splashing water"
        return of_the_thing if is_name else f"{_with_article(label)} {text}"
    verb = next((place for place, word in enumerate(words) if _is_participle(word)), None)
    if verb is None and is_sound(words[0]) and words[0].endswith("s"):  # "barks twice"
        return f"{_with_article(label)} {text}"
    # "Loud barking", "engine noise" are of something; "hens clucking", "traffic on a motorway" are of what they name.
    has_subject = verb is not None and not _is_adjective(words[verb - 1])
    return text if has_subject or ambient or _PLACED.search(text) else of_the_thing


def _is_participle(word: str) -> bool:
    bare = word.strip(",;.:").lower()
    return bool(_VERB.fullmatch(bare)) and bare not in _THINGS_IN_ING


_ADJECTIVES = _listed("""
    a the loud soft gentle quiet constant continuous steady low deep high rhythmic occasional heavy light slow fast
    sharp dull repeated repetitive intermittent sudden pitched mechanical metallic cheerful excited excitable angry
    playful very some bright shrill harsh regular irregular brief long short subtle
    """)


def _is_adjective(word: str) -> bool:
    return word.strip(",;.:").lower().rpartition("-")[2] in _ADJECTIVES


def _with_article(name: str) -> str:
    """A name with its article, where it takes one.

    >>> [_with_article(name) for name in ("dog", "old engine", "cars", "road traffic", "bus", "the sea")]
    ['a dog', 'an old engine', 'cars', 'road traffic', 'a bus', 'the sea']
    """
    words = name.lower().split()
    head = next((before for before, word in pairwise(words) if _is_participle(word)), words[-1])
    is_plural = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    if _DETERMINED.match(name) or is_plural or head in _WITHOUT_ARTICLE:
        return name
    return f"{'an' if re.match('[aeio]|u(?!ni|s)|hour', words[0]) else 'a'} {name}"


def _foreground(text: str, *, talks: bool, plays: bool) -> str:
    """The parts of a text that name no surroundings, no music and no voices of other people, joined as they were."""
    kept, end = "", 0
    for part in _PART.finditer(text):
        words, joint = part[0], text[end : part.start()]
        end = part.end()
        # What the first part names makes the sound, as the rider of a bicycle does; what a later one does is beside it.
        besides = bool(kept) and ((not talks and is_people(words)) or (not plays and is_music(words)))
        if besides or _BACKGROUND.search(words):
            continue
        kept += f"{joint}{words}" if kept else words
    return kept
