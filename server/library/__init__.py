"""Scenes on disk."""

from server.library.folder import SceneFolder

__all__ = ["SceneFolder"]
