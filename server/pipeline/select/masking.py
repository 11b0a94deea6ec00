"""How far each source stands above what masks it, for a listener with two ears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import scene_from_polar
from server.pipeline.locate.location import Located
from server.pipeline.select.levels import level_at_listener_db

# No clip is made yet, so nobody knows the spectra. ``python -m benchmarks.masking`` measures in critical bands how far
# a sound may lie below another and be heard in a tenth of the time: in three of four cases no more than 19 dB below its
# own kind and 30 dB below other kinds, if the masker goes on without a pause. If it pauses, it is 30 dB more at least.
# What is a point or a line is taken to pause, which is right of steps and wrong of an engine, so 20 dB of these count.
_MASKED_DB = 19.0
_OTHER_KIND_DB = 11.0
_PAUSES_DB = 20.0
_GOES_ON = frozenset({"area", "ambient"})

# Spatial release from masking, after Bronkhorst, The cocktail party phenomenon, Acustica 86 (2000), 117-128: for N
# maskers at azimuths θ from what a listener faces, α (1 − Σ cos θ / N) + β |Σ sin θ| / N decibels. Jones and Litovsky,
# JASA 130 (2011), 1463-1474, tested it with noise and speech.
_SEPARATION_DB, _ASYMMETRY_DB = 1.38, 8.02

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Masking:
    """How the sources of a scene mask each other.

    Attributes:
        levels_db: at the listener, shape (N,).
        masking: energy with which the source of a column masks that of a row, shape (N, N), 0 on the diagonal.
        azimuths_deg: of the sources' middles, shape (N,).
        directions: mean direction of what each source radiates, shape (N, 3): of length 1 for a point, shorter for what
            is wide, and 0 for what lies all around.
    """

    levels_db: Floats
    masking: Floats
    azimuths_deg: Floats
    directions: Floats

    def margins_db(self, sounding: NDArray[np.bool_]) -> Floats:
        """How far each source stands above its masked threshold, shape (N,): infinitely where nothing masks it.

        A listener is taken to turn to what he listens to; maskers weigh in Bronkhorst's formula by their energies.

        Args:
            sounding: which sources sound, shape (N,).
        """
        masking = self.masking * sounding
        total = masking.sum(axis=1)
        is_masked = total > 0.0
        weights = np.divide(masking, total[:, None], out=np.zeros_like(masking), where=is_masked[:, None])
        maskers = weights @ self.directions
        # A wide source meets its maskers at many angles: the mean of their cosines has both lengths as factors.
        ahead = np.sum(maskers * self.directions, axis=1)
        azimuths = np.radians(self.azimuths_deg)
        left = np.stack([-np.sin(azimuths), np.cos(azimuths), np.zeros_like(azimuths)], axis=1)
        aside = np.sum(maskers * left, axis=1) * np.linalg.norm(self.directions, axis=1)
        release_db = _SEPARATION_DB * (1.0 - ahead) + _ASYMMETRY_DB * np.abs(aside)
        threshold_db = np.full_like(total, -np.inf)
        np.log10(total, out=threshold_db, where=is_masked)
        margins_db: Floats = self.levels_db - 10.0 * threshold_db + release_db
        return margins_db

    def strongest_masker(self, source: int, sounding: NDArray[np.bool_]) -> int:
        """Which of the sounding sources, shape (N,), masks a source most."""
        return int(np.argmax(np.where(sounding, self.masking[source], -1.0)))


def masking_of(sources: Sequence[Located]) -> Masking:
    """How sources mask each other."""
    levels_db = np.array([level_at_listener_db(source) for source in sources], dtype=np.float64)
    labels = np.array([source.proposal.label for source in sources])
    goes_on = np.array([source.proposal.kind in _GOES_ON for source in sources], dtype=bool)
    azimuths_deg = np.array([source.azimuth_deg for source in sources], dtype=np.float64)
    elevations_deg = np.array([source.elevation_deg for source in sources], dtype=np.float64)
    widths_deg = np.array([source.width_deg for source in sources], dtype=np.float64)
    spared_db = _MASKED_DB + _OTHER_KIND_DB * (labels[:, None] != labels) + _PAUSES_DB * ~goes_on
    masking = 10.0 ** ((levels_db - spared_db) / 10.0)
    np.fill_diagonal(masking, 0.0)
    # The mean of the unit vectors of an arc of width w is sin(w/2) / (w/2) long.
    directions = scene_from_polar(azimuths_deg, elevations_deg) * np.sinc(widths_deg / 360.0)[:, None]
    return Masking(levels_db=levels_db, masking=masking, azimuths_deg=azimuths_deg, directions=directions)
