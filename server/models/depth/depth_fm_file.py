"""The published file of DepthFM: one pickle with the denoiser, its hyperparameters and the empty prompt."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from protocol.errors import InputError
from server.models.checkpoint_file import FETCH_AGAIN, Shapes, misfit, required_file, unfit_error
from server.models.depth.ldm_unet import diffusers_names, unet_config

if TYPE_CHECKING:
    import torch

_PARTS = ("noising_step", "ldm_hparams", "empty_text_embedding", "state_dict")
_LARGEST_NOISING_STEP = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DepthFMFile:
    """What ``depthfm-v1.ckpt`` holds.

    Attributes:
        noising_step: in [0, 1000), how far along a thousand steps of noising the flow begins; 0 is no noise.
        empty_text: float32 (1, tokens, width), the context of every cross-attention.
        unet: diffusers' UNet, in evaluation mode.
    """

    noising_step: int
    empty_text: torch.Tensor
    unet: Any


def read_depth_fm_file(path: Path, *, device: str, dtype: torch.dtype) -> DepthFMFile:
    """Read the file and hold it against the UNet that its hyperparameters describe; no code in it is run.

    Args:
        path: ``depthfm-v1.ckpt``.
        device: where the weights go.
        dtype: the numbers that they become.

    Raises:
        InputError: the file is missing, damaged, holds anything but weights and numbers, or those of another model.
    """
    stored = _stored(path)
    for name in _PARTS:
        if name not in stored:
            raise _unfit(path, f"lacks {name}")
    noising_step = stored["noising_step"]
    if not isinstance(noising_step, (int, np.integer)) or not 0 <= noising_step < _LARGEST_NOISING_STEP:
        raise _unfit(path, f"has noising_step = {noising_step!r}")
    unet = _unet(path, stored["ldm_hparams"], stored["state_dict"], device=device, dtype=dtype)
    return DepthFMFile(
        noising_step=int(noising_step),
        empty_text=_empty_text(path, stored["empty_text_embedding"], unet.config.cross_attention_dim).to(device),
        unet=unet,
    )


def _stored(path: Path) -> dict[str, Any]:
    """The parts of the file by their names; no code in it is run."""
    import torch

    required_file(path)
    try:
        with torch.serialization.safe_globals(_numpy_globals()), warnings.catch_warnings():
            # torch warns of a pickle that it did not write; the errors below say more.
            warnings.filterwarnings("ignore", message="Detected pickle protocol", category=UserWarning)
            stored = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            "holds more than weights and numbers, or is no checkpoint at all",
            where=str(path),
            remedy=FETCH_AGAIN,
        ) from error
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, AttributeError) as error:
        raise InputError("is damaged or was not fetched whole", where=str(path), remedy=FETCH_AGAIN) from error
    if not isinstance(stored, dict):
        raise _unfit(path, f"holds a {type(stored).__name__} and no parts")
    return stored


def _numpy_globals() -> list[Any]:
    """The globals that pickled arrays of NumPy name, in the spelling of NumPy 1 and 2."""
    from numpy._core import multiarray

    makers = [
        (maker, f"{package}.multiarray.{maker.__name__}")
        for maker in (multiarray._reconstruct, multiarray.scalar)
        for package in ("numpy.core", "numpy._core")
    ]
    numbers = (np.float16, np.float32, np.float64, np.int32, np.int64)
    return [*makers, np.ndarray, np.dtype, *(type(np.dtype(number)) for number in numbers)]


def _unet(path: Path, hyperparameters: Any, state: Any, *, device: str, dtype: torch.dtype) -> Any:
    import torch
    from diffusers import UNet2DConditionModel

    if not isinstance(hyperparameters, dict):
        raise _unfit(path, "has hyperparameters that are no dictionary")
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise _unfit(path, "has no state_dict of tensors")
    try:
        config = unet_config(hyperparameters)
        with torch.device("meta"):
            unet = UNet2DConditionModel(**config)
    except (ValueError, TypeError, ZeroDivisionError) as error:
        raise _unfit(path, f"has hyperparameters that make no UNet ({error})") from error
    wanted = {name: tuple(value.shape) for name, value in unet.state_dict().items()}
    names = diffusers_names(list(state), layers_per_block=config["layers_per_block"])
    tensors: dict[str, torch.Tensor] = state
    renamed = {key: name for name, key in names.items() if name in wanted}
    stored: Shapes = {renamed.get(key, key): tuple(value.shape) for key, value in tensors.items()}
    fault = misfit(stored, wanted)
    if fault:
        raise _unfit(path, f"{fault} (by the names of diffusers)")
    weights = {name: state[names[name]].to(device=device, dtype=dtype) for name in wanted}
    unet.load_state_dict(weights, assign=True)
    return unet.eval().requires_grad_(False)


def _empty_text(path: Path, stored: Any, width: int) -> torch.Tensor:
    import torch

    if not isinstance(stored, (np.ndarray, torch.Tensor)) or stored.ndim != 3 or stored.shape[::2] != (1, width):
        raise _unfit(path, f"has an empty_text_embedding of shape {getattr(stored, 'shape', None)}")
    return torch.as_tensor(stored).float()


def _unfit(path: Path, what: str) -> InputError:
    return unfit_error(path, what, model="DepthFM")
