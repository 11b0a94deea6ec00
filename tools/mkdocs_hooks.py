"""What MkDocs calls while it builds the site."""

from __future__ import annotations

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.reference_pages import pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made of the program."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files
