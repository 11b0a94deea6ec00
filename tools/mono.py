"""C# of the Unity package compiled by Mono, as Unity compiles it: for the tests and for the benchmark."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "unity_client"
CORE = PACKAGE / "Runtime" / "Core"
LAYER = PACKAGE / "Runtime" / "Unity"
ENGINE = PACKAGE / "Tests" / "Stubs~" / "UnityEngine"
_INSTALL = "apt-get install mono-mcs mono-runtime libnewtonsoft-json-cil-dev"


class MonoMissingError(Exception):
    """There is no Mono here, or no Json.NET; the message says how to install them."""


def json_library() -> Path:
    """Json.NET's assembly.

    Raises:
        MonoMissingError: there is none, or no compiler.
    """
    if not all(map(shutil.which, ("mcs", "mono", "pkg-config"))):
        raise MonoMissingError(f"no C# compiler here: {_INSTALL}")
    found = subprocess.run(["pkg-config", "--libs", "newtonsoft-json"], capture_output=True, text=True, check=False)
    if found.returncode:
        raise MonoMissingError(f"no Json.NET here: {_INSTALL}")
    return Path(found.stdout.strip().removeprefix("-r:"))


def sources(*folders: Path) -> list[Path]:
    """All C# files under these folders."""
    return sorted(path for folder in folders for path in folder.rglob("*.cs"))


def compiled(out: Path, files: Iterable[Path], *, references: Sequence[Path] = (), defines: Sequence[str] = ()) -> Path:
    """A library (.dll) or a program (.exe) of these files, with what it refers to beside it.

    Every warning is an error, and the language is C# 6.

    Args:
        out: the file to make.
        files: C# files.
        references: assemblies.
        defines: symbols that are defined in all files.

    Raises:
        RuntimeError: it doesn't compile.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    for reference in references:
        if reference.parent != out.parent:
            shutil.copy(reference, out.parent)
    target = "library" if out.suffix == ".dll" else "exe"
    command = ["mcs", "-langversion:6", "-warn:4", "-warnaserror", "-debug", f"-target:{target}", f"-out:{out}"]
    command += [f"-define:{symbol}" for symbol in defines]
    command += [f"-r:{reference}" for reference in references] + [str(path) for path in files]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    if built.returncode:
        raise RuntimeError(built.stdout + built.stderr)
    return out


def core_library(folder: Path) -> list[Path]:
    """The core, compiled into a folder, and what it refers to.

    Raises:
        MonoMissingError: there is nothing to compile it with.
        RuntimeError: it doesn't compile.
    """
    library = json_library()
    return [compiled(folder / "Sonorama.Core.dll", sources(CORE), references=[library]), folder / library.name]


def layer_library(folder: Path) -> list[Path]:
    """The Unity layer, compiled into a folder against the engine's stand-in, and what it refers to.

    Raises:
        MonoMissingError: there is nothing to compile it with.
        RuntimeError: it doesn't compile.
    """
    references = [*core_library(folder), compiled(folder / "UnityEngine.dll", sources(ENGINE))]
    return [compiled(folder / "Sonorama.Unity.dll", sources(LAYER), references=references), *references]
