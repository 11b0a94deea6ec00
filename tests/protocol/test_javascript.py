"""The JavaScript implementation reads the same vectors as the others."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.timing import PATIENCE_S


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run JavaScript with")
def test_javascript_reads_every_vector_alike():
    done = subprocess.run(
        ["node", "--test", Path(__file__).parent / "javascript"], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 0" not in done.stdout
