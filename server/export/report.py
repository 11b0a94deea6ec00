"""Who waits for an export, and is told how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from binaural.mix.positioned_signal import Samples


class Report:
    """Keeps it all to itself; whoever shows it overrides this."""

    def advance(self, step: str, fraction: float) -> None:
        """A step, such as ``writing``, is done to a fraction in [0, 1]."""

    def note(self, text: str) -> None:
        """Something that a user should know about what was written."""

    def watched(self, blocks: Iterable[Samples], length_samples: int, step: str) -> Iterator[Samples]:
        """Blocks, told of as they go by.

        Args:
            blocks: each of shape (n, channels).
            length_samples: of all together.
            step: what is done with them.
        """
        done = 0
        for block in blocks:
            yield block
            done += len(block)
            self.advance(step, done / length_samples)


QUIET = Report()
