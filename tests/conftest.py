import atexit
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# As many processes test as there are cores; threads of each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Hundreds of processes are started. Where bytecode may not lie beside its sources it lies apart, once for all of them:
# otherwise each would spend a second or two on compiling what it imports.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = tempfile.mkdtemp(prefix="sonorama-bytecode-")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    atexit.register(shutil.rmtree, sys.pycache_prefix, ignore_errors=True)
# Messages name the program as whoever runs it calls it; here nobody does, with uv or without.
os.environ.pop("UV_RUN_RECURSION_DEPTH", None)
# A script that tests in the background has all its children ignore Ctrl-C, which tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What servers of tests keep is gone with the tests.
_STATE = tempfile.TemporaryDirectory(prefix="sonorama-tests-")
os.environ["SONORAMA_STATE_DIR"] = _STATE.name

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
