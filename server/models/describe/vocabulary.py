"""A fixed vocabulary of what sounds in streets, parks and rooms, with how each thing usually sounds and how loud.

Levels are dB SPL at 1 m, rounded to what such a thing usually measures. Speech: ANSI S3.5-1997, table 1 (62 normal, 75
loud, 82 shouted). Vehicles: the limits of UN regulations 51 and 41 at 7.5 m, plus 17.5 dB. Machines of building sites:
the table of the FHWA's Roadway Construction Noise Model (2006) at 15.2 m, plus 23.7 dB. Water, leaves, grass, traffic
and footsteps: as the embedded eyes have them. The others are estimates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from protocol.scene import Evidence, Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that sounds.

    Attributes:
        phrase: what to look for, as a grounding model understands it.
        caption: what it sounds like.
        kind: how its level falls with distance.
        level_db_spl_1m: typical level at 1 m.
        evidence: whether the thing itself sounds or only implies what does, as a road does traffic.
    """

    phrase: str
    caption: str
    kind: Kind
    level_db_spl_1m: float
    evidence: Evidence = "seen"


# Few enough for one prompt of a Grounding DINO, which reads 256 tokens: a second would double the time of each view.
ENTRIES = (
    # Roads, rails, water and air.
    Entry("road", "cars passing on a road nearby", "line", 75.0, "inferred"),
    Entry("highway", "steady fast traffic on a motorway", "line", 85.0, "inferred"),
    Entry("car", "a car driving past slowly", "point", 75.0),
    Entry("taxi", "a taxi pulling away", "point", 75.0),
    Entry("truck", "a lorry passing with a diesel engine", "point", 95.0),
    Entry("bus", "a city bus with its diesel engine idling", "point", 90.0),
    Entry("motorcycle", "a motorcycle passing", "point", 94.0),
    Entry("scooter", "a motor scooter passing", "point", 88.0),
    Entry("bicycle", "a bicycle rolling by with a ticking freewheel", "point", 55.0),
    Entry("skateboard", "a skateboard rolling over asphalt", "point", 75.0),
    Entry("ambulance", "an ambulance siren", "point", 115.0, "inferred"),
    Entry("police car", "a police siren", "point", 115.0, "inferred"),
    Entry("fire engine", "a fire engine siren and its diesel engine", "point", 115.0, "inferred"),
    Entry("garbage truck", "a refuse lorry with a hydraulic press", "point", 100.0),
    Entry("tram", "a tram passing on its rails", "point", 95.0),
    Entry("train", "a train passing", "line", 100.0),
    Entry("railway track", "a train passing in the distance", "line", 90.0, "inferred"),
    Entry("level crossing", "the bell of a level crossing", "point", 90.0, "inferred"),
    Entry("boat", "a boat engine chugging", "point", 85.0),
    Entry("ship", "a ship's deep engine hum", "point", 95.0),
    Entry("airplane", "an aeroplane flying overhead", "point", 130.0),
    Entry("helicopter", "a helicopter hovering", "point", 120.0),
    # People.
    Entry("person", "footsteps of a person walking on pavement", "point", 55.0),
    Entry("group of people", "a group of people talking", "point", 68.0),
    Entry("crowd", "the murmur of a large crowd", "area", 75.0),
    Entry("child", "a child laughing and shouting", "point", 80.0),
    Entry("playground", "children playing in a playground", "area", 82.0, "inferred"),
    Entry("jogger", "running footsteps of a jogger", "point", 62.0),
    Entry("street musician", "a street musician playing", "point", 80.0),
    Entry("guitar", "an acoustic guitar being played", "point", 75.0, "inferred"),
    Entry("drum", "a drum being played", "point", 95.0, "inferred"),
    Entry("piano", "a piano being played", "point", 80.0, "inferred"),
    Entry("violin", "a violin being played", "point", 80.0, "inferred"),
    Entry("loudspeaker", "an announcement from a loudspeaker", "point", 85.0, "inferred"),
    Entry("market stall", "market traders calling and customers talking", "area", 75.0, "inferred"),
    Entry("restaurant terrace", "people dining outdoors with clinking cups and plates", "area", 68.0, "inferred"),
    Entry("football pitch", "a football game with shouts and kicks", "area", 82.0, "inferred"),
    Entry("basketball court", "a basketball bouncing on a court", "area", 80.0, "inferred"),
    # Animals.
    Entry("bird", "a songbird singing", "point", 80.0),
    Entry("pigeon", "pigeons cooing and flapping their wings", "point", 65.0),
    Entry("seagull", "seagulls calling", "point", 90.0),
    Entry("crow", "a crow cawing", "point", 85.0),
    Entry("duck", "ducks quacking", "point", 75.0),
    Entry("rooster", "a rooster crowing", "point", 100.0),
    Entry("chicken", "hens clucking", "point", 65.0),
    Entry("dog", "a dog barking", "point", 95.0),
    Entry("cat", "a cat meowing", "point", 65.0),
    Entry("horse", "a horse snorting and stepping", "point", 70.0),
    Entry("cow", "a cow mooing with a bell", "point", 90.0),
    Entry("sheep", "sheep bleating", "point", 80.0),
    Entry("beehive", "bees buzzing around a hive", "point", 55.0, "inferred"),
    # Plants, water and weather.
    Entry("tree", "wind in the leaves of a tree", "area", 50.0),
    Entry("meadow", "crickets in a meadow", "area", 50.0, "inferred"),
    Entry("fountain", "a fountain splashing into a stone basin", "point", 70.0),
    Entry("river", "a river flowing", "line", 65.0),
    Entry("stream", "a small stream babbling over stones", "line", 60.0),
    Entry("waterfall", "a waterfall roaring", "area", 90.0),
    Entry("canal", "water lapping against stone walls", "line", 55.0),
    Entry("pond", "frogs and quiet water at a pond", "area", 55.0, "inferred"),
    Entry("beach", "waves breaking on a beach", "line", 75.0),
    Entry("harbor", "water lapping on hulls and ropes creaking", "area", 60.0),
    Entry("campfire", "a campfire crackling", "point", 60.0),
    Entry("flag", "a flag flapping in the wind", "point", 60.0),
    Entry("wind turbine", "the slow swish of a wind turbine", "point", 100.0),
    # Bells, machines and works.
    Entry("bell tower", "church bells ringing", "point", 110.0, "inferred"),
    Entry("clock tower", "a tower clock striking the hour", "point", 105.0, "inferred"),
    Entry("pedestrian signal", "the ticking of a pedestrian crossing signal", "point", 60.0, "inferred"),
    Entry("construction site", "hammering and machines on a building site", "area", 100.0, "inferred"),
    Entry("excavator", "an excavator digging", "point", 105.0),
    Entry("crane", "a construction crane's motor", "point", 95.0),
    Entry("jackhammer", "a jackhammer breaking concrete", "point", 112.0),
    Entry("generator", "a generator running steadily", "point", 95.0),
    Entry("lawn mower", "a lawn mower running", "point", 95.0),
    Entry("air conditioner", "the hum of an air conditioner", "point", 62.0),
    Entry("escalator", "an escalator running", "line", 62.0),
    # Rooms.
    Entry("television", "a television playing quietly", "point", 60.0, "inferred"),
    Entry("radio", "a radio playing", "point", 62.0, "inferred"),
    Entry("computer", "the fan of a computer", "point", 40.0),
    Entry("keyboard", "typing on a computer keyboard", "point", 55.0, "inferred"),
    Entry("telephone", "a telephone ringing", "point", 75.0, "inferred"),
    Entry("wall clock", "a clock ticking", "point", 35.0),
    Entry("electric fan", "an electric fan blowing", "point", 50.0),
    Entry("refrigerator", "the hum of a refrigerator", "point", 42.0),
    Entry("washing machine", "a washing machine spinning", "point", 70.0),
    Entry("kitchen sink", "water running into a kitchen sink", "point", 60.0, "inferred"),
    Entry("stove", "food sizzling in a pan on a stove", "point", 60.0, "inferred"),
    Entry("coffee machine", "an espresso machine hissing", "point", 75.0),
    Entry("fireplace", "a fire crackling in a fireplace", "point", 58.0),
    Entry("aquarium", "an aquarium pump bubbling", "point", 45.0),
)


def nearest_entry(thing: str) -> Entry | None:
    """The entry whose words end a noun phrase, the longest of them; None where there is none.

    >>> nearest_entry("parked police cars").phrase, nearest_entry("stone fountain").phrase, nearest_entry("car horn")
    ('police car', 'fountain', None)
    """
    words = _stems(thing)
    for length in range(min(3, len(words)), 0, -1):
        entry = _entries().get(words[-length:])
        if entry is not None:
            return entry
    return None


@cache
def _entries() -> dict[tuple[str, ...], Entry]:
    return {_stems(entry.phrase): entry for entry in ENTRIES}


def _stems(phrase: str) -> tuple[str, ...]:
    """Words without what makes the plural; it only matters that both numbers come to the same."""
    return tuple(word.rstrip("es") for word in re.findall(r"\w+", phrase.lower()))
