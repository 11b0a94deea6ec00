"""Scenes on disk."""

from server.library.collection import Library, new_scene_id
from server.library.folder import SceneFolder

__all__ = ["Library", "SceneFolder", "new_scene_id"]
