"""Scenes on disk."""

from server.library.addresses import Addresses
from server.library.collection import Library, is_single_scene, new_scene_id
from server.library.folder import SceneFolder

__all__ = ["Addresses", "Library", "SceneFolder", "is_single_scene", "new_scene_id"]
