import pytest

from server.sound.lookup import nearest_recipe
from server.sound.recipes import RECIPES, Recipe
from server.sound.words import named_by

# Phrases that a person or a vision-language model writes, and what they mean.
PHRASES = {
    "a dog running": "dog",
    "level crossing": "level crossing",
    "air conditioning": "ventilation",
    "children laughing": "playground",
    "cobblestone street": "road traffic",
    "a flock of seagulls flying": "gulls",
    "an old man sitting": "people",
    "narrow canal with moored boats": "lapping water",
    "pedestrian crossing": "people",
    "bird singing in a tree": "leafy trees",
    "fallen leaves": "wind in leaves",
    "a small dog barking": "dog",
    "dog": "dog",
    "running water": "stream",
    "kids playing": "playground",
    "children playing in a playground": "playground",
    "vehicles": "road traffic",
    "people talking": "conversation",
    "leaves rustling with songbirds": "leafy trees",
    "water": "lapping water",
    "trees": "wind in leaves",
    "grass": "wind in grass",
    "road traffic": "road traffic",
    "people": "people",
    "paved ground": "footsteps on stone",
    "wind": "wind",
    "room tone": "room tone",
    "fire engine": "siren",
    "police car with siren": "siren",
    "car horn": "car horn",
    "church bell": "church bell",
    "old church": "church bell",
    "bicycle bell": "bicycle bell",
    "man walking": "footsteps on stone",
    "man walking on gravel": "footsteps on gravel",
    "person riding a bicycle": "bicycle",
    "footsteps on wood": "footsteps on wood",
    "footsteps in the snow": "footsteps in snow",
    "walking on grass": "footsteps on grass",
    "a group of people": "people",
    "row of trees": "wind in leaves",
    "flock of birds": "songbirds",
    "birds chirping": "songbirds",
    "pigeons on the square": "pigeons",
    "seagulls crying over the harbour": "gulls",
    "crow cawing": "crows",
    "plane flying overhead": "aeroplane",
    "a red bus": "bus",
    "buses": "bus",
    "parked cars": "road traffic",
    "a tram passing by": "tram",
    "train station": "people",
    "heavy rain": "heavy rain",
    "light rain": "rain",
    "rain on leaves": "rain on leaves",
    "thunderstorm": "thunder",
    "strong wind": "howling wind",
    "flag flapping in the wind": "flag",
    "air conditioner": "ventilation",
    "ticking clock": "clock",
    "construction site": "construction",
    "sound of a chainsaw": "saw",
    "crickets at night": "crickets",
    "buzzing bees on flowers": "bees",
    "frogs croaking in a pond": "frogs",
    "horse-drawn carriage": "horse",
    "Boats moored in the canal": "boat",
    "outdoor café with people": "café",
    "restaurant terrace": "café",
    "campfire": "fire",
    "river": "river",
    "waterfall": "waterfall",
    "ocean waves": "sea waves",
    "swimming pool": "splashing",
    "motorbike": "motorcycle",
    "truck": "lorry passing",
    "city": "distant traffic",
    "bird": "songbirds",
    "ventilation fan hum": "ventilation",
    "door": "door",
    "applause": "applause",
    "jackhammer": "jackhammer",
    "escalators": "escalator",
    "a man and a woman chatting": "people",
    "woman with a dog": "people",
    "motorway": "motorway",
    "fly": "flies",
    "distant traffic": "distant traffic",
    "city traffic": "road traffic",
    "motorcycle passing by": "motorcycle passing",
    "a car passing": "car passing",
    "truck driving by": "lorry passing",
    "idling engine": "engine idling",
    "a boat engine": "boat",
    "police car": "siren",
    "bus stop": "bus",
    "palm trees swaying": "wind in leaves",
    "large oak tree": "wind in leaves",
    "bushes": "wind in leaves",
    "hedge": "wind in leaves",
    "lawn": "wind in grass",
    "harbour": "lapping water",
    "canal": "lapping water",
    "sea": "sea waves",
    "stone fountain with splashing water": "fountain",
}

