import pytest

from protocol.wire.sources import SourceKeyframe, SourceTrack
from protocol.wire.tracks import track_position_m


def track(*, loop):
    places = ((0.0, (0.0, 0.0, 0.0)), (2.0, (4.0, 0.0, 1.0)), (3.0, (4.0, -6.0, 1.0)))
    keyframes = tuple(SourceKeyframe(time_s=time_s, position_m=position_m) for time_s, position_m in places)
    return SourceTrack(begins_at_s=10.0, keyframes=keyframes, loop=loop)


@pytest.mark.parametrize(
    ("time_s", "once", "looping"),
    [
        (0.0, (0, 0, 0), (0, 0, 0)),
        (10.0, (0, 0, 0), (0, 0, 0)),
        (11.0, (2, 0, 0.5), (2, 0, 0.5)),
        (12.0, (4, 0, 1), (4, 0, 1)),
        (12.5, (4, -3, 1), (4, -3, 1)),
        (13.0, (4, -6, 1), (0, 0, 0)),
        (14.0, (4, -6, 1), (2, 0, 0.5)),
    ],
)
def test_a_source_is_where_its_keyframes_say(time_s, once, looping):
    assert track_position_m(track(loop=False), time_s) == pytest.approx(once)
    assert track_position_m(track(loop=True), time_s) == pytest.approx(looping)
