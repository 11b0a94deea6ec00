"""Every recipe, with the words that call for it."""

from __future__ import annotations

from dataclasses import dataclass

from server.sound.animals import bird_calls, insects, songbirds
from server.sound.animals import mammals as animals
from server.sound.nature import ambience, rain, water, wind
from server.sound.synthesis.circular import Make
from server.sound.town import bells, footsteps, interior, people, works
from server.sound.traffic import aircraft, rails, vehicles
from server.sound.traffic import roads as traffic


@dataclass(frozen=True, slots=True)
class Recipe:
    """One sound that can be made.

    Attributes:
        name: what it is called.
        make: makes it.
        things: words for what sounds, parted by spaces; an underscore ties words that only count together.
        sounds: words for the sounding itself, which tell more than the thing does: "bark" says more than "dog".
        hints: words that speak for it without sufficing: "summer" for crickets.
        both: for a mixture, two lists of words; one of each calls for it.
    """

    name: str
    make: Make
    things: str
    sounds: str = ""
    hints: str = ""
    both: tuple[str, str] | None = None


RECIPES: tuple[Recipe, ...] = (
    # Air, plants and birds.
    Recipe("wind", wind.wind, "wind breeze air gust windmill wind_turbine", "blow", "outdoor outdoors open"),
    Recipe(
        "howling wind", wind.howling_wind, "gale storm tempest strong_wind", "howl", "wind strong loud roof mountain"
    ),
    Recipe(
        "wind in leaves",
        wind.leaves,
        "leaf foliage tree bush hedge shrub branch forest wood canopy palm oak birch poplar",
        "rustle leaf_rustle",
        "wind sway",
    ),
    Recipe("wind in grass", wind.grass, "grass reed wheat crop cornfield lawn straw field", "", "wind sway rustle"),
    Recipe("flag", wind.flag, "flag banner sail pennant tarpaulin awning", "flap flutter", "wind"),
    Recipe(
        "leafy trees",
        ambience.leafy_trees,
        "park garden orchard grove",
        "",
        "tree leaf foliage wind bird songbird birdsong sing forest woodland",
        both=("tree leaf foliage forest woodland branch bush hedge", "bird songbird birdsong chirp sing blackbird"),
    ),
    Recipe(
        "meadow",
        ambience.meadow,
        "meadow",
        "",
        "grass field insect wind summer dry",
        both=("grass meadow field lawn", "insect cricket grasshopper"),
    ),
    Recipe(
        "songbirds",
        songbirds.songbirds,
        "bird songbird birdsong bird_song nightingale",
        "chirp sing tweet",
        "morning dawn chorus",
    ),
    Recipe("blackbird", songbirds.blackbird, "blackbird thrush", "", "bird sing flute"),
    Recipe("sparrows", songbirds.sparrows, "sparrow starling", "", "bird chirp twitter flock hedge"),
    Recipe("great tit", songbirds.great_tit, "great_tit tit titmouse chickadee", "", "bird sing"),
    Recipe("chaffinch", songbirds.chaffinch, "chaffinch finch canary", "", "bird sing trill"),
    Recipe("robin", songbirds.robin, "robin wren warbler", "warble", "bird sing"),
    Recipe("pigeons", bird_calls.pigeon, "pigeon", "coo", "bird square"),
    Recipe("collared dove", bird_calls.collared_dove, "dove", "", "bird coo"),
    Recipe("gulls", bird_calls.gulls, "gull seagull seabird", "", "bird cry harbour sea"),
    Recipe("crows", bird_calls.crows, "crow raven rook jackdaw magpie", "caw", "bird"),
    Recipe("cuckoo", bird_calls.cuckoo, "cuckoo", "", "bird"),
    Recipe("woodpecker", bird_calls.woodpecker, "woodpecker", "", "bird drum peck"),
    Recipe("owl", bird_calls.owl, "owl", "hoot", "bird night"),
    Recipe("ducks", bird_calls.ducks, "duck goose mallard waterfowl", "quack honk_goose", "bird pond swan"),
    Recipe("cock", bird_calls.rooster, "rooster cock cockerel chicken hen", "cock_crow cluck", "farm morning"),
    Recipe("wings", bird_calls.wings, "wing", "wing_flap", "flock bird take flap pigeon"),
    Recipe("crickets", insects.crickets, "cricket insect", "", "chirp night evening grass summer"),
    Recipe("cicadas", insects.cicadas, "cicada", "", "insect tree summer hot"),
    Recipe("grasshoppers", insects.grasshoppers, "grasshopper locust", "", "insect grass summer dry"),
    Recipe("bees", insects.bees, "bee bumblebee wasp hornet beehive hive flower", "buzz", "insect"),
    Recipe("flies", insects.flies, "fly mosquito gnat midge housefly", "", "insect buzz"),
    # Water and weather.
    Recipe(
        "stream",
        water.stream,
        "stream brook creek rill running_water flowing_water water_running",
        "babble trickle gurgle",
        "water flow run",
    ),
    Recipe("river", water.river, "river canal_lock weir rapid", "rush flow", "water"),
    Recipe("waterfall", water.waterfall, "waterfall cascade", "", "water fall roar"),
    Recipe("fountain", water.fountain, "fountain jet_water water_jet sprinkler", "gush spout", "water splash basin"),
    Recipe("dripping", water.dripping, "droplet faucet tap cave gutter", "drip", "water drop"),
    Recipe(
        "lapping water",
        water.lapping,
        "water harbour harbor quay lake pond canal pier dock jetty marina gondola lagoon pool",
        "lap slosh ripple",
        "gentle wave boat hull calm sea",
    ),
    Recipe(
        "sea waves", water.sea, "sea ocean beach wave surf shore coast seaside shoreline", "break crash", "water sand"
    ),
    Recipe("splashing", water.splashes, "swimmer swimming_pool bather", "splash swim paddle", "water pool child"),
    Recipe("rain", rain.rain, "rain rainfall", "patter", "water roof drop umbrella"),
    Recipe("heavy rain", rain.heavy_rain, "downpour rainstorm cloudburst hail heavy_rain", "pour", "rain heavy"),
    Recipe("rain on leaves", rain.drizzle_on_leaves, "drizzle", "", "rain leaf tree light forest"),
    Recipe("thunder", rain.thunder, "thunder thunderstorm lightning", "", "storm rain rumble"),
    Recipe("fire", wind.fire, "fire bonfire campfire fireplace flame stove hearth", "crackle burn", "wood"),
    # Roads, rails, water and air.
    Recipe(
        "road traffic",
        traffic.road_traffic,
        "traffic road street car_park car vehicle van taxi suv automobile crossroads intersection roundabout",
        "",
        "busy city near drive pass",
    ),
    Recipe(
        "distant traffic",
        traffic.distant_traffic,
        "city town skyline downtown traffic distant_traffic distant_city_traffic",
        "",
        "distant traffic far faint hum road car",
    ),
    Recipe("motorway", traffic.motorway, "motorway highway freeway expressway autobahn", "", "traffic fast lane"),
    Recipe("traffic on a wet road", traffic.wet_road, "puddle", "", "wet road traffic car rain tyre tire"),
    Recipe("car passing", traffic.car_passing, "", "car_pass", "car pass road vehicle drive single"),
    Recipe("lorry passing", traffic.lorry_passing, "lorry truck", "", "pass drive road vehicle"),
    Recipe(
        "motorcycle passing", traffic.motorcycle_passing, "", "motorcycle_pass", "motorcycle motorbike pass fast ride"
    ),
    Recipe("engine idling", vehicles.engine, "engine motor generator", "idle car_idle", "car park vehicle stand"),
    Recipe("bus", vehicles.bus, "bus coach bus_stop minibus", "", "idle diesel engine vehicle"),
    Recipe("motorcycle", vehicles.motorcycle, "motorcycle motorbike scooter moped vespa", "rev", "engine rider"),
    Recipe(
        "boat", vehicles.boat, "boat boat_engine ship ferry vaporetto barge motorboat vessel", "chug", "engine motor"
    ),
    Recipe("lawn mower", vehicles.lawn_mower, "lawn_mower lawnmower mower strimmer leaf_blower", "mow", "grass lawn"),
    Recipe("bicycle", vehicles.bicycle, "bicycle bike cyclist cycle", "pedal", "ride wheel person"),
    Recipe("skateboard", vehicles.skateboard, "skateboard skater skate suitcase trolley", "skate", "wheel roll"),
    Recipe("tram", rails.tram, "tram streetcar trolleybus tramway", "", "rail bell track"),
    Recipe("train", rails.train, "train railway railroad locomotive carriage_train track", "", "rail pass"),
    Recipe("underground train", rails.metro, "metro subway tube_train underground", "", "train tunnel station"),
    Recipe("level crossing", rails.level_crossing, "level_crossing railway_crossing", "ding", "bell train"),
    Recipe("steam train", rails.steam_train, "steam_train steam_engine steam_locomotive", "", "steam whistle train"),
    Recipe(
        "aeroplane",
        aircraft.aeroplane,
        "aeroplane airplane plane aircraft jet airliner airport",
        "",
        "fly overhead sky",
    ),
    Recipe("light aeroplane", aircraft.propeller_plane, "propeller drone biplane cessna", "", "plane aeroplane light"),
    Recipe("helicopter", vehicles.helicopter, "helicopter", "", "rotor fly"),
    # People.
    Recipe(
        "people",
        people.murmur,
        "people crowd pedestrian person man woman tourist group audience visitor square plaza station train_station",
        "murmur chatter babble",
        "talk voice gather busy",
    ),
    Recipe(
        "conversation",
        people.conversation,
        "conversation voice couple speaker",
        "talk speak chat",
        "people person two friend",
    ),
    Recipe(
        "café", people.cafe, "cafe café restaurant bar bistro terrace pub diner canteen", "dine eat", "people table cup"
    ),
    Recipe("market", people.market, "market stall bazaar trader vendor fair", "shout", "people crowd busy"),
    Recipe(
        "playground",
        people.playground,
        "playground child kid schoolyard school toddler boy girl",
        "",
        "play laugh shout swing",
    ),
    Recipe("applause", people.applause, "applause", "applaud clap cheer", "crowd audience"),
    Recipe(
        "footsteps on stone",
        footsteps.on_stone,
        "footstep paved_ground pavement sidewalk cobble cobblestone walker paving flagstone",
        "walk step stroll footfall",
        "stone asphalt concrete tile shoe heel person people street pave ground square plaza",
    ),
    Recipe(
        "footsteps on gravel",
        footsteps.on_gravel,
        "gravel pebble footstep",
        "crunch walk step",
        "path ground pave person people",
    ),
    Recipe(
        "footsteps on grass",
        footsteps.on_grass,
        "footstep",
        "walk step",
        "grass lawn field meadow ground person people",
    ),
    Recipe(
        "footsteps on wood",
        footsteps.on_wood,
        "boardwalk wooden_floor parquet footstep",
        "walk step",
        "wood wooden board floor stair ground pave",
    ),
    Recipe("footsteps in snow", footsteps.on_snow, "footstep", "walk step", "snow snowy crunch ground pave"),
    Recipe("running", footsteps.running, "jogger runner", "jog", "footstep person"),
    # Animals.
    Recipe("dog", animals.dog, "dog puppy hound poodle terrier", "bark woof", "growl"),
    Recipe("cat", animals.cat, "cat kitten", "meow mew miaow", ""),
    Recipe("cattle", animals.cows, "cow cattle bull calf ox", "moo", "farm"),
    Recipe("sheep", animals.sheep, "sheep lamb goat", "bleat", "farm flock"),
    Recipe("frogs", animals.frogs, "frog toad", "croak", "pond night"),
    Recipe("horse", animals.horse, "horse pony hoof carriage stallion donkey", "clop trot", "ride"),
    # Bells and signals.
    Recipe(
        "church bell",
        bells.church_bell,
        "church bell church_bell cathedral chapel steeple bell_tower belfry campanile",
        "toll chime",
        "ring",
    ),
    Recipe("peal of bells", bells.bells, "peal carillon bells_ring", "", "bell church ring"),
    Recipe("clock", bells.clock, "clock grandfather_clock metronome", "tick", ""),
    Recipe("wind chimes", bells.wind_chimes, "wind_chime windchime", "tinkle", "wind"),
    Recipe(
        "siren",
        bells.siren,
        "siren ambulance police_car fire_engine fire_truck fire_brigade emergency_vehicle police alarm",
        "wail",
        "emergency",
    ),
    Recipe("car horn", bells.horn, "horn car_horn", "honk hoot_car beep", "car traffic"),
    Recipe("bicycle bell", bells.bicycle_bell, "bicycle_bell bike_bell", "", "ring bell"),
    # Work.
    Recipe(
        "construction",
        works.construction,
        "construction_site construction building_site excavator digger bulldozer scaffold roadwork machinery",
        "demolish",
        "work site",
    ),
    Recipe("jackhammer", works.jackhammer, "jackhammer pneumatic_drill", "drill", "construction road"),
    Recipe("hammering", works.hammering, "hammer carpenter nail", "hammer knock", "wood work"),
    Recipe("saw", works.saw, "saw chainsaw grinder", "saw grind", "wood cut"),
    Recipe("sweeping", works.sweeping, "broom sweeper", "sweep", "street clean leaf"),
    # Indoors.
    Recipe(
        "room tone",
        interior.room_tone,
        "room room_tone interior hall corridor office library museum hallway lobby bedroom",
        "",
        "quiet indoor indoors silence",
    ),
    Recipe(
        "ventilation",
        interior.ventilation,
        "ventilation ventilator fan air_conditioner air_conditioning air_conditioning_unit vent duct heater hvac",
        "",
        "air hum",
    ),
    Recipe("refrigerator", interior.refrigerator, "refrigerator fridge freezer vending_machine", "", "hum kitchen"),
    Recipe(
        "electric hum",
        interior.electric_hum,
        "transformer neon neon_sign substation power_line pylon",
        "",
        "electric lamp",
    ),
    Recipe("escalator", interior.escalator, "escalator elevator lift conveyor", "", "machine moving"),
    Recipe("typing", interior.typing, "keyboard computer typewriter laptop", "type", "key office"),
    Recipe("kitchen", interior.kitchen, "kitchen dish pan cook", "sizzle fry cook", "food"),
    Recipe("telephone", interior.telephone, "telephone phone", "", "ring"),
    Recipe("door", interior.door, "door gate", "creak slam", "open close"),
)
