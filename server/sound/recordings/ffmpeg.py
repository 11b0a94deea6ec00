"""Recordings that libsndfile can't read, such as M4A and WMA, decoded by FFmpeg: the extra ``m4a`` (PyAV)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import soundfile

EXTRA = "m4a"


def is_installed() -> bool:
    """Whether the extra is here."""
    return find_spec("av") is not None


@contextmanager
def decoded(path: Path) -> Iterator[soundfile.SoundFile]:
    """The sound of a file, decoded to a file without a name, so that its length costs no memory.

    Raises:
        OSError: it can't be decoded, or holds no sound.
    """
    # Imported late: it is an extra, and large.
    import av

    with tempfile.TemporaryFile() as raw:
        try:
            with av.open(str(path)) as container:
                if not container.streams.audio:
                    raise OSError("holds no sound")
                stream = container.streams.audio[0]
                rate_hz, channels = stream.rate, stream.channels
                interleaved = av.AudioResampler(format="flt")
                for frame in container.decode(stream):
                    for part in interleaved.resample(frame):
                        raw.write(part.to_ndarray().tobytes())
        except av.error.FFmpegError as error:
            raise OSError(str(error)) from error
        raw.flush()
        raw.seek(0)
        with soundfile.SoundFile(
            raw.fileno(),
            samplerate=rate_hz,
            channels=channels,
            subtype="FLOAT",
            format="RAW",
            endian="LITTLE",
            closefd=False,
        ) as file:
            yield file
