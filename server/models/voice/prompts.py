"""Prompts for text-to-audio models, from the label of a source and the description of its sound.

The models learned from captions of whole recordings, and answer with whole recordings: a dog, the street that it barks
in and the hall with its echo. A scene places every source by itself and adds the room later, so a prompt asks for the
one source alone, close and dry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.models.voice.sound_words import is_music, is_noise_like, is_people, is_sudden
from server.pipeline.stages import VoiceRequest

WORDING = "words1"
"""Its number goes up whenever the same request gets another prompt, since that makes other clips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPrompt:
    """What a model is asked to make for a request.

    Attributes:
        text: what to make.
        negative: what to leave out, for models that take a second prompt for that.
        subject: the sound alone, with which the clip is compared later.
        is_continuous: whether the sound goes on, rather than happening once or a few times.
        may_be_noise: whether such a source may sound like steady noise.
    """

    text: str
    negative: str
    subject: str
    is_continuous: bool
    may_be_noise: bool


# Several birds of a scene get different words too, since some models answer the same words almost alike.
_CLOSE = (
    "close-miked, isolated, no background",
    "recorded close up, isolated, no background",
    "isolated close-up recording, dry, no background",
    "close and dry, a single source, no background",
)
_WIDE = (
    "continuous and even",
    "steady field recording, continuous",
    "even and continuous, recorded in the open",
    "continuous, without single events",
)
_ALWAYS_UNWANTED = ("low quality", "distortion", "clipping")

_OPENING = re.compile(
    r"^(?:(?:there (?:is|are)|(?:we|you) (?:can )?hear|hearing)\s+)?"
    r"(?:(?:(?:the|a|an)\s+)?(?:sound|noise|audio|recording|photo|picture|image|view)s?\s+(?:of|from)\s+)?",
    re.IGNORECASE,
)
_IN_THE_PICTURE = re.compile(
    r"\s*(?:\bas seen )?\b(?:(?:in|on|at|to|from) (?:the |its )?(?:image|picture|photo|photograph|scene|foreground|"
    r"frame|panorama|view|(?:far )?left(?: side)?|(?:far )?right(?: side)?)|visible|seen here)\b",
    re.IGNORECASE,
)
_JUNCTION = r"[,;.:()]|\b(?:while|whilst|as|and|with|over|against|amid|amidst)\b"
_PART = re.compile(rf"(?!\s|{_JUNCTION})(?:(?!\s*(?:{_JUNCTION})).)+", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"\b(?:background|backdrop|distan(?:t|ce)|far away|faint(?:ly)?|echo\w*|reverb\w*|resonat\w+|ambien(?:t|ce)|"
    r"atmosphere|acoustics?)\b",
    re.IGNORECASE,
)
_IN_A_ROOM = re.compile(
    r"\s*\b(?:in|inside|through|across|around|throughout|within) (?:a |an |the |its )?(?:\w+ ){0,2}"
    r"(?:room|hall|hallway|corridor|church|cathedral|cave|tunnel|studio|background|distance|space|courtyard|canyon)\b",
    re.IGNORECASE,
)


def audio_prompt(request: VoiceRequest) -> AudioPrompt:
    """The prompt for the clip of a request; the seed alone chooses among equivalent wordings.

    >>> dog = VoiceRequest(label="dog", prompt="The sound of a small dog barking in a reverberant hall, with music "
    ...                    "in the background", duration_s=10.0, seed=0)
    >>> audio_prompt(dog).text
    'a small dog barking, close-miked, isolated, no background'
    """
    named = request.label.strip() or request.prompt
    talks, plays, wide = is_people(named), is_music(named), request.kind == "ambient"
    subject = _subject(request, talks=talks, plays=plays)
    manners = _WIDE if wide else _CLOSE
    unwanted = [
        *([] if plays else ["music"]),
        *([] if talks else ["speech", "voices"]),
        *([] if wide else ["reverberation", "echo", "background noise"]),
        *_ALWAYS_UNWANTED,
    ]
    return AudioPrompt(
        text=f"{subject}, {manners[request.seed % len(manners)]}",
        negative=", ".join(unwanted),
        subject=subject,
        is_continuous=request.kind != "point" or not is_sudden(request.label, request.prompt),
        may_be_noise=wide or is_noise_like(f"{request.label} {subject}"),
    )


def _subject(request: VoiceRequest, *, talks: bool, plays: bool) -> str:
    """The description of the sound alone, without its surroundings; the label where nothing is left."""
    label = " ".join(request.label.split())
    text = _IN_THE_PICTURE.sub("", " ".join(request.prompt.split()) or label)
    if request.kind != "ambient":
        # An ambience is many sounds at once, some far away: its description stays as it is.
        text = _foreground(_IN_A_ROOM.sub("", text), talks=talks, plays=plays)
    return _OPENING.sub("", text.strip(" ,;.:-")) or label or "a sound"


def _foreground(text: str, *, talks: bool, plays: bool) -> str:
    """The first consecutive parts of a text that name no surroundings, no music and no voices of other people."""
    begin = end = None
    for part in _PART.finditer(text):
        words = part[0]
        # A person in the first part makes the sound, as the rider of a bicycle does; a later one is another source.
        besides = begin is not None and not talks and is_people(words)
        foreign = besides or (not plays and is_music(words)) or _BACKGROUND.search(words)
        if not foreign:
            begin, end = part.start() if begin is None else begin, part.end()
        elif begin is not None:
            break
    return text[begin:end] if begin is not None else ""
