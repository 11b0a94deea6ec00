import socket
from pathlib import Path

import pytest

from tests.unity_client.relay import Relay
from tools.mono import MonoMissingError, compiled, core_library, layer_library, sources


@pytest.fixture(scope="session")
def core(tmp_path_factory):
    """The engine-free core, compiled: its assembly and what it refers to, in one folder."""
    try:
        return core_library(tmp_path_factory.mktemp("core"))
    except MonoMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def layer(tmp_path_factory):
    """The Unity layer, compiled against the engine's stand-in: its assembly and what it refers to, in one folder."""
    try:
        return layer_library(tmp_path_factory.mktemp("layer"))
    except MonoMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def probe_program(core):
    """A program around the core that tests talk to, see probe.py."""
    return compiled(core[0].parent / "Probe.exe", sources(Path(__file__).parent / "probe"), references=core)


@pytest.fixture(scope="session")
def stage_program(layer):
    """A Unity scene with the package's components, without Unity; tests talk to it as to the probe."""
    return compiled(layer[0].parent / "Stage.exe", sources(Path(__file__).parent / "stage"), references=layer)


@pytest.fixture
def relay():
    """Makes relays that are closed in the end."""
    made = []

    def make(target):
        made.append(Relay(target))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def silent_port():
    """A port where somebody accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
