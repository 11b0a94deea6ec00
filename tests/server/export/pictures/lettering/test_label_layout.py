import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.export.pictures.lettering.label_layout import Label, label_places
from server.export.pictures.lettering.segments import attachments, crossings, passes_through
from tests.server.export.pictures.shapes import overlap

FRAME = (0.0, 0.0, 1000.0, 800.0)
points = st.tuples(st.floats(0, 1000), st.floats(0, 800))


@given(st.lists(points, min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_labels_stay_in_the_frame_and_cover_neither_dots_nor_each_other(marks):
    dots = [(x - 6, y - 6, x + 6, y + 6) for x, y in marks]
    labels = [Label(width_px=120.0, height_px=26.0, mark=mark) for mark in marks]
    places = label_places(labels, frame=FRAME, keep_clear=dots)
    assert None not in places
    for index, a in enumerate(places):
        assert FRAME[0] <= a[0]
        assert FRAME[1] <= a[1]
        assert a[2] <= FRAME[2]
        assert a[3] <= FRAME[3]
        assert not any(overlap(a, dot) for dot in dots)
        assert not any(overlap(a, b) for b in places[index + 1 :])
    assert places == label_places(labels, frame=FRAME, keep_clear=dots)


def test_a_lonely_label_stands_right_above_its_mark():
    (place,) = label_places(
        [Label(width_px=100.0, height_px=20.0, mark=(500.0, 400.0))], frame=FRAME, keep_clear=[(494, 394, 506, 406)]
    )
    assert place[3] < 400.0
    assert 400.0 - place[3] < 20.0
    assert place[0] < 500.0 < place[2]


def test_a_label_goes_round_the_body_that_it_names():
    body = (400.0, 300.0, 600.0, 500.0)
    label = Label(width_px=100.0, height_px=20.0, mark=(500.0, 400.0), body=body)
    (place,) = label_places([label], frame=FRAME, keep_clear=[])
    assert not overlap(place, body)
    assert np.hypot(*(attachments(np.array([place]), np.array(label.mark))[0] - label.mark)) < 140.0


def test_a_label_leaves_busy_pixels_uncovered_where_it_can():
    busy = np.zeros((800, 1000), bool)
    busy[:395] = True
    label = Label(width_px=100.0, height_px=20.0, mark=(500.0, 400.0))
    (place,) = label_places([label], frame=FRAME, keep_clear=[(494, 394, 506, 406)], busy=busy)
    assert place[1] >= 394.5


def test_leaders_do_not_cross_where_they_need_not():
    marks = [(480.0 + 5.0 * number, 400.0 + 3.0 * (number % 4)) for number in range(12)]
    labels = [Label(width_px=150.0, height_px=26.0, mark=mark) for mark in marks]
    places = np.array(label_places(labels, frame=FRAME, keep_clear=[]))
    ends = attachments(places, np.array(marks))
    crossed = sum(
        crossings(np.array(mark), end[None], np.array(marks), ends).sum() for mark, end in zip(marks, ends, strict=True)
    )
    assert crossed / 2 <= 2


def test_what_has_no_room_has_no_place():
    labels = [Label(width_px=300.0, height_px=50.0, mark=(x, 50.0)) for x in (10.0, 20.0, 30.0)]
    places = label_places(labels, frame=(0.0, 0.0, 310.0, 110.0), keep_clear=[])
    assert sum(place is not None for place in places) == 2
    assert label_places(labels, frame=(0.0, 0.0, 200.0, 100.0), keep_clear=[]) == [None] * 3
    assert label_places([], frame=FRAME, keep_clear=[]) == []


def test_a_line_passes_through_a_box_only_where_it_enters_it():
    box = np.array([[10.0, 10.0, 20.0, 20.0]])
    cases = {
        ((0.0, 0.0), (30.0, 30.0)): True,
        ((15.0, 0.0), (15.0, 40.0)): True,
        ((0.0, 0.0), (9.0, 9.0)): False,
        ((0.0, 25.0), (40.0, 25.0)): False,
        ((25.0, 0.0), (25.0, 40.0)): False,
        ((0.0, 21.0), (9.0, 30.0)): False,
    }
    for (start, end), expected in cases.items():
        assert passes_through(np.array(start), np.array([end]), box)[0, 0] == expected
