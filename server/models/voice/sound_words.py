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
# What may be said of an event beside its sound.
_OF_EVENTS = "ring toll strike hit close shut open announce warn fall"
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


# What is heard rather than seen: these words name sounds, or what things do that sound.
_SOUNDS = """
    bark growl howl whine meow purr chirp tweet sing caw coo hoot quack cluck crow moo bleat neigh buzz ring toll chime
    honk beep rumble hum drone roar hiss whistle click tick knock bang clang rattle squeak creak rustle splash drip
    gurgle babble trickle flow crackle sizzle laugh shout scream cry talk whisper murmur play pass idle rev squeal wail
"""


def is_sound(word: str) -> bool:
    """Whether a word names a sound, or what a thing does that sounds.

    >>> is_sound("barks"), is_sound("hens")
    (True, False)
    """
    return bool(_stems(word) & _listed(_SOUNDS))


def shares_a_word(one: str, other: str) -> bool:
    """Whether two texts have a word in common, in any of its forms.

    >>> shares_a_word("church bells ringing", "bell tower"), shares_a_word("barking", "dog")
    (True, False)
    """
    return bool(_stems(one) & _stems(other))


def is_sudden(label: str, prompt: str) -> bool:
    """Whether a source sounds as a single event: by its label first, else by its description.

    What does anything beside it that goes on, as children who shout and play, is no event.

    >>> is_sudden("church bell", "a bell ringing"), is_sudden("fountain", "a fountain where a dog barks")
    (True, False)
    """
    named = _stems(label)
    if (named | _stems(prompt)) & _listed(_STEADY):
        return False
    known = _listed(_SUDDEN)
    if {"wind", "chim"} <= named or named & known:
        return not {"wind", "chim"} <= named
    verbs = _stems(" ".join(re.findall("[a-z]+ing\\b", prompt.lower())))
    goes_on = verbs - known - _listed(_OF_EVENTS)
    return not named & _listed(_NOISE_LIKE) and bool(_stems(prompt) & known) and not goes_on


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
