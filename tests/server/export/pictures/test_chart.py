import numpy as np
import pytest

from server.export.pictures.chart import Axis, Curve, chart, plot_point
from server.export.pictures.drawing import COLOURS, stacked

SIZE = (800, 400)
X = Axis(title="frequency, Hz", low=100.0, high=10_000.0, ticks=(100, 1000, 10_000), logarithmic=True)
Y = Axis(title="level, dB", low=-20.0, high=20.0, ticks=(-20, 0, 20))


def drawn(*curves):
    return chart(width_px=SIZE[0], height_px=SIZE[1], title="a title", subtitle="more", x=X, y=Y, curves=curves)


def is_coloured(image, at, colour, reach=2):
    column, row = (round(value) for value in plot_point(*SIZE, X, Y, at))
    pixels = np.asarray(image).astype(int)[row - reach : row + reach + 1, column - reach : column + reach + 1]
    return bool((np.abs(pixels - colour).max(axis=-1) < 40).any())


def curve(**options):
    return Curve(name="one", x=np.array([100.0, 10_000.0]), y=np.array([-10.0, 10.0]), colour=COLOURS[0], **options)


def test_a_line_goes_straight_over_the_logarithm_of_frequency():
    image = drawn(curve())
    for at in ((200.0, -10 + 20 * np.log(2) / np.log(100)), (1000.0, 0.0), (5000.0, 10 - 20 * np.log(2) / np.log(100))):
        assert is_coloured(image, at, COLOURS[0])
    assert not is_coloured(image, (1000.0, 8.0), COLOURS[0])


def test_up_is_more_and_right_is_higher():
    low, high = (plot_point(*SIZE, X, Y, at) for at in ((200.0, -5.0), (400.0, 5.0)))
    assert high[0] > low[0]
    assert high[1] < low[1]


def test_dots_stand_at_their_points_with_nothing_between():
    image = drawn(curve(dots=True))
    assert is_coloured(image, (103.0, -10.0), COLOURS[0])
    assert not is_coloured(image, (1000.0, 0.0), COLOURS[0])


def test_a_broken_line_is_seen_in_part():
    image = drawn(curve(dashed=True))
    along = np.linspace(0.05, 0.95, 90)
    seen = [is_coloured(image, (100.0 * 100.0**share, -10 + 20 * share), COLOURS[0], reach=0) for share in along]
    assert 0.3 < np.mean(seen) < 0.9


def test_what_leaves_the_axes_is_cut_off():
    plain = np.asarray(drawn())
    wild = np.asarray(drawn(Curve(name="", x=np.array([500.0, 600.0]), y=np.array([-500.0, 500.0]), colour=COLOURS[0])))
    # Averaging down takes in three pixels around.
    top = int(plot_point(*SIZE, X, Y, (100.0, 20.0))[1]) - 4
    foot = int(plot_point(*SIZE, X, Y, (100.0, -20.0))[1]) + 4
    np.testing.assert_array_equal(wild[foot:], plain[foot:])
    # The legend stands above.
    np.testing.assert_array_equal(wild[:top, :500], plain[:top, :500])
    assert (wild != plain).any()


@pytest.mark.parametrize("axis", [X, Y])
def test_an_axis_begins_at_its_low_end(axis):
    assert axis.share([axis.low, axis.high]) == pytest.approx([0.0, 1.0])


def test_labels_are_numbers_unless_given():
    assert Y.words() == ["-20", "0", "20"]
    assert Axis(title="", low=0.0, high=1.0, ticks=(0, 1), labels=("here", "there")).words() == ["here", "there"]


def test_pictures_are_stacked_in_their_order():
    first, second = drawn(curve()), drawn()
    both = np.asarray(stacked([first, second]))
    np.testing.assert_array_equal(both[: SIZE[1]], np.asarray(first))
    np.testing.assert_array_equal(both[SIZE[1] :], np.asarray(second))
