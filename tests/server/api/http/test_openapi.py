"""What /openapi.json says is so: every answer to whatever a machine can think of to ask."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from server.api.app import create_app
from server.api.jobs.orders import Export
from server.api.jobs.store import JobStore
from server.api.settings import ServerSettings
from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.server.api.server_process import ServerProcess

SCHEMA = schemathesis.openapi.from_dict(
    create_app(
        ServerSettings(folder=Path("unused"), state_dir=Path("unused"), worker=(), presets=("embedded",))
    ).openapi()
)
# A state that is no more and a range outside the file are well said, and still not to be had.
SCHEMA.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "304", "404", "409", "412", "416"]
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
JOB_ID = "0123456789abcdef"


def test_the_routes_that_the_protocol_names_are_there():
    text = (Path(__file__).parents[4] / "protocol" / "PROTOCOL.md").read_text("utf-8")
    named = set(re.findall(r"`((?:GET|POST|PATCH) /v1/[^`]*)`", text))
    assert len(named) == 6
    assert named <= {re.sub(r"\{\w+\}", "ID", label) for label in OPERATIONS}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A server with a scene and a finished export, and the ids of all that; its workers fail."""
    library = tmp_path_factory.mktemp("described") / "library"
    folder = SceneFolder(library / "street")
    folder.prepare()
    clip = folder.keep_clip("fountain-1", "0" * 16, np.zeros(100, np.float32), loop=True)
    (library / "street" / "picture.jpg").write_bytes(b"picture")
    folder.save(replace(SCENE, sources=(replace(SCENE.sources[0], clip=clip),)))
    server = ServerProcess(library, worker=("true",), requests_per_s=1e6, requests_at_once=1e6)
    exports = server.private / "exports"
    exports.mkdir(parents=True)
    (exports / f"{JOB_ID}.wav").write_bytes(b"sound")
    store = JobStore(server.private / "jobs.sqlite3")
    store.add(Export(), scene_id="street", job_id=JOB_ID)
    store.dequeue()
    store.finish(JOB_ID, "done")
    store.close()
    ids = {"scene_id": "street", "source_id": "fountain-1", "sha256": clip.sha256, "job_id": JOB_ID}
    server.start()
    yield server, ids
    server.close()


def is_lasting(label):
    """Whether asking with real ids leaves them real, and comes to an end."""
    return not label.startswith("DELETE") and label != "GET /v1/scenes/{scene_id}/events"


def asked(operation, mode, furnished, most):
    server, ids = furnished
    load_all_checks()
    # No schema tells which bytes are a picture.
    excluded = CHECKS.get_by_names(["positive_data_acceptance"]) if operation.label == "POST /v1/scenes" else []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=most, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def ask(case):
        case.call_and_validate(base_url=str(server.client.base_url), excluded_checks=excluded)
        if mode is GenerationMode.POSITIVE and is_lasting(operation.label):
            case.path_parameters = {name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
            case.call_and_validate(base_url=str(server.client.base_url), excluded_checks=excluded)

    ask()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_every_answer_is_as_described(furnished, operation):
    asked(operation, GenerationMode.POSITIVE, furnished, 10)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_what_is_not_as_described_is_refused_as_described(furnished, operation):
    if not operation.body and not list(operation.iter_parameters()):
        pytest.skip("nothing can be wrong with it")
    asked(operation, GenerationMode.NEGATIVE, furnished, 10)
