"""A fixed vocabulary of what sounds in streets, parks and rooms, with how each of them usually sounds and how loud.

Levels are dB SPL at 1 m, rounded, as such a source usually measures. Speech: ANSI S3.5-1997, table 1 (62 normal, 75
loud, 82 shouted). Vehicles: the limits of UN regulations 51 and 41 at 7.5 m, plus 17.5 dB. Machines of building sites:
the table of the FHWA's Roadway Construction Noise Model (2006) at 15.2 m, plus 23.7 dB. Water, leaves, grass, traffic
and footsteps: as in the embedded perception. The others are estimates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from protocol.scene import Evidence, Kind


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """One kind of source.

    Attributes:
        phrase: what to look for, as a grounding model understands it.
        caption: what it sounds like.
        kind: how its level falls with distance.
        level_db_spl_1m: typical level at 1 m.
        evidence: whether the object itself sounds or only implies what does, as a road implies traffic.
    """

    phrase: str
    caption: str
    kind: Kind
    level_db_spl_1m: float
    evidence: Evidence = "seen"


# Few enough for one prompt of a Grounding DINO, which reads 256 tokens: a second would double the time of each view.
VOCABULARY = (
    # Roads, rails, water and air.
    VocabularyEntry("road", "cars passing on a road nearby", "line", 75.0, "inferred"),
    VocabularyEntry("highway", "steady fast traffic on a motorway", "line", 85.0, "inferred"),
    VocabularyEntry("car", "a car driving past slowly", "point", 75.0),
    VocabularyEntry("taxi", "a taxi pulling away", "point", 75.0),
    VocabularyEntry("truck", "a lorry passing with a diesel engine", "point", 95.0),
    VocabularyEntry("bus", "a city bus with its diesel engine idling", "point", 90.0),
    VocabularyEntry("motorcycle", "a motorcycle passing", "point", 94.0),
    VocabularyEntry("scooter", "a motor scooter passing", "point", 88.0),
    VocabularyEntry("bicycle", "a bicycle rolling by with a ticking freewheel", "point", 55.0),
    VocabularyEntry("skateboard", "a skateboard rolling over asphalt", "point", 75.0),
    VocabularyEntry("ambulance", "an ambulance siren", "point", 115.0, "inferred"),
    VocabularyEntry("police car", "a police siren", "point", 115.0, "inferred"),
    VocabularyEntry("fire engine", "a fire engine siren and its diesel engine", "point", 115.0, "inferred"),
    VocabularyEntry("garbage truck", "a refuse lorry with a hydraulic press", "point", 100.0),
    VocabularyEntry("tram", "a tram passing on its rails", "point", 95.0),
    VocabularyEntry("train", "a train passing", "line", 100.0),
    VocabularyEntry("railway track", "a train passing in the distance", "line", 90.0, "inferred"),
    VocabularyEntry("level crossing", "the bell of a level crossing", "point", 90.0, "inferred"),
    VocabularyEntry("boat", "a boat engine chugging", "point", 85.0),
    VocabularyEntry("ship", "a ship's deep engine hum", "point", 95.0),
    VocabularyEntry("airplane", "an aeroplane flying overhead", "point", 130.0),
    VocabularyEntry("helicopter", "a helicopter hovering", "point", 120.0),
    # People.
    VocabularyEntry("person", "footsteps of a person walking on pavement", "point", 55.0),
    VocabularyEntry("group of people", "a group of people talking", "point", 68.0),
    VocabularyEntry("crowd", "the murmur of a large crowd", "area", 75.0),
    VocabularyEntry("child", "a child laughing and shouting", "point", 80.0),
    VocabularyEntry("playground", "children playing in a playground", "area", 82.0, "inferred"),
    VocabularyEntry("jogger", "running footsteps of a jogger", "point", 62.0),
    VocabularyEntry("street musician", "a street musician playing", "point", 80.0),
    VocabularyEntry("guitar", "an acoustic guitar being played", "point", 75.0, "inferred"),
    VocabularyEntry("drum", "a drum being played", "point", 95.0, "inferred"),
    VocabularyEntry("piano", "a piano being played", "point", 80.0, "inferred"),
    VocabularyEntry("violin", "a violin being played", "point", 80.0, "inferred"),
    VocabularyEntry("loudspeaker", "an announcement from a loudspeaker", "point", 85.0, "inferred"),
    VocabularyEntry("market stall", "market traders calling and customers talking", "area", 75.0, "inferred"),
    VocabularyEntry(
        "restaurant terrace", "people dining outdoors with clinking cups and plates", "area", 68.0, "inferred"
    ),
    VocabularyEntry("football pitch", "a football game with shouts and kicks", "area", 82.0, "inferred"),
    VocabularyEntry("basketball court", "a basketball bouncing on a court", "area", 80.0, "inferred"),
    # Animals.
    VocabularyEntry("bird", "a songbird singing", "point", 80.0),
    VocabularyEntry("pigeon", "pigeons cooing and flapping their wings", "point", 65.0),
    VocabularyEntry("seagull", "seagulls calling", "point", 90.0),
    VocabularyEntry("crow", "a crow cawing", "point", 85.0),
    VocabularyEntry("duck", "ducks quacking", "point", 75.0),
    VocabularyEntry("rooster", "a rooster crowing", "point", 100.0),
    VocabularyEntry("chicken", "hens clucking", "point", 65.0),
    VocabularyEntry("dog", "a dog barking", "point", 95.0),
    VocabularyEntry("cat", "a cat meowing", "point", 65.0),
    VocabularyEntry("horse", "a horse snorting and stepping", "point", 70.0),
    VocabularyEntry("cow", "a cow mooing with a bell", "point", 90.0),
    VocabularyEntry("sheep", "sheep bleating", "point", 80.0),
    VocabularyEntry("beehive", "bees buzzing around a hive", "point", 55.0, "inferred"),
    # Plants, water and weather.
    VocabularyEntry("tree", "wind in the leaves of a tree", "area", 50.0),
    VocabularyEntry("meadow", "crickets in a meadow", "area", 50.0, "inferred"),
    VocabularyEntry("fountain", "a fountain splashing into a stone basin", "point", 70.0),
    VocabularyEntry("river", "a river flowing", "line", 65.0),
    VocabularyEntry("stream", "a small stream babbling over stones", "line", 60.0),
    VocabularyEntry("waterfall", "a waterfall roaring", "area", 90.0),
    VocabularyEntry("canal", "water lapping against stone walls", "line", 55.0),
    VocabularyEntry("pond", "frogs and quiet water at a pond", "area", 55.0, "inferred"),
    VocabularyEntry("beach", "waves breaking on a beach", "line", 75.0),
    VocabularyEntry("harbor", "water lapping on hulls and ropes creaking", "area", 60.0),
    VocabularyEntry("campfire", "a campfire crackling", "point", 60.0),
    VocabularyEntry("flag", "a flag flapping in the wind", "point", 60.0),
    VocabularyEntry("wind turbine", "the slow swish of a wind turbine", "point", 100.0),
    # Bells, machines and works.
    VocabularyEntry("bell tower", "church bells ringing", "point", 110.0, "inferred"),
    VocabularyEntry("clock tower", "a tower clock striking the hour", "point", 105.0, "inferred"),
    VocabularyEntry("pedestrian signal", "the ticking of a pedestrian crossing signal", "point", 60.0, "inferred"),
    VocabularyEntry("construction site", "hammering and machines on a building site", "area", 100.0, "inferred"),
    VocabularyEntry("excavator", "an excavator digging", "point", 105.0),
    VocabularyEntry("crane", "a construction crane's motor", "point", 95.0),
    VocabularyEntry("jackhammer", "a jackhammer breaking concrete", "point", 112.0),
    VocabularyEntry("generator", "a generator running steadily", "point", 95.0),
    VocabularyEntry("lawn mower", "a lawn mower running", "point", 95.0),
    VocabularyEntry("air conditioner", "the hum of an air conditioner", "point", 62.0),
    VocabularyEntry("escalator", "an escalator running", "line", 62.0),
    # Rooms.
    VocabularyEntry("television", "a television playing quietly", "point", 60.0, "inferred"),
    VocabularyEntry("radio", "a radio playing", "point", 62.0, "inferred"),
    VocabularyEntry("computer", "the fan of a computer", "point", 40.0),
    VocabularyEntry("keyboard", "typing on a computer keyboard", "point", 55.0, "inferred"),
    VocabularyEntry("telephone", "a telephone ringing", "point", 75.0, "inferred"),
    VocabularyEntry("wall clock", "a clock ticking", "point", 35.0),
    VocabularyEntry("electric fan", "an electric fan blowing", "point", 50.0),
    VocabularyEntry("refrigerator", "the hum of a refrigerator", "point", 42.0),
    VocabularyEntry("washing machine", "a washing machine spinning", "point", 70.0),
    VocabularyEntry("kitchen sink", "water running into a kitchen sink", "point", 60.0, "inferred"),
    VocabularyEntry("stove", "food sizzling in a pan on a stove", "point", 60.0, "inferred"),
    VocabularyEntry("coffee machine", "an espresso machine hissing", "point", 75.0),
    VocabularyEntry("fireplace", "a fire crackling in a fireplace", "point", 58.0),
    VocabularyEntry("aquarium", "an aquarium pump bubbling", "point", 45.0),
)


def nearest_entry(phrase: str) -> VocabularyEntry | None:
    """The longest entry whose words end a noun phrase; None where there is none.

    >>> nearest_entry("parked police cars").phrase, nearest_entry("stone fountain").phrase, nearest_entry("car horn")
    ('police car', 'fountain', None)
    """
    words = stems(phrase)
    for length in range(min(3, len(words)), 0, -1):
        entry = _entries().get(words[-length:])
        if entry is not None:
            return entry
    return None


@cache
def _entries() -> dict[tuple[str, ...], VocabularyEntry]:
    return {stems(entry.phrase): entry for entry in VOCABULARY}


def stems(phrase: str) -> tuple[str, ...]:
    """Words without the endings of the plural; it only matters that singular and plural become equal."""
    return tuple(word.rstrip("es") for word in re.findall(r"\w+", phrase.lower()))
