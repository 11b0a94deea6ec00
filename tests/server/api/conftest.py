import pytest

from tests.server.api.server_process import serving
from tests.server.api.wire import wired


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served") / "library", requests_per_s=1e6, requests_at_once=1e6) as running:
        yield running


@pytest.fixture(scope="session")
def scene_id(server, street):
    job = server.done(server.begun(street))
    return job["scene_id"]


@pytest.fixture
def restored(server, scene_id):
    """Whatever a test asks of the shared scene over the wire, the next one finds it as it lies on the disk."""
    yield
    with wired(server) as wire:
        wire.subscribe(scene_id)
        for source in server.client.get(f"/v1/scenes/{scene_id}").json()["sources"]:
            this = {"scene_id": scene_id, "source_id": source["id"]}
            if source["kind"] != "ambient":
                wire.say("source_path", **this, path=None)
                place = {name: source[name] for name in ("azimuth_deg", "elevation_deg", "distance_m")}
                wire.say("set_source", **this, **place)
            wire.say("set_source", **this, gain_db=0.0)
            wire.say("mute", **this, muted=False)
        wire.say("play", scene_id=scene_id)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
