"""What a source brings to the listener."""

from __future__ import annotations

import math

from protocol.levels import received_level_db
from server.pipeline.locate.location import Located

# Nearer than this something is rather a body around the listener than a point, and its level here says no more.
_NEAREST_M = 1.0
# A source that nobody believes in is not infinitely quiet, just last: 1 % costs 20 dB.
_LEAST_CONFIDENCE = 0.01


def level_at_listener_db(source: Located) -> float:
    """The level that reaches the listener, in dB SPL, if the source is there."""
    proposal = source.proposal
    return received_level_db(
        proposal.level_db_spl_1m, source.distance_m or _NEAREST_M, proposal.kind, min_distance_m=_NEAREST_M
    )


def doubt_db(source: Located) -> float:
    """10 log10 of the confidence: something that is there with probability c brings c times its energy on average."""
    return 10.0 * math.log10(max(source.proposal.confidence, _LEAST_CONFIDENCE))


def expected_level_db(source: Located) -> float:
    """What a source is expected to bring to the listener, in dB SPL: its level there, less the doubt about it."""
    return level_at_listener_db(source) + doubt_db(source)
