"""Refusals: errors that are answers to a client's request.

.. code-block:: text

    SonoramaError
    └── RefusalError           a request that is understood, but not carried out       status
        ├── NotFoundError        there is no such thing                           404
        ├── ConflictError        not in the state that things are in              409
        ├── StaleError           it was changed since the client read it          412
        └── TooManyError         more than this server takes at a time            429

The body of every answer to a failed request is a :class:`Problem`; see :mod:`server.api.http.answers`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from pydantic.dataclasses import dataclass

from protocol.errors import SonoramaError, printable
from protocol.scene import STRICT

# An absolute path, but neither an address nor a path of this server's own.
_PATHS = re.compile(r"""(?<![\w:/.~-])/(?!v1/|page/)(?:[^\s/:'",;()]+/)+([^\s/:'",;()]*)""")


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Problem:
    """What is wrong, where, and what to do about it."""

    code: str
    what: str
    where: str
    remedy: str

    @classmethod
    def of(cls, error: SonoramaError) -> Problem:
        """The problem that an error describes."""
        what, where, remedy = map(printable, (error.what, error.where, error.remedy))
        return cls(code=error.code, what=what, where=where, remedy=remedy)

    def public(self) -> Problem:
        """The same without this machine's folders: of a path, only the last name is anybody's business."""
        what, where, remedy = (_PATHS.sub(r"\1", text) for text in (self.what, self.where, self.remedy))
        return replace(self, what=what, where=where, remedy=remedy)


class RefusalError(SonoramaError):
    """A request that is understood, but not carried out."""

    status: ClassVar[int]


class NotFoundError(RefusalError):
    """There is no such thing."""

    code = "not_found"
    status = 404


class ConflictError(RefusalError):
    """It can't be done in the state that things are in."""

    code = "conflict"
    status = 409


class StaleError(RefusalError):
    """It was changed since the client read it."""

    code = "stale"
    status = 412


class TooManyError(RefusalError):
    """More than this server takes at a time."""

    code = "too_many"
    status = 429
