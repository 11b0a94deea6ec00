"""Live scenes and those who follow them, without a network between."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from protocol.events import Notice
from protocol.session.sending.keyed_queue import MAX_UNKEYED
from protocol.wire import ListenerPose, Mute, SetSource
from protocol.wire.commands import SourcePath
from protocol.wire.sources import SourceKeyframe, SourceMoved, SourceTrack
from server.api.app import create_app
from server.api.settings import ServerSettings
from server.api.streaming.osc.scene import OscScene
from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.timing import PATIENCE_S

PATH = SourceTrack(
    begins_at_s=0.0,
    keyframes=(
        SourceKeyframe(time_s=0.0, position_m=(1.0, 0.0, 0.0)), SourceKeyframe(time_s=1.0, position_m=(0.0, 1.0, 0.0)),
    ),
    loop=True,
)  # fmt: skip
POSE = ListenerPose(
    scene_id="street", position_m=(0.0, 0.0, 0.0), orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=0.0, share=True
)


def test_an_osc_feed_that_is_not_read_keeps_the_newest_of_everything_and_no_more(tmp_path):
    folder = SceneFolder(tmp_path / "library" / "street")
    folder.prepare()
    folder.save(SCENE)
    source_id = SCENE.sources[0].id

    async def main():
        app = create_app(
            ServerSettings(
                folder=tmp_path / "library", state_dir=tmp_path / "state", worker=("true",), presets=("embedded",)
            )
        )
        async with app.router.lifespan_context(app):
            live_scenes = app.state.services.live_scenes
            feed = OscScene(live_scenes, "street").messages()
            first = await anext(feed)
            live = await live_scenes.open("street")
            for turn in range(2_000):
                this = {"scene_id": "street", "source_id": source_id}
                for command in (Mute(**this, muted=turn % 2 == 0), SetSource(**this, azimuth_deg=float(turn % 90))):
                    live_scenes.publish("street", live.apply(command, live_scenes.now_s()))
                live_scenes.publish("street", live.share_pose(replace(POSE, client_time_s=turn), listener_id="l-1"))
                live_scenes.publish("street", [Notice(text=str(turn), scene_id="street")])
            waiting = []
            with suppress(TimeoutError):
                while True:
                    waiting.append(await asyncio.wait_for(anext(feed), 0.5))
            return first, waiting

    first, waiting = asyncio.run(main())
    assert first.type == "scene_snapshot"
    # One for the source's state, one for its place, one for the listener; and notices, which nothing replaces.
    assert len(waiting) <= MAX_UNKEYED + 3
    assert [message.text for message in waiting if isinstance(message, Notice)][-1] == "1999"
    (pose,) = [message for message in waiting if isinstance(message, ListenerPose)]
    assert pose.client_time_s == 1999.0


def test_what_moves_is_worked_out_only_while_somebody_is_told(tmp_path):
    folder = SceneFolder(tmp_path / "library" / "street")
    folder.prepare()
    folder.save(SCENE)

    async def main():
        settings = ServerSettings(
            folder=tmp_path / "library", state_dir=tmp_path / "state", worker=("true",), presets=("embedded",)
        )
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            live_scenes = app.state.services.live_scenes
            live = await live_scenes.open("street")
            path = SourcePath(scene_id="street", source_id=SCENE.sources[0].id, path=PATH)
            live_scenes.publish("street", live.apply(path, live_scenes.now_s()))
            is_asleep = [live_scenes._ticker is None]
            feed = OscScene(live_scenes, "street").messages()
            moves = 0
            async for message in feed:
                moves += isinstance(message, SourceMoved)
                if moves == 3:
                    break
            is_asleep.append(live_scenes._ticker is None)
            await feed.aclose()
            async with asyncio.timeout(PATIENCE_S):
                while live_scenes._ticker is not None:
                    await asyncio.sleep(0.01)
            is_asleep.append(live.is_moving)
            return is_asleep

    assert asyncio.run(main()) == [True, False, True]
