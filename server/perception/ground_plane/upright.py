"""A picture brought upright before anything is made of it: a headset knows gravity, so elevations are against it."""

from __future__ import annotations

from dataclasses import replace

from server.perception.ground_plane.horizon import estimated_horizon
from server.pipeline.attitude import Attitude
from server.pipeline.picture.levelling import levelled
from server.pipeline.views import Picture

# A tilt is believed where level would be this many standard deviations off.
_SURE_SIGMAS = 2.0
# What edges say beside a known attitude is worth a word from here on.
_WORTH_A_WORD_DEG = 2.0


def upright(picture: Picture) -> Picture:
    """The picture with up at its top, and a notice of what was done for that.

    Its known attitude levels it, else its upright edges do, where they are sure that it is tilted.

    Args:
        picture: as it was read.
    """
    if picture.attitude is None:
        horizon = estimated_horizon(picture)
        attitude = Attitude.of_zenith(horizon.up)
        if attitude.tilt_deg <= _SURE_SIGMAS * horizon.sigma_deg:
            return picture
        words = f"upright edges tell that the camera was tilted ({attitude} ± {horizon.sigma_deg:.1f}°): levelled"
        return _noted(levelled(picture, attitude), f"{words}; --level off leaves it as it is")
    if picture.attitude.is_level:
        return picture
    level = replace(levelled(picture, picture.attitude), attitude=Attitude())
    level = _noted(level, f"levelled by the known attitude of the camera: {picture.attitude}")
    horizon = estimated_horizon(level)
    left = Attitude.of_zenith(horizon.up)
    if left.tilt_deg > max(_SURE_SIGMAS * horizon.sigma_deg, _WORTH_A_WORD_DEG):
        return _noted(level, f"upright edges in it still lean ({left} ± {horizon.sigma_deg:.1f}°): try --level off")
    return level


def _noted(picture: Picture, words: str) -> Picture:
    return replace(picture, notices=(*picture.notices, words))
