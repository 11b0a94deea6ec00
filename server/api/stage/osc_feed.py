"""One scene of the stage for OSC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from protocol.errors import UnavailableError
from protocol.osc_hearing import SceneWanted, Wish
from protocol.wire import AnyMessage, ListenerPose
from server.api.stage.stage import Stage

LISTENER_ID = "osc"
"""What others call the head whose pose comes by OSC."""


class OscScene:
    """What is said and wished of a scene by OSC.

    Args:
        stage: where it is heard.
        scene_id: which one.
    """

    def __init__(self, stage: Stage, scene_id: str) -> None:
        self._stage, self._scene_id = stage, scene_id

    def messages(self) -> AsyncIterator[AnyMessage]:
        """The scene, then what changes.

        Raises:
            NotFoundError: there is no such scene.
        """
        return self._stage.overheard(self._scene_id)

    def wish(self, wish: Wish) -> None:
        """Do what a receiver wishes.

        Raises:
            SonoramaError: it can't be done.
        """
        now_s = self._stage.now_s()
        if isinstance(wish, SceneWanted):
            raise UnavailableError(
                "another scene is wished for", where=wish.name, remedy="start the server with another --osc-scene"
            )
        if isinstance(wish, ListenerPose):
            self._stage.publish(self._scene_id, replace(wish, share=True, listener_id=LISTENER_ID))
            return
        for told in self._stage.opened(self._scene_id).obeyed(wish, now_s):
            self._stage.publish(self._scene_id, told)

    def now_s(self) -> float:
        """The server's time."""
        return self._stage.now_s()
