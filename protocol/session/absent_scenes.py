"""Scenes of which a client has been told that they aren't there."""

from __future__ import annotations


class AbsentScenes:
    """A few ids of scenes. One problem is told once: what else a client says of such a scene needs no other answer.

    Args:
        most: how many are remembered; who names more is told again.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._ids: set[str] = set()

    def __contains__(self, scene_id: str) -> bool:
        return scene_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, scene_id: str) -> None:
        """The client has been told that this scene isn't there."""
        if len(self._ids) >= self._most:
            self._ids.clear()
        self._ids.add(scene_id)

    def discard(self, scene_id: str) -> None:
        """The client asks for the scene again, and is to be told again."""
        self._ids.discard(scene_id)
