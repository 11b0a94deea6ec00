"""Who listens beside oneself: poses that are shared, on real sockets."""

from tests.server.api.wire import wired

POSE = {"position_m": [1, 2, 0], "orientation": [0, 0, 0, 1], "client_time_s": 5.0}


def synchronised(wire):
    """Wait until the server has taken in all that was said; returns what came meanwhile."""
    already = len(wire.passed)
    wire.say("clock_ping", client_sent_s=0.0)
    wire.hear("clock_pong")
    # A pong overtakes what waits: whatever was there before it has come with the second one.
    wire.say("clock_ping", client_sent_s=1.0)
    wire.hear("clock_pong")
    return wire.passed[already:]


def poses(messages):
    return [message for message in messages if message["type"] in ("listener_pose", "listener_left")]


def test_a_listener_who_shares_its_pose_is_seen_by_who_subscribes_later(server, scene_id):
    with wired(server) as sharing, wired(server) as late, wired(server) as last:
        sharing.say("listener_pose", scene_id=scene_id, share=True, **POSE)
        sharing.say("listener_pose", scene_id=scene_id, share=True, **(POSE | {"position_m": [3, 0, 0]}))
        synchronised(sharing)

        late.subscribe(scene_id)
        pose = late.hear("listener_pose")
        assert (pose["position_m"], pose["share"]) == ([3, 0, 0], True)
        assert poses(synchronised(late)) == []

        # Nobody is told of their own head.
        sharing.subscribe(scene_id)
        assert poses(synchronised(sharing)) == []

        sharing.socket.close()
        assert late.hear("listener_left")["listener_id"] == pose["listener_id"]
        last.subscribe(scene_id)
        assert poses(synchronised(last)) == []


def test_a_pose_that_is_not_shared_stays_with_the_server(server, scene_id):
    with wired(server) as private, wired(server) as other:
        other.subscribe(scene_id)
        private.say("listener_pose", scene_id=scene_id, **POSE)
        synchronised(private)
        assert poses(synchronised(other)) == []
        other.subscribe(scene_id)
        assert poses(synchronised(other)) == []
