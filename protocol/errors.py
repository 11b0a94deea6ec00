"""Every error that Sonorama raises on purpose.

.. code-block:: text

    SonoramaError
    ├── InputError         a picture, option or file of the user's can't be used   bad_input
    ├── SceneError         a scene folder is missing, damaged or from elsewhere    bad_scene
    ├── UnavailableError   this machine or installation lacks what was asked for   unavailable
    └── WireError          what came over the wire makes no sense                  bad_message, too_big or bad_frame

An error is raised where it is noticed, with everything that its reader needs, and printed once: by the command line
as one line, on the wire as a message with the error's code.
"""

from __future__ import annotations

import os


class SonoramaError(Exception):
    """Something went wrong that a person can mend.

    Args:
        what: what is wrong, as a clause without a full stop.
        where: the file, option or place that it is about.
        remedy: what to do about it, as a clause without a full stop.

    >>> print(InputError("this is not a picture", where="notes.txt", remedy="give a JPEG, PNG, TIFF, WebP or HDR file"))
    notes.txt: this is not a picture; give a JPEG, PNG, TIFF, WebP or HDR file
    """

    code: str = "error"

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return printable(f"{self.where}: {self.what}; {self.remedy}")


class InputError(SonoramaError):
    """A picture, an option or a file of the user's can't be used."""

    code = "bad_input"


class SceneError(SonoramaError):
    """A scene folder is missing, damaged or made by something else."""

    code = "bad_scene"


class UnavailableError(SonoramaError):
    """This machine or this installation lacks what was asked for."""

    code = "unavailable"


class WireError(SonoramaError):
    """What came over the wire makes no sense.

    Args:
        what: what is wrong, as a clause without a full stop.
        where: the message and field, or the frame, that it is about.
        remedy: what to do about it, as a clause without a full stop.
        code: bad_message, too_big or bad_frame.
        reply_to: the sequence number of the message, where it could be read.
    """

    def __init__(self, what: str, *, where: str, remedy: str, code: str, reply_to: int | None = None) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.code = code
        self.reply_to = reply_to


def printable(text: str) -> str:
    r"""A text in one line that any terminal and any UTF-8 file takes: what can't be shown is an escape.

    Names of files may hold line breaks, commands for a terminal, and bytes that are no characters.

    >>> print(printable("a\nb\x1b[2J caf\udce9 Ökohaus"))
    a\nb\x1b[2J caf\xe9 Ökohaus
    """
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in text)


def _escape(sign: str) -> str:
    if 0xDC80 <= ord(sign) <= 0xDCFF:
        # A byte of a file's name that is no character (PEP 383).
        return f"\\x{ord(sign) - 0xDC00:02x}"
    return sign.encode("unicode_escape").decode("ascii")


def os_reason(error: BaseException | str) -> str:
    """Why the system refused, in a few words that fit into a message; never empty.

    >>> os_reason(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    # What a library raises may carry a number with words of its own: the system's are the plain ones.
    number = getattr(error, "errno", None)
    strerror = getattr(error, "strerror", None)
    return (strerror or (os.strerror(number) if number else str(error)) or type(error).__name__).lower()
