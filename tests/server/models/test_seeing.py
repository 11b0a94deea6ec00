"""From a picture to sources by tiny models that propose and ground, and small stages that measure and voice."""

from pathlib import Path

import pytest

from protocol.events import Notice, SceneFinished
from server.library import SceneFolder
from server.models.describe.from_vocabulary import VocabularyProposer
from server.models.describe.internvl.proposer import InternVLProposer
from server.models.describe.vocabulary import VOCABULARY
from server.models.ground.grounding_dino import GroundingDinoGrounder
from server.models.runtime import Runtime
from server.pipeline.flow import generate
from server.pipeline.settings import Settings
from server.pipeline.stages import Proposer, Stages
from tests.server.models.tiny.grounding_dino import make_grounding_dino
from tests.server.models.tiny.internvl import make_internvl
from tests.server.pipeline.test_flow import PICTURE, Tape, Whistle

CPU = Runtime()


@pytest.fixture(scope="module")
def grounder(tmp_path_factory: pytest.TempPathFactory) -> GroundingDinoGrounder:
    folder = make_grounding_dino(tmp_path_factory.mktemp("models") / "grounding-dino-tiny")
    return GroundingDinoGrounder(folder, runtime=CPU, revision="r1", threshold=0.9)


def seen(folder: Path, propose: Proposer, grounder: GroundingDinoGrounder) -> tuple[SceneFinished, list[str]]:
    stages = Stages(propose=propose, ground=grounder, estimate_depth=Tape(), voice=Whistle())
    cache = SceneFolder(folder)
    cache.prepare()
    events = list(generate(PICTURE, settings=Settings(views=4, top=50), stages=stages, cache=cache))
    ready = events[-1]
    assert isinstance(ready, SceneFinished)
    return ready, [event.text for event in events if isinstance(event, Notice)]


def test_a_picture_is_described_and_grounded(tmp_path: Path, grounder: GroundingDinoGrounder) -> None:
    folder = make_internvl(tmp_path / "internvl")
    proposer = InternVLProposer(folder, runtime=CPU, revision="r1")
    ready, notes = seen(tmp_path / "scene", proposer, grounder)
    labels = {source.label for source in ready.scene.sources}
    assert "wind" in labels
    assert labels & {"stone fountain", "red car", "church"}
    assert labels <= {"stone fountain", "red car", "church", "wind"}
    for source in ready.scene.sources:
        assert (source.kind == "ambient") == (source.label == "wind") == (not source.provenance.boxes)
        assert source.provenance.stages["propose"] == proposer.identity
        assert source.provenance.stages["ground"] == grounder.identity
    assert ready.scene.environment.setting == "outdoor"
    assert notes[:4] == [f"view-{number}: left out, since it makes no sound: wall" for number in range(4)]


def test_a_picture_is_searched_for_the_vocabulary(tmp_path: Path, grounder: GroundingDinoGrounder) -> None:
    ready, _ = seen(tmp_path, VocabularyProposer(), grounder)
    assert ready.scene.sources
    known = {entry.phrase: entry for entry in VOCABULARY}
    for source in ready.scene.sources:
        entry = known[source.label]
        assert (source.prompt, source.kind) == (entry.caption, entry.kind)
        assert source.level_db_spl_1m == entry.level_db_spl_1m
