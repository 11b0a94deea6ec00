import json
from pathlib import Path

from protocol.generators.asyncapi import asyncapi_document
from protocol.generators.json_schema import messages_schema
from protocol.wire import MESSAGES

DOCUMENT = json.loads(asyncapi_document())
SCHEMA = json.loads(messages_schema())


def names(operation):
    return {message["$ref"].rsplit("/", 1)[-1] for message in DOCUMENT["operations"][operation]["messages"]}


def test_the_server_receives_what_clients_send_and_sends_the_rest():
    assert names("receive") == {name for name, kind in MESSAGES.items() if kind.sender in ("client", "both")}
    assert names("send") == {name for name, kind in MESSAGES.items() if kind.sender in ("server", "both")} | {"frame"}


def test_every_reference_leads_somewhere():
    for name, message in DOCUMENT["components"]["messages"].items():
        assert DOCUMENT["channels"]["stream"]["messages"][name] == {"$ref": f"#/components/messages/{name}"}
        if name != "frame":
            file, place = message["payload"]["schema"]["$ref"].split("#/$defs/")
            assert Path(file).name == "messages.schema.json"
            assert place in SCHEMA["$defs"]
