from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def panoramas() -> Path:
    """The real panoramas that lie beside a development checkout."""
    folder = SHARED / "panoramas"
    if not folder.is_dir():
        pytest.skip("the shared panoramas are not here")
    return folder
