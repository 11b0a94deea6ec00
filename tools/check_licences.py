"""Says whose licences would bind who installs Sonorama, and exits with 1 if any is not known to be harmless.

Everything counts that the core and its extras bring along, by the metadata that each distribution declares itself.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

_HARMLESS = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|0BSD|Unlicense|Freely Distributable|HPND|Zlib|"
    r"CC0|LGPL|Lesser|public domain|UIUC|NCSA)\b|Permission is hereby granted",
    re.IGNORECASE,
)
_BINDING = re.compile(r"\bA?GPL|(?<!Lesser )General Public|CC-BY-NC|NonCommercial|Proprietary", re.IGNORECASE)
# Told where they are asked for, and in no install unless asked for.
_TOLD = {
    "pillow-jxl-plugin": "GPL-3.0, extra jxl",
    "pillow-heif": "holds libx265 (GPL-2.0), extra heic",
    "av": "holds libx264 and libx265 (GPL-2.0), extra m4a",
}
# Part of PyTorch's builds for NVIDIA's cards, redistributable with them; never in ours.
_OF_CARDS = re.compile(r"^(nvidia|cuda|triton)")


def installed(name: str, extras: frozenset[str], seen: dict[tuple[str, frozenset[str]], None]) -> None:
    """Collect a distribution and all that it asks for, as far as that is installed here."""
    key = re.sub(r"[-_.]+", "-", name).lower(), extras
    if key in seen:
        return
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    seen[key] = None
    for line in found.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            installed(wanted.name, frozenset(wanted.extras), seen)


def licence(found: Distribution) -> str:
    """What a distribution says of its licence, all of it."""
    metadata = found.metadata
    classifiers = [line for line in metadata.get_all("Classifier") or () if line.startswith("License")]
    return " ".join((metadata.get("License-Expression") or "", (metadata.get("License") or "")[:400], *classifiers))


def main() -> int:
    """Check all; returns the exit status."""
    extras = frozenset(distribution("sonorama").metadata.get_all("Provides-Extra") or ())
    seen: dict[tuple[str, frozenset[str]], None] = {}
    installed("sonorama", extras, seen)
    faults = []
    for name in sorted({name for name, _ in seen}):
        said = licence(distribution(name))
        if name in _TOLD or _OF_CARDS.match(name):
            continue
        if not _HARMLESS.search(said) or _BINDING.search(re.sub(r"\bL(esser )?GPL", "", said)):
            faults.append(f"{name}: {said.strip()[:120] or 'says nothing'}")
    print("\n".join(faults) or f"{len(seen)} distributions, all with licences that bind nobody")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
