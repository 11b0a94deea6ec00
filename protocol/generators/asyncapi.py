"""The AsyncAPI 3.0 document of the stream: which side says what. Its payloads are the messages' JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from protocol.generators.json_schema import definitions
from protocol.wire import MESSAGES
from protocol.wire.versions import MAJORS, subprotocol

_SCHEMA_FORMAT = "application/schema+json;version=2020-12"


def asyncapi_document() -> str:
    """The document as JSON, seen from the server: it receives what clients send."""
    summaries = {name: schema["description"] for name, schema in definitions().items()}
    messages: dict[str, Any] = {
        name: {
            "name": name,
            "summary": summaries[kind.__name__],
            "contentType": "application/json",
            "payload": {
                "schemaFormat": _SCHEMA_FORMAT,
                "schema": {"$ref": f"./messages.schema.json#/$defs/{kind.__name__}"},
            },
        }
        for name, kind in MESSAGES.items()
    }
    messages["frame"] = {
        "name": "frame",
        "summary": "A chunk of a clip or a block of live sound, after a header of 40 bytes.",
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
    }
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sonorama stream",
            "version": f"{MAJORS[0]}.0.0",
            "description": "Positioned sources, clips and live binaural sound. PROTOCOL.md is the specification.",
            "license": {"name": "Apache-2.0"},
        },
        "servers": {
            "local": {"host": "127.0.0.1:8765", "protocol": "ws"},
            "secure": {"host": "127.0.0.1:8765", "protocol": "wss"},
        },
        "channels": {
            "stream": {
                "address": "/v1/stream",
                "description": f"A WebSocket of the subprotocol {subprotocol(MAJORS[0])}.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "receive": _operation("receive", [name for name, kind in MESSAGES.items() if kind.sender != "server"]),
            "send": _operation(
                "send", [*(name for name, kind in MESSAGES.items() if kind.sender != "client"), "frame"]
            ),
        },
        "components": {"messages": messages},
        "x-generated-by": "protocol/generators",
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _operation(action: str, names: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/stream"},
        "messages": [{"$ref": f"#/channels/stream/messages/{name}"} for name in names],
    }
