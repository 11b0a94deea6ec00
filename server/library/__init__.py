"""Scenes and places on disk."""

from server.library.addresses import Addresses
from server.library.collection import Library, is_single_scene, new_scene_id
from server.library.folder import SceneFolder
from server.library.place_folder import PlaceFolder, is_place

__all__ = ["Addresses", "Library", "PlaceFolder", "SceneFolder", "is_place", "is_single_scene", "new_scene_id"]
