import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

# As many processes test as there are cores; threads of each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A script that tests in the background has all its children ignore Ctrl-C, which tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def panoramas() -> Path:
    """The real panoramas that lie beside a development checkout."""
    folder = SHARED / "panoramas"
    if not folder.is_dir():
        pytest.skip("the shared panoramas are not here")
    return folder


@pytest.fixture
def loggers() -> Iterator[None]:
    """Leaves the loggers that a server sets up as they were."""
    names = ("sonorama", "uvicorn", "uvicorn.error")
    kept = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names}
    yield
    for name, (handlers, level) in kept.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, True
        logger.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False