# Labels with the prompts that refine them.
REFINED = {
    ("water", "gentle waves lapping on a quay"): "lapping water",
    ("water", "a fountain"): "fountain",
    ("water", "waves breaking on a beach"): "sea waves",
    ("water", "a brook babbling over stones"): "stream",
    ("trees", "wind in leaves and songbirds"): "leafy trees",
    ("trees", "wind in leaves"): "wind in leaves",
    ("grass", "wind in grass and crickets"): "meadow",
    ("grass", "wind in dry grass"): "wind in grass",
    ("road traffic", "cars passing on a city street"): "road traffic",
    ("road traffic", "distant city traffic hum"): "distant traffic",
    ("people", "murmur of a crowd"): "people",
    ("people", "footsteps of people on stone"): "footsteps on stone",
    ("paved ground", "footsteps on stone paving"): "footsteps on stone",
    ("paved ground", "footsteps on gravel"): "footsteps on gravel",
    ("wind", "wind in open air"): "wind",
    ("room tone", "quiet room tone with ventilation"): "room tone",
    ("boat", "water lapping against a wooden hull"): "lapping water",
    ("fountain", "a stone fountain"): "fountain",
}

NOTHING = [
    "car roof",
    "xylophone",
    "a xylophone in a park",
    "fire hydrant",
    "traffic light",
    "street lamp",
    "building",
    "sky",
    "statue",
    "wooden bench",
    "water bottle",
    "window",
    "guitar player",
    "music",
    "balloon",
    "kitchen sink",
    "cat food",
    "rainforest",
    "",
    "saxophone",
    "traffic cone",
    "tree trunk",
]


@pytest.mark.parametrize(("phrase", "name"), PHRASES.items())
def test_free_text_finds_its_recipe(phrase: str, name: str) -> None:
    match = nearest_recipe(phrase)
    assert match is not None
    assert match.recipe.name == name


@pytest.mark.parametrize(("texts", "name"), REFINED.items())
def test_the_prompt_refines_the_label(texts: tuple[str, str], name: str) -> None:
    match = nearest_recipe(*texts)
    assert match is not None
    assert match.recipe.name == name


@pytest.mark.parametrize("phrase", NOTHING)
def test_what_makes_no_known_sound_matches_nothing(phrase: str) -> None:
    assert nearest_recipe(phrase) is None


@pytest.mark.parametrize(
    "label", ["water", "trees", "grass", "road traffic", "people", "paved ground", "wind", "room tone"]
)
def test_a_prompt_about_something_else_does_not_lead_a_known_label_astray(label: str) -> None:
    alone, astray = nearest_recipe(label), nearest_recipe(label, "a telephone ringing")
    assert alone is not None
    assert astray is not None
    assert astray.recipe == alone.recipe


def test_a_prompt_speaks_for_a_label_that_is_not_known() -> None:
    match = nearest_recipe("quay", "gulls crying")
    assert match is not None
    assert nearest_recipe("obelisk", "gulls crying").recipe.name == "gulls"  # type: ignore[union-attr]


def test_more_of_a_recipe_scores_higher() -> None:
    plain, full = nearest_recipe("dog"), nearest_recipe("dog barking")
    assert plain is not None
    assert full is not None
    assert full.score > plain.score > 0


def test_names_tell_recipes_apart() -> None:
    assert len({named_by(recipe.name) for recipe in RECIPES}) == len(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_an_own_name_always_reaches_its_own_recipe(recipe: Recipe) -> None:
    name = recipe.name
    plural = name if name.endswith("s") else f"{name}s"
    reordered = " ".join(reversed(name.split()))
    for text in (name, name.upper(), f"the {name}", f"the sound of {name}", plural, reordered, name.replace(" ", "-")):
        for prompt in ("", text):
            match = nearest_recipe(text, prompt)
            assert match is not None
            assert match.recipe is recipe, (text, prompt)
    described = nearest_recipe(name, f"a loud {name} nearby")
    assert described is not None
    assert described.recipe is recipe
