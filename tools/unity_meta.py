"""Writes the .meta file of every asset of the Unity package; ``--check`` only says which are missing or wrong.

Unity names assets by GUID, and a package's must never change. Each is made from the asset's path within the package, so
that it's the same wherever and whenever it is made. A .meta file that has this GUID may say more (import settings that
somebody chose) and is left alone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "unity_client"
_NAME = "com.sonorama.client"

_IMPORTERS = {
    ".cs": "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n"
    "  executionOrder: 0\n  icon: {instanceID: 0}\n",
    ".asmdef": "AssemblyDefinitionImporter:\n  externalObjects: {}\n",
    ".json": "TextScriptImporter:\n  externalObjects: {}\n",
    ".md": "TextScriptImporter:\n  externalObjects: {}\n",
    ".txt": "TextScriptImporter:\n  externalObjects: {}\n",
    ".shader": "ShaderImporter:\n  externalObjects: {}\n  defaultTextures: []\n  nonModifiableTextures: []\n"
    "  preprocessorOverride: 0\n",
    ".hlsl": "ShaderIncludeImporter:\n  externalObjects: {}\n",
    ".mat": "NativeFormatImporter:\n  externalObjects: {}\n  mainObjectFileID: 2100000\n",
    ".jslib": "PluginImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  iconMap: {}\n  executionOrder: {}\n"
    "  defineConstraints: []\n  isPreloaded: 0\n  isOverridable: 0\n  isExplicitlyReferenced: 0\n"
    "  validateReferences: 1\n  platformData:\n"
    "  - first:\n      Any: \n    second:\n      enabled: 0\n      settings: {}\n"
    "  - first:\n      Editor: Editor\n    second:\n      enabled: 0\n      settings:\n"
    "        DefaultValueInitialized: true\n"
    "  - first:\n      WebGL: WebGL\n    second:\n      enabled: 1\n      settings: {}\n",
    ".xml": "TextScriptImporter:\n  externalObjects: {}\n",
}
_SETTINGS_END = "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"


def guid(path: str) -> str:
    """The GUID of an asset: 32 hexadecimal digits.

    Args:
        path: within the package, with forward slashes.

    >>> guid("Runtime") == guid("Runtime"), len(guid("Runtime"))
    (True, 32)
    """
    return hashlib.md5(f"{_NAME}/{path}".encode(), usedforsecurity=False).hexdigest()


def assets(package: Path) -> Iterator[Path]:
    """Every file and folder that Unity imports: none that begins with a dot or ends with ``~``, nor what is in it.

    Samples are an exception: they are copied into projects with their .meta files, by which scenes know scripts.
    """
    for path in sorted(package.iterdir()):
        if path.name == "Samples~":
            yield from (asset for sample in sorted(path.iterdir()) for asset in assets(sample))
        if path.name.startswith(".") or path.name.endswith("~") or path.suffix == ".meta":
            continue
        yield path
        if path.is_dir():
            yield from assets(path)


def meta_text(path: Path, package: Path) -> str:
    """What an asset's .meta file says unless somebody chose otherwise."""
    head = f"fileFormatVersion: 2\nguid: {guid(path.relative_to(package).as_posix())}\n"
    if path.is_dir():
        return f"{head}folderAsset: yes\nDefaultImporter:\n  externalObjects: {{}}\n{_SETTINGS_END}"
    if path.name == "package.json":
        return f"{head}PackageManifestImporter:\n  externalObjects: {{}}\n{_SETTINGS_END}"
    return head + _IMPORTERS.get(path.suffix, "DefaultImporter:\n  externalObjects: {}\n") + _SETTINGS_END


def faults(package: Path) -> Iterator[tuple[str, Path, str | None]]:
    """What is wrong with a package's .meta files.

    Yields:
        What it is, the .meta file, and what should stand in it; None where it should not exist.
    """
    wanted = {path.with_name(path.name + ".meta"): path for path in assets(package)}
    for meta, path in wanted.items():
        text = meta_text(path, package)
        if not meta.exists():
            yield "missing", meta, text
        elif text.splitlines()[1] not in meta.read_text("utf-8").splitlines():
            yield "stale", meta, text
    for meta in sorted(package.rglob("*.meta")):
        if meta not in wanted and not any(part.endswith("~") for part in meta.relative_to(package).parts):
            yield "left over", meta, None


def main(arguments: list[str]) -> int:
    """Write the files, or check them; returns the exit status."""
    found = list(faults(PACKAGE))
    for what, meta, text in found:
        if "--check" in arguments:
            sys.stderr.write(f"{what}: {meta.relative_to(PACKAGE.parent)}; run: python tools/unity_meta.py\n")
        elif text is None:
            meta.unlink()
        else:
            meta.write_text(text, "utf-8")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
