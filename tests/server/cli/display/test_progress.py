import io
from typing import get_args

import pytest
from rich.console import Console

from protocol.events import Stage, StageAdvanced, StageFinished, StageStarted
from server.cli.display.progress import ProgressDisplay


@pytest.mark.parametrize("stage", get_args(Stage))
def test_every_stage_of_the_protocol_is_shown_in_words(stage):
    text = io.StringIO()
    with ProgressDisplay(Console(file=text, width=120)) as display:
        display.show(StageStarted(stage=stage, steps=2, identity="it@1"))
        display.show(StageAdvanced(stage=stage, done=1, steps=2))
        display.show(StageFinished(stage=stage, reused=False))
    (line,) = text.getvalue().splitlines()
    assert line.endswith(": done")
    assert line != f"{stage}: done"
