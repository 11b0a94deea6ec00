"""How a source sounds by its words: suddenly or continuously, like noise, with voices, as music."""

from __future__ import annotations

import re
from functools import cache

# Sounds that happen once or a few times, and are followed by silence.
_SUDDEN = """
    bell doorbell bark dog yelp woof cat meow horn honk beep knock door gate slam bang crash shot gunshot
    explosion firework firecracker thunder thunderclap lightning clang chime gong cough sneeze shout scream yell whistle
    telephone phone ringtone click shutter rooster cock crow caw raven owl hoot duck quack goose cow moo sheep goat
    bleat neigh hammer axe chop splash drop thud squeak creak pop snap
"""
# Words by which even a sudden sound is continuous.
_STEADY = """
    continuous continuously constant constantly steady steadily endless idling idle engine hum humming drone droning
    purr running flowing flow motor trot gallop clop
"""
_NOISE_LIKE = """
    rain drizzle downpour hail rainstorm shower waterfall cascade wind windy breeze gale gust storm sea ocean surf wave
    shore beach seaside river stream brook creek weir rapid fountain sprinkler tap faucet water spray hiss steam static
    fan vent ventilation ventilator air conditioner hvac blower dryer vacuum traffic highway motorway freeway road
    street car tyre tire applause crowd leaf leaves foliage tree forest rustle grass reed fire flame sizzle fry jet
    airplane plane aircraft exhaust hood extractor whoosh roar rush noise sweep broom sand gravel pour
"""
_PEOPLE = """
    speech speak speaker talk conversation chat chatter voice people person man woman men women child children kid boy
    girl baby crowd pedestrian passerby audience announce announcement announcer vendor seller shout scream yell laugh
    laughter cheer applause sing singer choir market cafe restaurant pub playground school tourist guest customer
    spectator babble murmur whisper
"""
_MUSIC = """
    music musician musical busker band guitar piano violin cello accordion organ drum drummer orchestra choir radio
    concert singer melody song saxophone trumpet flute carousel tune jukebox dj harp brass
"""


def is_sudden(label: str, prompt: str) -> bool:
    """Whether a source sounds as a single event: by its label first, else by its description.

    >>> is_sudden("church bell", "a bell ringing"), is_sudden("fountain", "a fountain where a dog barks")
    (True, False)
    """
    named = _stems(label)
    if (named | _stems(prompt)) & _listed(_STEADY):
        return False
    known = _listed(_SUDDEN)
    return bool(named & known) or (not named & _listed(_NOISE_LIKE) and bool(_stems(prompt) & known))


def is_noise_like(text: str) -> bool:
    """Whether a source with this name may sound like steady noise, as rain does.

    >>> is_noise_like("heavy rain on a roof"), is_noise_like("a small dog barking")
    (True, False)
    """
    return bool(_stems(text) & _listed(_NOISE_LIKE))


def is_people(text: str) -> bool:
    """Whether a source with this name is people, so that voices belong to its sound."""
    return bool(_stems(text) & _listed(_PEOPLE))


def is_music(text: str) -> bool:
    """Whether a source with this name is music, or makes it."""
    return bool(_stems(text) & _listed(_MUSIC))


@cache
def _listed(words: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in words.split())


def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in re.findall("[a-z]+", text.lower()))


def _stem(word: str) -> str:
    """A word without its plural, its participle, a doubled consonant and a silent ending.

    >>> [_stem(word) for word in ("barks", "barking", "idling", "clapped", "waves", "ring")]
    ['bark', 'bark', 'idl', 'clap', 'wav', 'ring']
    """
    for ending in ("ing", "ed", "es", "s"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and re.search("[aeiouy]", root):
            word = root
            break
    word = re.sub(r"([^aeiou])\1$", r"\1", word)
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
