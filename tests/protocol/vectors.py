"""The golden vectors, as they were committed: nothing here ever writes them."""

import json
from functools import cache
from pathlib import Path

from protocol.wire import MESSAGES
from protocol.wire.codec import decoded

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors"


@cache
def vectors(name):
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@cache
def examples():
    """Every message of the vectors, under its type."""
    found = {}
    for row in vectors("messages")["valid"]:
        _, message = decoded(row["text"], sender=row["sender"])
        found.setdefault(message.type, []).append(message)
    return found


def sender_of(name):
    return "client" if MESSAGES[name].sender == "client" else "server"
