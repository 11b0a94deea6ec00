"""A renderer loop of your own, block by block: python examples/03_render_in_blocks.py walk.wav.

A source goes round, a second one stands, and the head turns and walks between them. With a sound card, hand each block
to its callback instead of a file.
"""

import math
import sys
from pathlib import Path

import numpy as np
import soundfile

from binaural import BinauralRenderer, Listener, live_head

BLOCK, SECONDS = 256, 4.0


def main(out: Path) -> None:
    """Render four seconds and write them."""
    head = live_head()
    rate_hz = head.sample_rate_hz
    renderer = BinauralRenderer(head, ["point", "point"], block_samples=BLOCK, doppler=True)
    noise = np.random.default_rng(0).standard_normal(BLOCK).astype(np.float32)
    blocks = []
    for number in range(round(SECONDS * rate_hz / BLOCK)):
        time_s = number * BLOCK / rate_hz
        phase = 2.0 * math.pi * 440.0 * (time_s + np.arange(BLOCK) / rate_hz)
        # Each source as it sounds at 1 m: float32, shape (sources, block).
        signals = np.stack([0.1 * np.sin(phase), 0.05 * noise]).astype(np.float32)
        # In metres: to the front, to the left, up. Where they are by the end of the block.
        turn = math.pi * time_s
        positions_m = [(3.0 * math.cos(turn), 3.0 * math.sin(turn), 0.0), (2.0, 0.0, 0.5)]
        listener = Listener.turned(yaw_deg=20.0 * time_s, position_m=(0.3 * time_s, 0.0, 0.0))
        # The array is used again in the next call.
        blocks.append(renderer.process(signals, positions_m, listener).copy())
    soundfile.write(out, np.concatenate(blocks)[renderer.latency_samples :], rate_hz, subtype="PCM_24")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
