"""Uploaded pictures: checked before they are decoded, and on the disk before a job is accepted for them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from protocol.errors import InputError
from server.files.atomic import replacing
from server.pipeline.picture.decoding.file import picture_size_px


def keep_upload(file: BinaryIO, path: Path) -> None:
    """Write an uploaded picture to the disk, where it is once this returns.

    Only the header is checked here; a worker finds out whether the rest of the picture is complete and undamaged.

    Raises:
        InputError: the file is no picture, has too many pixels, or can't be written.
    """
    with replacing(path) as scratch:
        with scratch.open("wb") as copy:
            shutil.copyfileobj(file, copy, 2**20)
        try:
            picture_size_px(scratch)
        except InputError as error:
            raise InputError(error.what, where="image", remedy=error.remedy) from error
