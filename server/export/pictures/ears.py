"""A head in pictures: what its ears hear of a direction, and how they differ around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from binaural.hrtf.hrir import Hrtf
from binaural.hrtf.interaural import ild_db, itd_s, itds_s
from binaural.propagation.spherical_head import kuhn_itd_s, woodworth_itd_s
from server.export.pictures.chart import Axis, Curve, chart
from server.export.pictures.drawing import COLOURS, Colour, stacked
from server.export.pictures.lettering.words import bearing_words

_WIDTH_PX, _HEIGHT_PX = 1280, 620
LEFT_EAR: Colour = COLOURS[1]
RIGHT_EAR: Colour = COLOURS[0]
_ILD_BANDS_HZ = (500.0, 1000.0, 2000.0, 4000.0, 8000.0)
_RING_DEG = 2.0
_FREQUENCIES_HZ = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_FREQUENCY_WORDS = ("100", "200", "500", "1k", "2k", "5k", "10k", "20k")
# A response has come and gone by then, in any anechoic room.
_SHOWN_S = 4e-3
_BEFORE_S = 0.5e-3


def direction_picture(hrtf: Hrtf, azimuth_deg: float, elevation_deg: float) -> Image.Image:
    """What both ears hear of a click from a direction: over time, and over frequency.

    Drawn is the pair of HRIRs, of shape (2, taps), of the nearest measured direction, and its title says which.

    Args:
        hrtf: whose HRIRs.
        azimuth_deg: of the direction, positive to the left.
        elevation_deg: of the direction, positive up.
    """
    response = hrtf.nearest_hrir(azimuth_deg, elevation_deg)
    chosen = int(np.argmax((hrtf.hrirs == response).all(axis=(1, 2))))
    where = bearing_words(float(hrtf.azimuth_deg[chosen]), float(hrtf.elevation_deg[chosen]))
    rate_hz = hrtf.sample_rate_hz
    itd_us, ild = 1e6 * itd_s(response, rate_hz), ild_db(response, rate_hz)
    return stacked(
        [
            _over_time(
                response, rate_hz, f"Impulse responses, {where}", f"{hrtf.name};  ITD {itd_us:+.0f} microseconds"
            ),
            _over_frequency(response, rate_hz, f"Levels, {where}", f"{hrtf.name};  ILD {ild:+.0f} dB"),
        ]
    )


def _over_time(response: NDArray[np.float32], rate_hz: int, title: str, subtitle: str) -> Image.Image:
    loudest = float(np.abs(response).max())
    onset_s = float(np.argmax((np.abs(response) > 0.1 * loudest).any(axis=0))) / rate_hz
    begin = max(0, int((onset_s - _BEFORE_S) * rate_hz))
    shown = response[:, begin : begin + int(_SHOWN_S * rate_hz)]
    # Between samples, as a converter draws it.
    fine = 8
    spectrum = np.fft.rfft(shown, axis=1)
    curve = np.fft.irfft(spectrum, shown.shape[1] * fine, axis=1) * fine
    time_ms = (begin + np.arange(curve.shape[1]) / fine) / rate_hz * 1e3
    first_ms = begin / rate_hz * 1e3
    most = float(np.abs(curve).max()) * 1.08
    step = _step(most)
    ticks = np.arange(-np.floor(most / step), np.floor(most / step) + 1) * step
    return chart(
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        title=title,
        subtitle=subtitle,
        x=Axis(
            title="time, ms",
            low=first_ms,
            high=first_ms + _SHOWN_S * 1e3,
            ticks=(np.arange(np.ceil(2 * first_ms), np.floor(2 * (first_ms + _SHOWN_S * 1e3)) + 1) / 2).tolist(),
        ),
        y=Axis(title="pressure", low=-most, high=most, ticks=ticks.round(9).tolist()),
        curves=[
            Curve(name="left ear", x=time_ms, y=curve[0], colour=LEFT_EAR),
            Curve(name="right ear", x=time_ms, y=curve[1], colour=RIGHT_EAR),
        ],
    )


def _over_frequency(response: NDArray[np.float32], rate_hz: int, title: str, subtitle: str) -> Image.Image:
    frequency_hz = np.geomspace(100.0, min(20_000.0, 0.49 * rate_hz), 700)
    size = max(8192, response.shape[1])
    grid_hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    levels = [
        20.0 * np.log10(np.maximum(np.interp(frequency_hz, grid_hz, np.abs(np.fft.rfft(ear, size))), 1e-6))
        for ear in response
    ]
    top = 10.0 * np.ceil(max(float(level.max()) for level in levels) / 10.0)
    return chart(
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        title=title,
        subtitle=subtitle,
        x=Axis(
            title="frequency, Hz",
            low=100.0,
            high=20_000.0,
            ticks=_FREQUENCIES_HZ,
            labels=_FREQUENCY_WORDS,
            logarithmic=True,
        ),
        y=Axis(title="level, dB", low=top - 60.0, high=top, ticks=np.arange(top - 60.0, top + 1.0, 10.0).tolist()),
        curves=[
            Curve(name="left ear", x=frequency_hz, y=levels[0], colour=LEFT_EAR),
            Curve(name="right ear", x=frequency_hz, y=levels[1], colour=RIGHT_EAR),
        ],
    )


def interaural_picture(hrtf: Hrtf) -> Image.Image:
    """The differences of time and of level between the ears, all around at the height of the ears.

    Both are computed from the HRIRs of the ring, of shape (directions, 2, taps). Times stand beside those of a sphere:
    Kuhn's for low frequencies and Woodworth's for high ones.
    """
    off_deg = np.abs(hrtf.elevation_deg)
    ring = np.flatnonzero(off_deg <= off_deg.min() + _RING_DEG)
    ring = ring[np.argsort(hrtf.azimuth_deg[ring], kind="stable")]
    # What is behind stands at both ends.
    azimuth_deg = np.concatenate([hrtf.azimuth_deg[ring[-1:]] - 360.0, hrtf.azimuth_deg[ring]])
    responses, rate_hz = hrtf.hrirs[np.concatenate([ring[-1:], ring])], hrtf.sample_rate_hz
    around = np.linspace(-180.0, 180.0, 721)
    times_us = 1e6 * itds_s(responses, rate_hz)
    x = Axis(
        title="azimuth, degrees to the left",
        low=180.0,
        high=-180.0,
        ticks=range(180, -181, -45),
        labels=("behind", "135", "left 90", "45", "ahead", "-45", "right -90", "-135", "behind"),
    )
    time = chart(
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        title="Interaural time difference over azimuth",
        subtitle=f"{hrtf.name}; positive: the left ear is first",
        x=x,
        y=Axis(title="ITD, microseconds", low=-1000.0, high=1000.0, ticks=range(-1000, 1001, 250)),
        curves=[
            Curve(name="Kuhn's sphere", x=around, y=1e6 * kuhn_itd_s(around), colour=COLOURS[4], dashed=True),
            Curve(name="Woodworth's", x=around, y=1e6 * woodworth_itd_s(around), colour=COLOURS[2], dashed=True),
            Curve(name="measured, below 1.5 kHz", x=azimuth_deg, y=times_us, colour=LEFT_EAR, dots=True),
        ],
    )
    levels = []
    for colour, centre_hz in zip((6, 1, 2, 3, 5), _ILD_BANDS_HZ, strict=True):
        level_db = np.array(
            [ild_db(ears, rate_hz, lowest_hz=centre_hz / 2**0.5, highest_hz=centre_hz * 2**0.5) for ears in responses]
        )
        name = f"{centre_hz / 1000:g} kHz"
        levels.append(Curve(name=name, x=azimuth_deg, y=level_db, colour=COLOURS[colour]))
    most = 10.0 * np.ceil(max(float(np.abs(curve.y).max()) for curve in levels) / 10.0)
    level = chart(
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        title="Interaural level difference over azimuth, in octaves",
        subtitle="positive: the left ear is louder",
        x=x,
        y=Axis(title="ILD, dB", low=-most, high=most, ticks=np.arange(-most, most + 1.0, 10.0).tolist()),
        curves=levels,
    )
    return stacked([time, level])


def _step(most: float) -> float:
    """A round step that makes about four of it."""
    rough = most / 4.0
    power = 10.0 ** np.floor(np.log10(rough))
    return float(power * next(step for step in (1.0, 2.0, 5.0, 10.0) if step * power >= rough))
