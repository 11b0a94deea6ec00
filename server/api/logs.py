"""Logs as lines of JSON: one thing that happened each, with names for its numbers."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TextIO


class JsonLines(logging.Formatter):
    """A record as a line of JSON; what stands under ``extra={"fields": {...}}`` comes as fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = getattr(record, "fields", {})
        line |= {name: value for name, value in fields.items() if value is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logs(stream: TextIO, *, quiet: bool = False) -> None:
    """Send what the server and its libraries have to say to a stream; if ``quiet``, warnings and errors alone.

    Queries, headers and bodies are never logged, so that no token is.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name in ("sonorama", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name in ("sonorama", "uvicorn") else []
        logger.propagate = name == "uvicorn.error"
        # What uvicorn says of its start and stop, the server says itself.
        logger.setLevel(logging.WARNING if quiet or name != "sonorama" else logging.INFO)
    # The server logs requests itself.
    logging.getLogger("uvicorn.access").disabled = True
