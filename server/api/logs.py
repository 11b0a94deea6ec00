"""Logs as lines of JSON: an event each, its numbers with names."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TextIO


class JsonLines(logging.Formatter):
    """Formats a record as a line of JSON; the values in ``extra={"fields": {...}}`` become fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record, without a line break."""
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
    """Write the logs of the server and its libraries to a stream; if ``quiet``, only warnings and errors.

    Queries, headers and bodies are never logged, because they may contain the token.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name in ("sonorama", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name in ("sonorama", "uvicorn") else []
        logger.propagate = name == "uvicorn.error"
        # The server logs its start and stop itself, uvicorn need not.
        logger.setLevel(logging.WARNING if quiet or name != "sonorama" else logging.INFO)
    # The server logs requests itself.
    logging.getLogger("uvicorn.access").disabled = True
