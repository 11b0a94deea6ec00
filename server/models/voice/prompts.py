"""Prompts for text-to-audio models: one plain sentence about the one thing that sounds, as captions of recordings are.

The models learned from captions such as those of AudioCaps (C. D. Kim et al., NAACL 2019): "A dog barks", "Water flows
over rocks while birds chirp". Words of studios and negations are rare in these, and what a negation names is heard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocol.scene import Kind
from server.models.voice.captions import caption_of, is_clause
from server.models.voice.sound_words import is_music, is_noise_like, is_people, is_sudden
from server.pipeline.stages import VoiceRequest

WORDING = "words2"
"""Its number goes up whenever the same request gets another prompt, since that makes other clips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPrompt:
    """What a model is asked to make for a request.

    Attributes:
        text: what to make.
        negative: what to leave out, for models that take a second prompt for that.
        subject: the caption of the sound alone, with which the clip is compared later.
        is_continuous: whether the sound goes on, rather than happening once or a few times.
        may_be_noise: whether such a source may sound like steady noise.
    """

    text: str
    negative: str
    subject: str
    is_continuous: bool
    may_be_noise: bool


# How each kind of source is there. Several birds of a scene get different words too, since some models answer the same
# words almost alike.
_MANNERS: dict[Kind, tuple[str, ...]] = {
    "point": ("nearby", "close by", "up close", "at close range"),
    "line": ("steadily", "continuously", "constantly", "on and on"),
    "area": ("all around", "on all sides", "everywhere around", "from all sides"),
    "ambient": ("in the background", "all around", "everywhere around", "from all sides"),
}
_HAS_MANNER = re.compile(
    r"\b(?:near\w*|close|(?:far|distan\w+)|past|by|around|on (?:all|every) sides?|everywhere|background|overhead|"
    r"stead(?:y|ily)|continu\w+|constant\w*|endless\w*|passing|ambien\w+|(?:in|on|at) (?:an?|the))\b|"
    r",|\b(?:and|while|as|with)\b",
    re.IGNORECASE,
)
_ALWAYS_UNWANTED = ("low quality", "distortion", "clipping")


def audio_prompt(request: VoiceRequest) -> AudioPrompt:
    """The prompt for the clip of a request; the seed alone chooses among equivalent wordings.

    >>> dog = VoiceRequest(label="dog", prompt="The sound of barking in a large hall, with music in the background",
    ...                    duration_s=10.0, seed=0)
    >>> audio_prompt(dog).text
    'A dog barking nearby'
    """
    named = request.label.strip() or request.prompt
    caption = caption_of(request)
    talks, plays, wide = is_people(named), is_music(f"{named} {caption}"), request.kind == "ambient"
    unwanted = [
        *([] if plays else ["music"]),
        *([] if talks else ["speech", "voices"]),
        *([] if wide else ["reverberation", "echo", "background noise"]),
        *_ALWAYS_UNWANTED,
    ]
    return AudioPrompt(
        text=f"{caption}{_manner(caption, request)}",
        negative=", ".join(unwanted),
        subject=caption,
        is_continuous=request.kind != "point" or not is_sudden(request.label, request.prompt),
        may_be_noise=wide or is_noise_like(f"{request.label} {caption}"),
    )


def _manner(caption: str, request: VoiceRequest) -> str:
    """How the source is there, after its caption; nothing where that says so, or tells of several things."""
    if _HAS_MANNER.search(caption) or (request.kind == "line" and not is_clause(caption)):
        return ""
    manners = _MANNERS[request.kind]
    return f" {manners[request.seed % len(manners)]}"
