import json

from protocol.generators.json_schema import definitions, messages_schema
from protocol.wire import MESSAGES

FOUND = definitions()


def test_type_and_seq_are_required_of_every_message():
    for name, kind in MESSAGES.items():
        schema = FOUND[kind.__name__]
        assert schema["required"][:2] == ["type", "seq"]
        assert schema["properties"]["type"] == {"const": name, "title": "Type", "type": "string"}


def test_fields_with_a_default_may_be_left_out_and_unknown_ones_may_be_there():
    hello = FOUND["Hello"]
    assert hello["required"] == ["type", "seq", "majors", "client"]
    assert "additionalProperties" not in hello


def test_what_python_says_of_a_field_is_said_in_the_schema():
    assert (
        FOUND["Hello"]["properties"]["majors"]["description"]
        == "Major versions of the protocol that the client speaks."
    )
    assert FOUND["Subscribe"]["properties"]["codec"]["description"].startswith("For streamed clips; null: ")
    assert FOUND["SourceTrack"]["description"].startswith("A way that a source takes")


def test_every_reference_leads_somewhere():
    text = messages_schema()
    schema = json.loads(text)
    for line in text.splitlines():
        if '"$ref"' in line:
            assert line.split("/")[-1].strip('", ') in schema["$defs"]
