"""Pictures from outside: on the disk before they are promised anything, and looked at before they are decoded."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

from protocol.errors import InputError
from server.pipeline.atomic import replacing
from server.pipeline.image import picture_size_px


def keep_upload(file: BinaryIO, place: Path) -> None:
    """Put a picture in its place, if it is one; it is on the disk once this returns.

    Only the header is read here: whether all of the picture is there, and sound, is found out in a worker.

    Raises:
        InputError: it is no picture, has too many pixels, or can't be kept.
    """
    with replacing(place) as scratch:
        with scratch.open("wb") as copy:
            shutil.copyfileobj(file, copy, 2**20)
        if scratch.stat().st_size == 0:
            raise InputError("is empty", where="image", remedy="give a JPEG, PNG, TIFF, WebP or Radiance HDR picture")
        try:
            picture_size_px(scratch)
        except InputError as error:
            raise InputError(error.what, where="image", remedy=error.remedy) from error
