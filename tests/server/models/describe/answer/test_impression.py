"""The parser, on what models write."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.models.describe.answer.impression import impression
from server.models.describe.question import EXAMPLE, QUESTION
from server.pipeline.stages import Impression, Proposal

NOUNS = (
    "fountain",
    "dog",
    "tram",
    "songbird",
    "waterfall",
    "busker",
    "generator",
    "stream",
    "bakery queue",
    "old mill",
)
LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<")
CAPTIONS = st.text(LETTERS, min_size=1, max_size=20).map(lambda text: f"it rings {text}")
KINDS = st.sampled_from(["point", "line", "area", "ambient"])


def rows(text: str) -> list[tuple[Any, ...]]:
    return [row(proposal) for proposal in impression(text, where="view-0").proposals]


def row(proposal: Proposal) -> tuple[Any, ...]:
    return proposal.label, proposal.prompt, proposal.kind, proposal.level_db_spl_1m, proposal.evidence


@st.composite
def well_formed(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        {
            "thing": noun,
            "sound": draw(CAPTIONS),
            "kind": draw(KINDS),
            "level_db": draw(st.integers(76, 79) | st.floats(76.0, 79.0)),
            "seen": draw(st.booleans()),
        }
        for noun in draw(st.permutations(NOUNS).map(lambda nouns: nouns[: len(nouns) // 2]))
    ]


def expected(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (item["thing"], item["sound"], item["kind"], float(item["level_db"]), "seen" if item["seen"] else "inferred")
        for item in items
    ]


@given(well_formed(), st.booleans(), st.sampled_from([None, 2]))
def test_a_well_formed_answer_is_read_exactly(
    items: list[dict[str, Any]], ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps({"setting": "covered", "sounds": items}, ensure_ascii=ascii_only, indent=indent)
    for answer in (text, f"Here you are:\n```json\n{text}\n```\nI hope that this helps!"):
        found = impression(answer, where="view-0")
        assert [row(proposal) for proposal in found.proposals] == expected(items)
        assert (found.surroundings, found.notes) == ("covered", ())
        assert found.surroundings_confidence > 0


@given(well_formed(), st.data())
def test_of_a_cut_off_answer_the_whole_items_stay(items: list[dict[str, Any]], data: st.DataObject) -> None:
    parts = [json.dumps(item) for item in items]
    text = '{"setting": "outdoor", "sounds": [' + ", ".join(parts) + "]}"
    end = data.draw(st.integers(1, len(text) - 1))
    whole, at = 0, len('{"setting": "outdoor", "sounds": [')
    for part in parts:
        at += len(part)
        whole += at <= end
        at += len(", ")
    found = impression(text[:end], where="view-3")
    assert [row(proposal) for proposal in found.proposals] == expected(items[:whole])
    assert found.notes == ("view-3: the model's answer was cut off, so what it would have named last is missing",)


SCRAPS = st.sampled_from(
    [*"{}[]\"':,\\/*\n`“”：，<>", '"thing"', '"sound": "', "sounds", "level_db", "12", "1e999", "true"]
)


@example('{"": 1 {"thing": "dog"}}')
@given(st.text() | st.lists(SCRAPS | st.text(max_size=3), max_size=60).map("".join))
def test_nothing_that_a_model_may_write_raises(text: str) -> None:
    found = impression(text, where="view-0")
    assert isinstance(found, Impression)
    for proposal in found.proposals:
        assert 0 < len(proposal.label) <= 64
        assert 0 < len(proposal.prompt) <= 300
        assert 10.0 <= proposal.level_db_spl_1m <= 150.0
        f"{proposal.label}{proposal.prompt}".encode()  # no halves of letters
    json.dumps(found.notes).encode()


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 50_000, "{" * 3_000 + "}" * 3_000, "1" * 5_000, '[{"level_db": ' + "9" * 5_000]
)
def test_nonsense_of_any_depth_and_length_is_survived(text: str) -> None:
    assert impression(text, where="view-0").proposals == ()


DOG = ("dog", "a dog barking", "point", 90.0, "seen")


@pytest.mark.parametrize(
    "text",
    [
        '{"thing": "dog", "sound": "a dog barking", "kind": "point", "level_db": 90, "seen": true,}',
        "{'thing': 'dog', 'sound': 'a dog barking', 'kind': 'point', 'level_db': 90, 'seen': True}",
        "{thing: dog, sound: a dog barking, kind: point, level_db: 90, seen: yes}",
        '{"thing": "dog" "sound": "a dog barking" "kind": "point" "level_db": 90 "seen": true}',
        '{"thing": "dog", "sound": "a dog barking", "kind": "point", "level_db": "90 dB SPL at 1 m", "seen": "seen"}',
        '{"thing": "dog", "sound": "a dog barking", "kind": "Point source", "level_db": "85-95", "implied": false}',
        '{"thing": "**The Dog**", "sound": "a dog barking", "kind": "point", "level_db": "approx. 90", "seen": 1}',
        '{"thing": ["dog"], "sound": ["a dog barking"], "kind": "point", "level_db": 90.0}',
        '{"object_name": "dog", "Sound Description": "a dog barking", "category": "point", "typicalLevelDb": 90}',
        "{“thing”：“dog”，“sound”：“a dog barking”，“kind”：“point”，“level_db”：９０，“seen”：true}",
        '{"名称": "dog", "声音": "a dog barking", "类型": "点", "分贝": "90分贝", "可见": "是"}',
        '{"Ding": "dog", "Geräusch": "a dog barking", "Art": "Punkt", "Pegel": "90,0 dB", "sichtbar": "ja"}',
        '{"nom": "dog", "bruit": "a dog barking", "type": "ponctuel", "niveau": "90 dB", "visible": "oui"}',
        '{"предмет": "dog", "звук": "a dog barking", "тип": "точечный", "уровень": "90 дБ", "видимый": "да"}',
        '{"dog": {"sound": "a dog barking", "kind": "point", "level_db": 90, "seen": true}}',
        '[{"thing": "dog", "sound": "a dog barking", "kind": "point", "level_db": 90 // at one metre\n}]',
        '{"thing": "dog,\n"sound": "a dog barking",\n"kind": "point",\n"level_db": 90}',
        '<think>{"thing": "cat", "sound": "a meow"}?</think>{"thing": "dog", "sound": "a dog barking", "level_db": 90}',
    ],
)
def test_one_item_however_it_is_written(text: str) -> None:
    assert rows(text) == [DOG]


@pytest.mark.parametrize(
    "text",
    [
        '{"sounds": [{"thing": "dog"}, {"thing": "bell tower"}]}',
        '{"sounds": [{"thing": "dog"} {"thing": "bell tower"}]}',
        '{"thing": "dog"}\n{"thing": "bell tower"}',
        '{"objects": [{"name": "dog"}, {"name": "bell tower"}], "count": 2}',
        '{"result": {"sounds": [{"thing": "dog"}, {"thing": "bell tower"}]}}',
        '{"sounds": {"dog": "a dog barking", "bell tower": "church bells ringing"}}',
        '{"sounds": [{"thing": "dog", "kind": "point" {"thing": "bell tower"}]}',
        'First {"thing": "dog"}. Then {"thing": "bell tower"}. No more.',
    ],
)
def test_two_items_however_they_are_strung_together(text: str) -> None:
    assert [(label, prompt) for label, prompt, *_ in rows(text)] == [
        ("dog", "a dog barking"),
        ("bell tower", "church bells ringing"),
    ]


def test_repeated_items_are_told_once() -> None:
    item = '{"thing": "person", "sound": "footsteps"}, '
    numbered = "".join(f'{{"thing": "Person {i}", "sound": "footsteps"}}, ' for i in range(9))
    assert [label for label, *_ in rows(f"[{item * 50}{numbered}]")] == ["person"]


def test_what_makes_no_sound_is_left_out_and_told() -> None:
    items = [
        {"thing": "stone building", "sound": "an old building", "level_db": 50},
        {"thing": "street signs", "sound": "none"},
        {"thing": "statue of a lion", "sound": "a statue"},
        {"thing": "parked car", "sound": "makes no sound"},
        {"thing": "mannequin", "level_db": 0},
        {"thing": "church tower", "sound": "bells tolling"},
        {"thing": "building site", "sound": "hammers"},
        {"thing": "quiet room", "sound": "near silence, no loud sounds", "kind": "ambient"},
    ]
    found = impression(json.dumps(items), where="view-2")
    assert [proposal.label for proposal in found.proposals] == ["church tower", "building site", "quiet room"]
    silent = "stone building, street signs, statue of a lion, parked car, mannequin"
    assert found.notes == (f"view-2: left out, since it makes no sound: {silent}",)


def test_names_that_no_later_stage_understands_are_left_out_and_told() -> None:
    found = impression('[{"thing": "喷泉", "sound": "水声"}, {"thing": "café", "sound": "voices"}]', where="view-1")
    assert [proposal.label for proposal in found.proposals] == ["café"]
    assert found.notes == ("view-1: left out, since it is not named in English: 喷泉",)


def test_a_copied_form_is_no_answer() -> None:
    form = (
        '{"setting": "<outdoor, covered or indoor>", "sounds": [{"thing": "<noun phrase>", "kind": "<point, line>"}]}'
    )
    found = impression(form, where="view-0")
    assert (found.proposals, found.surroundings) == ((), "unknown")


def test_an_answer_without_json_is_quoted() -> None:
    found = impression("I am sorry,\nbut I can not hear pictures. " * 5, where="view-0")
    assert found.notes == (
        "view-0: the model did not answer in JSON, but wrote 'I am sorry, but I can not hear pictures. I am sorry, "
        "but I can not hear pictures' and so on",
    )
    (note,) = impression("!" * 768, where="v").notes
    assert note.endswith("!!!!' and so on; try --dtype float32")
    assert impression("  ", where="v").notes == ("v: the model did not answer in JSON, but wrote nothing",)


def test_what_is_not_said_comes_from_the_vocabulary_or_the_kind() -> None:
    assert rows('[{"thing": "a marble fountain"}]') == [
        ("marble fountain", "a fountain splashing into a stone basin", "point", 70.0, "seen")
    ]
    assert rows('[{"thing": "zither", "kind": "line", "level_db": "unknown"}]') == [
        ("zither", "zither", "line", 75.0, "seen")
    ]


@pytest.mark.parametrize(
    ("said", "level_db"),
    [
        ("'very loud'", 95.0),
        ("'quiet'", 45.0),
        ("-20", 65.0),
        ("0.7", 65.0),
        ("4000", 65.0),
        ("'60 to 70'", 65.0),
        ("72.5", 72.5),
        ("'１２０ dB'", 120.0),
    ],
)
def test_a_level_is_read_where_it_is_plausible(said: str, level_db: float) -> None:
    assert rows(f"[{{'thing': 'zither', 'level_db': {said}}}]")[0][3] == level_db


@pytest.mark.parametrize(
    ("said", "setting"),
    [
        ('"setting": "Outdoor"', "outdoor"),
        ('"environment": "an indoor market"', "indoor"),
        ('"scene": "covered arcade"', "covered"),
        ('"indoor": false, "outdoor": true', "outdoor"),
        ('"环境": "室内"', "indoor"),
        ('"setting": "outdoor, covered or indoor"', "unknown"),
        ('"colour": "outdoor"', "unknown"),
    ],
)
def test_the_setting_is_read(said: str, setting: str) -> None:
    found = impression(f'{{{said}, "sounds": []}}', where="view-0")
    assert found.surroundings == setting
    assert (found.surroundings_confidence > 0) == (setting != "unknown")


def test_a_level_that_no_such_thing_has_gives_way_to_the_usual_one() -> None:
    assert rows('[{"thing": "dog", "level_db": 30}, {"thing": "zither", "level_db": 30}]') == [
        ("dog", "a dog barking", "point", 95.0, "seen"),
        ("zither", "zither", "point", 30.0, "seen"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1. Dog: a dog barking\n2. Bus: an engine idling",
        "You would hear:\n\n- **dog** - a dog barking.\n- **bus** - an engine idling.",
        "* dog (a dog barking)\n* bus (an engine idling)\n",
        "(1) dog: a dog barking\n(2) the bus: an engine idling\n",
    ],
)
def test_a_plain_list_is_read_too(text: str) -> None:
    found = impression(text, where="view-0")
    assert [row(proposal)[:2] for proposal in found.proposals] == [
        ("dog", "a dog barking"),
        ("bus", "an engine idling"),
    ]
    assert found.notes == ()


def test_what_the_model_calls_silent_is_told_and_left_out() -> None:
    things = '[{"thing": "dog"}, {"thing": "poster"}, {"thing": "parked cars"}]'
    found = impression(f'{{"sounds": {things}, "silent": ["parked car", "poster"]}}', where="view-0")
    assert [proposal.label for proposal in found.proposals] == ["dog"]
    assert found.notes == ("view-0: left out, since it makes no sound: parked car, poster, parked cars",)


def test_the_example_of_the_question_is_nothing_that_was_seen() -> None:
    assert impression(EXAMPLE, where="view-0").proposals == ()
    assert impression(QUESTION, where="view-0").proposals == ()
    # A waterfall of one's own is another one.
    assert rows('[{"thing": "waterfall", "sound": "a thin waterfall splashing"}]')[0][0] == "waterfall"


def test_the_question_is_short_enough_for_small_models() -> None:
    assert len(QUESTION.split()) < 150
