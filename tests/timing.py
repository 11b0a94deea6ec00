"""How long tests wait: multiples of one constant, which a slow machine can stretch."""

from __future__ import annotations

import os

STRETCH = float(os.environ.get("SONORAMA_TEST_PATIENCE", "1"))


def stretched(seconds: float) -> float:
    """So many seconds on a machine as fast as the ones that we develop on; longer on one that is said to be slower."""
    return seconds * STRETCH


PATIENCE_S = stretched(60.0)
"""How long to wait for what must come."""
