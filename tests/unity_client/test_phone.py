"""The Unity client's core on a network as phones have it."""

from tests.server.api.threaded import in_a_thread
from tests.server.web.impaired import impaired
from tests.unity_client.probe import probing
from tests.unity_client.scenes import library


def mutes(told):
    return told["muted"]


def test_a_pause_is_waited_for_and_a_change_of_network_is_noticed_and_nothing_is_missed(tmp_path, probe_program):
    folder, scene_id = library(tmp_path, sources=3)
    with (
        in_a_thread(folder, heartbeat_s=1.0) as (port, _),
        impaired(port) as link,
        probing(probe_program, server=f"http://127.0.0.1:{link.port}") as probe,
        probing(probe_program, server=f"http://127.0.0.1:{port}") as other,
    ):
        probe.do("subscribe", scene=scene_id)
        other.do("subscribe", scene=scene_id)
        other.scene(3)
        first, second, _ = probe.scene(3)
        link.stall()
        other.do("mute", scene=scene_id, source=first, muted=True)
        other.hear("SourceUpdated", mutes)
        link.go_on()
        assert probe.hear("SourceUpdated", mutes)["source"] == first
        link.switch()
        assert "silent" in probe.state("Waiting")["text"]
        other.do("mute", scene=scene_id, source=second, muted=True)
        other.hear("SourceUpdated", mutes)
        probe.state("Connected")
        assert probe.hear("SourceUpdated", mutes)["source"] == second
        # The session went on: the scene didn't begin anew.
        assert not any(one["kind"] in ("SceneBegun", "SourceRemoved") for one in probe.passed)
