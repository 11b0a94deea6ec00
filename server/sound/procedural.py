"""The embedded voice: every clip is made from numbers, without a download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from server.pipeline.stages import Sound, VoiceRequest
from server.sound.lookup import nearest_recipe
from server.sound.nature.ambience import open_air


class ProceduralVoicer:
    """Makes sounds by recipe; see :mod:`server.sound`.

    What no recipe fits still gets a clip, since a hole in a scene is heard as a fault: soft, dull air that suits a
    room and a street alike, with a note that says so.
    """

    identity = "procedural@1"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One looping clip for each request, in order, exactly as long as was asked."""
        for request in requests:
            match = nearest_recipe(request.label, request.prompt)
            make, note = (open_air, _unknown(request.label)) if match is None else (match.recipe.make, "")
            samples = make(request.duration_s, np.random.default_rng(request.seed))
            yield Sound(samples=samples.astype(np.float32), loop=True, note=note)


def _unknown(label: str) -> str:
    return f"nothing here can sound like {label!r}, so soft air stands in; give a recording of it with --clips"
