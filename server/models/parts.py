"""Parts of diffusers and transformers out of their folders, whole or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from protocol.errors import InputError


def loaded_part(maker: Any, folder: Path, **options: Any) -> Any:
    """A tokenizer, a feature extractor or the like out of its folder, by its class's own ``from_pretrained``.

    Args:
        maker: a class of transformers or diffusers.
        folder: holds what it needs.
        options: as ``from_pretrained`` takes them.

    Raises:
        InputError: the folder or a file is missing, damaged or of something else.
    """
    from safetensors import SafetensorError

    if not folder.is_dir():
        raise _unusable(folder, maker, "there is no such folder")
    try:
        with old_weight_norm():
            return maker.from_pretrained(folder, local_files_only=True, **options)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, SafetensorError) as error:
        lines = str(error).strip().splitlines()
        raise _unusable(folder, maker, lines[0] if lines else type(error).__name__) from error


def loaded_model(maker: Any, folder: Path, **options: Any) -> Any:
    """A model out of its folder, whole: left to itself ``from_pretrained`` makes up the weights that it misses.

    Args:
        maker: a model's class of transformers or diffusers.
        folder: holds its configuration and weights.
        options: as ``from_pretrained`` takes them.

    Raises:
        InputError: the folder, a file or a weight is missing, damaged or of something else.
    """
    model, found = loaded_part(maker, folder, output_loading_info=True, **options)
    missing = sorted(found["missing_keys"])
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise _unusable(folder, maker, f"its weights lack {missing[0]}{more}")
    return model.eval()


def _unusable(folder: Path, maker: Any, reason: str) -> InputError:
    return InputError(
        f"holds no usable {maker.__name__} ({reason})",
        where=str(folder),
        remedy="fetch it again with: sonorama models pull",
    )


@contextmanager
def old_weight_norm() -> Iterator[None]:
    """Without torch's warning that diffusers' autoencoder still uses its first weight norm."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*weight_norm.*is deprecated", category=FutureWarning)
        yield


def quiet() -> None:
    """Keep model libraries from drawing progress bars of their own."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
