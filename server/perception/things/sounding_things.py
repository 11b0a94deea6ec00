"""What each kind of thing sounds like: the one table from what is detected to what is heard."""

from __future__ import annotations

from server.perception.land_cover.classes import Cover
from server.perception.things.sounding_thing import INDOORS, OUT_OF_DOORS, SoundingThing, Variant

_WATER = frozenset({Cover.WATER})
_STREET = frozenset({Cover.ROAD, Cover.PAVED})

# Levels are typical equivalent or, for calls, maximal levels 1 m from one source. What is published at another distance
# is brought to 1 m by 20 log10 of the distance.
SOUNDING_THINGS = (
    SoundingThing(
        name="person",
        label="people",
        height_m=(0.8, 2.1),
        variants=(
            # Half of a crowd of a dozen speaks up: raised vocal effort (ISO 9921:2003, table A.1).
            Variant(prompt="murmur of a large crowd", level_db_spl_1m=62.0, least_count=10),
            Variant(prompt="murmur of people talking", level_db_spl_1m=60.0, least_count=4),
            # Normal vocal effort, 60 dB at 1 m (ISO 9921:2003, table A.1).
            Variant(prompt="a conversation between people", level_db_spl_1m=60.0, least_count=2),
            Variant(prompt="a quiet conversation", level_db_spl_1m=57.0, surroundings=frozenset({"indoor"})),
            # Nearer than 3 m one hears a person's voice.
            Variant(prompt="a quiet conversation", level_db_spl_1m=57.0, least_height_deg=30.0),
            Variant(prompt="footsteps on grass", level_db_spl_1m=48.0, ground=frozenset({Cover.GRASS})),
            Variant(prompt="footsteps on gravel", level_db_spl_1m=55.0, ground=frozenset({Cover.SOIL})),
            # As for paved ground in ``soundings``.
            Variant(prompt="footsteps on stone", level_db_spl_1m=55.0),
        ),
    ),
    SoundingThing(
        name="bicycle",
        label="bicycle",
        height_m=(0.7, 1.4),
        # The freewheel and the tyres; one that leans on a wall is silent.
        variants=(
            Variant(prompt="a bicycle rolling past", level_db_spl_1m=55.0, surroundings=OUT_OF_DOORS, ridden=True),
        ),
    ),
    SoundingThing(
        name="motorcycle",
        label="motorcycle",
        height_m=(0.8, 1.8),
        # 77 dB at 7.5 m is the limit of UN Regulation 41 for most.
        variants=(
            Variant(prompt="a motorcycle passing", level_db_spl_1m=93.0, surroundings=OUT_OF_DOORS, ridden=True),
        ),
    ),
    SoundingThing(
        name="bus",
        label="bus",
        height_m=(2.2, 4.6),
        # 76 to 78 dB at 7.5 m is the limit of UN Regulation 51 at full throttle; one at a stop is 10 dB quieter.
        variants=(
            Variant(
                prompt="a bus with its diesel engine", level_db_spl_1m=84.0, surroundings=OUT_OF_DOORS, ground=_STREET
            ),
        ),
    ),
    # COCO counts trams as trains. A tram at 40 km/h has about 76 dB at 7.5 m, a train at 80 km/h about 85 dB.
    SoundingThing(
        name="train",
        label="tram",
        height_m=(2.6, 4.5),
        kind="line",
        stands=False,
        variants=(
            Variant(
                prompt="a tram passing on its rails", level_db_spl_1m=85.0, surroundings=OUT_OF_DOORS, ground=_STREET
            ),
        ),
    ),
    SoundingThing(
        name="train",
        label="train",
        height_m=(2.6, 5.5),
        kind="line",
        # It may run on a viaduct.
        stands=False,
        variants=(Variant(prompt="a train passing", level_db_spl_1m=94.0, surroundings=OUT_OF_DOORS),),
    ),
    SoundingThing(
        name="boat",
        label="boat",
        height_m=(0.4, 30.0),
        variants=(
            Variant(
                prompt="boat engines chugging",
                level_db_spl_1m=80.0,
                least_count=3,
                surroundings=OUT_OF_DOORS,
                ground=_WATER,
            ),
            Variant(
                prompt="water lapping on the hull of a boat",
                level_db_spl_1m=58.0,
                surroundings=OUT_OF_DOORS,
                ground=_WATER,
            ),
        ),
    ),
    SoundingThing(
        name="airplane",
        label="aeroplane",
        height_m=(2.0, 25.0),
        stands=False,
        # 65 dB from an airliner overhead, as from 300 m, which is where sources in the sky are put.
        variants=(
            Variant(
                prompt="an aeroplane flying overhead",
                level_db_spl_1m=115.0,
                surroundings=frozenset({"outdoor", "unknown"}),
                ground=frozenset({Cover.SKY}),
                aloft=True,
            ),
        ),
    ),
    SoundingThing(
        name="bird",
        label="birds",
        height_m=(0.1, 1.6),
        stands=False,
        variants=(
            Variant(
                prompt="ducks quacking",
                level_db_spl_1m=75.0,
                surroundings=OUT_OF_DOORS,
                ground=_WATER,
            ),
            Variant(prompt="pigeons cooing", level_db_spl_1m=60.0, surroundings=OUT_OF_DOORS, ground=_STREET),
            # Songbirds sing at 75 to 100 dB (Brackenbury 1979, J. Exp. Biol. 78), with pauses.
            Variant(prompt="birds singing", level_db_spl_1m=75.0, surroundings=OUT_OF_DOORS),
        ),
    ),
    SoundingThing(
        name="dog",
        label="dog",
        height_m=(0.15, 1.1),
        # Barks measure about 90 dB; the clip has its pauses.
        variants=(Variant(prompt="a dog barking now and then", level_db_spl_1m=85.0),),
    ),
    SoundingThing(
        name="cat",
        label="cat",
        height_m=(0.1, 0.5),
        variants=(Variant(prompt="a cat meowing", level_db_spl_1m=65.0),),
    ),
    SoundingThing(
        name="horse",
        label="horse",
        height_m=(0.9, 2.6),
        variants=(Variant(prompt="a horse with clopping hooves", level_db_spl_1m=70.0, surroundings=OUT_OF_DOORS),),
    ),
    SoundingThing(
        name="sheep",
        label="sheep",
        height_m=(0.4, 1.2),
        variants=(Variant(prompt="sheep bleating", level_db_spl_1m=75.0, surroundings=OUT_OF_DOORS),),
    ),
    SoundingThing(
        name="cow",
        label="cattle",
        height_m=(0.6, 1.9),
        variants=(Variant(prompt="cows mooing", level_db_spl_1m=80.0, surroundings=OUT_OF_DOORS),),
    ),
    SoundingThing(
        name="skateboard",
        label="skateboard",
        height_m=(0.05, 0.4),
        variants=(
            Variant(prompt="a skateboard rolling", level_db_spl_1m=70.0, surroundings=OUT_OF_DOORS, ridden=True),
        ),
    ),
    SoundingThing(
        name="clock",
        label="clock",
        height_m=(0.05, 6.0),
        evidence="inferred",
        stands=False,
        variants=(Variant(prompt="a clock ticking", level_db_spl_1m=38.0, surroundings=frozenset({"indoor"})),),
    ),
    # A clock high up outdoors is a tower's. Bells measure about 110 dB at 1 m.
    SoundingThing(
        name="clock",
        label="church bells",
        height_m=(0.3, 8.0),
        evidence="inferred",
        stands=False,
        variants=(
            Variant(
                prompt="a church bell tolling",
                level_db_spl_1m=108.0,
                surroundings=frozenset({"outdoor", "unknown"}),
                aloft=True,
            ),
        ),
    ),
    SoundingThing(
        name="tv",
        label="television",
        height_m=(0.2, 1.5),
        evidence="inferred",
        stands=False,
        # A screen in a hall or a shop is silent; one in a living room isn't.
        variants=(
            Variant(
                prompt="voices from a television",
                level_db_spl_1m=58.0,
                surroundings=INDOORS,
                beside=frozenset({"couch", "bed"}),
            ),
        ),
    ),
    SoundingThing(
        name="laptop",
        label="keyboard",
        height_m=(0.02, 0.5),
        evidence="inferred",
        stands=False,
        variants=(Variant(prompt="typing on a laptop", level_db_spl_1m=48.0, surroundings=INDOORS),),
    ),
    SoundingThing(
        name="keyboard",
        label="keyboard",
        height_m=(0.01, 0.3),
        evidence="inferred",
        stands=False,
        variants=(Variant(prompt="typing on a keyboard", level_db_spl_1m=50.0, surroundings=INDOORS),),
    ),
    SoundingThing(
        name="microwave",
        label="microwave",
        height_m=(0.2, 0.6),
        evidence="inferred",
        stands=False,
        variants=(Variant(prompt="the fan of a microwave", level_db_spl_1m=55.0, surroundings=INDOORS),),
    ),
    SoundingThing(
        name="oven",
        label="kitchen",
        height_m=(0.3, 2.0),
        evidence="inferred",
        variants=(Variant(prompt="pans sizzling in a kitchen", level_db_spl_1m=58.0, surroundings=INDOORS),),
    ),
    SoundingThing(
        name="refrigerator",
        label="refrigerator",
        height_m=(0.5, 2.2),
        evidence="inferred",
        # Labels declare sound powers of 35 to 42 dB re 1 pW (EU 2019/2016): about 8 dB less at 1 m.
        variants=(Variant(prompt="a refrigerator humming", level_db_spl_1m=32.0, surroundings=INDOORS),),
    ),
    SoundingThing(
        name="sink",
        label="tap",
        height_m=(0.1, 1.2),
        evidence="inferred",
        stands=False,
        variants=(Variant(prompt="water dripping from a tap", level_db_spl_1m=40.0, surroundings=INDOORS),),
    ),
    SoundingThing(
        name="toilet",
        label="toilet",
        height_m=(0.3, 1.0),
        evidence="inferred",
        variants=(Variant(prompt="water trickling", level_db_spl_1m=40.0, surroundings=INDOORS),),
    ),
)

VEHICLES = {"car": (1.1, 2.4), "truck": (1.5, 4.6)}
"""What sounds only in traffic, with the range of its heights in metres: one that stands is silent."""

IN_TRAFFIC = frozenset({*VEHICLES, "bus"})
"""What counts as a vehicle on a road. A bus is heard on its own besides."""
