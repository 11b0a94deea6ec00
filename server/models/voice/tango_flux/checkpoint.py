"""TangoFlux in its parts, and how the published file names them.

C.-Y. Hung et al., "TangoFlux: Super Fast and Faithful Text to Audio Generation with Flow Matching and Clap-Ranked
Preference Optimization", 2024. The weights may be used for non-commercial research only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError
from server.models.checkpoint_file import FETCH_AGAIN, check_shapes, load_weights, required_file, stored_shapes
from server.models.pretrained import checkpoint_errors, config_of
from server.models.voice.t5_tokenizer import t5_tokenizer

if TYPE_CHECKING:
    import torch

WEIGHTS = "tangoflux.safetensors"
AUTOENCODER = "vae.safetensors"
_FOURIER = 256
# The file holds T5's embedding once; which of its two names it keeps is an accident of saving.
_TIED = {"encoder.embed_tokens.weight": "shared.weight", "shared.weight": "encoder.embed_tokens.weight"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TangoConfig:
    """The published ``config.json``, with the published sizes for what it leaves out."""

    num_layers: int = 6
    num_single_layers: int = 18
    in_channels: int = 64
    attention_head_dim: int = 128
    joint_attention_dim: int = 1024
    num_attention_heads: int = 8
    audio_seq_len: int = 645
    max_duration: int = 30


def config_in(folder: Path) -> TangoConfig:
    """The configuration of a checkpoint folder.

    Raises:
        InputError: it is missing, is not JSON, or holds something other than positive whole numbers.
    """
    path = required_file(folder / "config.json")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("is no JSON file", where=str(path), remedy=FETCH_AGAIN) from error
    if not isinstance(stored, dict):
        raise InputError("is no configuration of TangoFlux", where=str(path), remedy=FETCH_AGAIN)
    known = {field.name: stored[field.name] for field in fields(TangoConfig) if field.name in stored}
    for name, value in known.items():
        if type(value) is not int or value < 1:
            raise InputError(f"has {name} = {value!r}, which is no size", where=str(path), remedy=FETCH_AGAIN)
    return TangoConfig(**known)


def empty_parts(config: TangoConfig, text_config: Any) -> torch.nn.ModuleDict:
    """All that the published file holds, without weights, on the meta device, under the file's own names.

    Args:
        config: of the transformer.
        text_config: a ``T5Config`` of transformers.
    """
    import torch
    from diffusers import FluxTransformer2DModel
    from transformers import T5EncoderModel

    width = text_config.d_model
    with torch.device("meta"):
        transformer = FluxTransformer2DModel(
            in_channels=config.in_channels,
            num_layers=config.num_layers,
            num_single_layers=config.num_single_layers,
            attention_head_dim=config.attention_head_dim,
            num_attention_heads=config.num_attention_heads,
            joint_attention_dim=config.joint_attention_dim,
            pooled_projection_dim=width,
            guidance_embeds=False,
        )
        pooling = torch.nn.Sequential(torch.nn.Linear(width, config.joint_attention_dim), torch.nn.ReLU())
        return torch.nn.ModuleDict(
            {
                "transformer": transformer,
                "fc": pooling,
                "duration_emebdder": _duration_embedder(width, config.max_duration),
                "text_encoder": T5EncoderModel(text_config),
            }
        )


def _duration_embedder(width: int, max_duration_s: float) -> Any:
    """The layer that turns seconds, clamped and as a share of the longest, into one more token of text.

    That is diffusers' number conditioner of Stable Audio: the number itself and the sine and cosine of 2π times its
    products with 128 learned frequencies, through a linear layer.
    """
    from diffusers.pipelines.stable_audio.modeling_stable_audio import StableAudioNumberConditioner

    return StableAudioNumberConditioner(width, min_value=0, max_value=max_duration_s, internal_dim=_FOURIER)


class TangoCheckpoint:
    """A published folder and the folder of T5's configuration and tokenizer, held against each other.

    Args:
        folder: holds ``config.json``, ``tangoflux.safetensors`` and ``vae.safetensors``.
        text_folder: holds the configuration and the tokenizer of ``google/flan-t5-large``.

    Raises:
        InputError: a file is missing, damaged or of another model.
    """

    def __init__(self, folder: Path, text_folder: Path) -> None:
        self.config = config_in(folder)
        self.weights, self.autoencoder = required_file(folder / WEIGHTS), required_file(folder / AUTOENCODER)
        self._text_folder = text_folder
        self._parts = empty_parts(self.config, self._text_config())
        wanted = {key: tuple(value.shape) for key, value in self._parts.state_dict().items()}
        stored = stored_shapes(self.weights)
        twins = [name for name, twin in _TIED.items() if f"text_encoder.{twin}" in stored]
        check_shapes(self.weights, wanted, optional=[f"text_encoder.{name}" for name in twins])

    def take(self, name: str, *, device: str, dtype: torch.dtype) -> Any:
        """Load one of the file's parts and hand it over: only the caller holds it, so it can be taken once.

        T5's second feed-forward matrix stays in float32, since its sums leave the range of float16.

        Args:
            name: of the part, as in :func:`empty_parts`.
            device: where its weights go.
            dtype: the numbers that they become.

        Raises:
            InputError: the file is damaged.
        """
        wide = {"wo"} if name == "text_encoder" else set()
        tied: Mapping[str, str] = _TIED if name == "text_encoder" else {}
        return load_weights(
            self._parts.pop(name),
            self.weights,
            prefix=f"{name}.",
            device=device,
            dtype=dtype,
            in_float32=wide,
            same_as=tied,
        )

    def tokenizer(self) -> Any:
        """T5's tokenizer.

        Raises:
            InputError: its files are missing or damaged.
        """
        return t5_tokenizer(self._text_folder)

    def _text_config(self) -> Any:
        from transformers import T5Config

        config = config_of(self._text_folder)
        with checkpoint_errors(self._text_folder):
            return T5Config.from_dict(config)


def longest_clip_s(config: TangoConfig, hop: int, rate_hz: int) -> float:
    """The longest clip that the model makes.

    Args:
        config: of the transformer.
        hop: samples to a latent.
        rate_hz: of the autoencoder.

    >>> round(longest_clip_s(TangoConfig(), 2048, 44_100), 2)
    29.95
    """
    return min(float(config.max_duration), config.audio_seq_len * hop / rate_hz)
