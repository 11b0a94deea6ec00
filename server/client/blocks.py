"""The samples in live blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol.wire.frames import Frame


def block_samples(block: Frame) -> NDArray[np.float32]:
    """The samples of a live block, shape (N, channels), full scale at 1."""
    if block.codec == "pcm16":
        samples = np.frombuffer(block.payload, "<i2").astype(np.float32) / np.float32(32768.0)
    else:
        samples = np.frombuffer(block.payload, "<f4").astype(np.float32, copy=False)
    return samples.reshape(-1, block.channels)
