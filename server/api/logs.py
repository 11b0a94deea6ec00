"""Logs as lines of JSON: an event each, its numbers with names."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TextIO

# A busy page asks a few times a second; a flood of refusals comes a thousand times as fast.
_MOST_OF_A_KIND = 500
_WITHIN_S = 10.0
_MOST_KINDS = 1000


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


class Repeats(logging.Filter):
    """Lets only so many lines of a kind through in a while; the next one says how many were left out.

    A kind is a logger and a message before its values are put in, so a flood of one kind hides no other.

    Args:
        most: how many of a kind.
        within_s: in how many seconds.
    """

    def __init__(self, *, most: int, within_s: float) -> None:
        super().__init__()
        self._most = most
        self._within_s = within_s
        self._counted: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is let through."""
        kind = (record.name, str(record.msg))
        since_s, count = self._counted.get(kind, (record.created, 0))
        if record.created - since_s >= self._within_s:
            if count > self._most:
                record.fields = {**getattr(record, "fields", {}), "left_out_before": count - self._most}
            since_s, count = record.created, 0
        if len(self._counted) > _MOST_KINDS:
            self._counted.clear()
        self._counted[kind] = since_s, count + 1
        return count < self._most


def start_logs(stream: TextIO, *, quiet: bool = False) -> None:
    """Write the logs of the server and its libraries to a stream; if ``quiet``, only warnings and errors.

    Queries, headers and bodies are never logged, because they may contain the token.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(Repeats(most=_MOST_OF_A_KIND, within_s=_WITHIN_S))
    for name in ("sonorama", "uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [handler] if name != "uvicorn.error" else []
        logger.propagate = name == "uvicorn.error"
        # The server logs its start and stop itself, uvicorn need not.
        logger.setLevel(logging.WARNING if quiet or name != "sonorama" else logging.INFO)
    # The server logs requests itself.
    logging.getLogger("uvicorn.access").disabled = True
