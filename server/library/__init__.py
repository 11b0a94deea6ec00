"""Scenes on disk."""

from server.library.collection import Library
from server.library.folder import SceneFolder

__all__ = ["Library", "SceneFolder"]
