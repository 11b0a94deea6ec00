import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import protocol


def test_what_others_need_is_at_the_top():
    for name in protocol.__all__:
        assert getattr(protocol, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Fountain'"):
        _ = protocol.Fountain


def test_the_package_alone_is_cheap_to_import():
    code = "import sys, protocol.errors; assert 'pydantic' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", ["protocol", "binaural", "server"])
def test_type_checkers_may_read_the_annotations(package):
    assert (Path(import_module(package).__file__).parent / "py.typed").is_file()
