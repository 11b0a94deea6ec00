"""Every pretrained model that is known: where it is published, what it takes, and on which terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from protocol.errors import InputError

Role = Literal["describe", "ground", "distance", "voice", "judge"]
"""What would sound; where it is in a view; how far; its clip; the choice among several clips."""

_WEIGHTS_AND_TEXT = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
_DIFFUSERS = ("model_index.json", "*/*.json", "*/*.safetensors", "*/*.bin", "*/*.txt", "*/*.model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Terms of somebody's weights, in a few words; the page has the whole of them."""

    name: str
    page: str
    terms: str = ""
    """What has to be accepted before they are used; empty where use and sale are free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A published checkpoint.

    Numbers of bytes are approximate, out of published counts of parameters: what a download takes is known when its
    files are listed.
    """

    name: str
    """As in ``sonorama models pull NAME``; also the name of its folder."""
    source: str
    """Its id on the Hugging Face hub, or the https address of its only file."""
    role: Role
    licence: Licence
    files: tuple[str, ...]
    """Patterns of the files that are needed, in the manner of :mod:`fnmatch`, where * passes over slashes too."""
    weights_bytes: int
    """In memory with 16-bit numbers."""
    download_bytes: int
    """On disk, in the numbers that were published."""
    revision: str = "main"
    """A branch, tag or commit hash. A branch moves: the commit that it meant is recorded beside the fetched files."""
    beside: tuple[str, ...] = ()
    """The names of models that it can't run without."""
    gated: bool = False
    """The hub gives it only to an account that has asked for it."""

    @property
    def on_hub(self) -> bool:
        """It is fetched from the Hugging Face hub."""
        return "://" not in self.source

    @property
    def page(self) -> str:
        """Where a person reads about it."""
        return f"https://huggingface.co/{self.source}" if self.on_hub else self.source


_APACHE = Licence(name="Apache-2.0", page="https://www.apache.org/licenses/LICENSE-2.0")
_MIT = Licence(name="MIT", page="https://opensource.org/license/mit")


def _internvl(size: str, repository: str, weights_bytes: int, licence: Licence = _MIT) -> Model:
    return Model(
        name=f"internvl-{size}",
        source=f"OpenGVLab/{repository}",
        role="describe",
        licence=licence,
        files=_WEIGHTS_AND_TEXT,
        weights_bytes=weights_bytes,
        download_bytes=weights_bytes,
    )


def _grounding(name: str, source: str, weights_bytes: int) -> Model:
    return Model(
        name=name,
        source=source,
        role="ground",
        licence=_APACHE,
        files=_WEIGHTS_AND_TEXT,
        weights_bytes=weights_bytes,
        download_bytes=2 * weights_bytes,
    )


def _depth_anything(place: str) -> Model:
    return Model(
        name=f"depth-anything-v2-{place.lower()}-small",
        source=f"depth-anything/Depth-Anything-V2-Metric-{place}-Small-hf",
        role="distance",
        licence=_APACHE,
        files=("config.json", "preprocessor_config.json", "*.safetensors"),
        weights_bytes=50_000_000,
        download_bytes=100_000_000,
    )


MODELS: tuple[Model, ...] = (
    _internvl("1b", "InternVL2_5-1B-MPO", 1_880_000_000),
    _internvl("2b", "InternVL2_5-2B-MPO-hf", 4_410_000_000),
    _internvl(
        "4b",
        "InternVL2_5-4B-MPO",
        7_430_000_000,
        Licence(
            name="MIT, with a part under the Qwen Research Licence",
            page="https://huggingface.co/OpenGVLab/InternVL2_5-4B-MPO",
            terms="its language part, Qwen2.5-3B, is for non-commercial research only",
        ),
    ),
    _internvl("8b", "InternVL2_5-8B-MPO-hf", 16_150_000_000),
    _grounding("grounding-dino-tiny", "IDEA-Research/grounding-dino-tiny", 345_000_000),
    _grounding("grounding-dino-base", "IDEA-Research/grounding-dino-base", 466_000_000),
    _grounding("mm-grounding-dino-tiny", "openmmlab-community/mm_grounding_dino_tiny_o365v1_goldg_v3det", 346_000_000),
    Model(
        name="depthfm",
        source="https://ommer-lab.com/files/depthfm/depthfm-v1.ckpt",
        role="distance",
        licence=_MIT,
        files=("depthfm-v1.ckpt",),
        beside=("stable-diffusion-vae",),
        weights_bytes=1_780_000_000,
        download_bytes=3_560_000_000,
    ),
    Model(
        name="stable-diffusion-vae",
        source="stable-diffusion-v1-5/stable-diffusion-v1-5",
        role="distance",
        licence=Licence(
            name="CreativeML OpenRAIL-M", page="https://huggingface.co/spaces/CompVis/stable-diffusion-license"
        ),
        files=("vae/config.json", "vae/diffusion_pytorch_model.safetensors"),
        weights_bytes=167_000_000,
        download_bytes=335_000_000,
    ),
    _depth_anything("Outdoor"),
    _depth_anything("Indoor"),
    Model(
        name="depth-pro",
        source="apple/DepthPro-hf",
        role="distance",
        licence=Licence(
            name="Apple Machine Learning Research Model Licence",
            page="https://huggingface.co/apple/DepthPro-hf",
            terms="for research only, no products and no commercial use",
        ),
        files=("config.json", "preprocessor_config.json", "*.safetensors"),
        weights_bytes=1_900_000_000,
        download_bytes=1_900_000_000,
    ),
    Model(
        name="tangoflux",
        source="declare-lab/TangoFlux",
        role="voice",
        licence=Licence(
            name="TangoFlux licence, with the Stability AI Community Licence",
            page="https://huggingface.co/declare-lab/TangoFlux",
            terms="for non-commercial research only",
        ),
        files=("config.json", "tangoflux.safetensors", "vae.safetensors"),
        beside=("flan-t5-large",),
        weights_bytes=2_040_000_000,
        download_bytes=4_080_000_000,
    ),
    Model(
        name="flan-t5-large",
        source="google/flan-t5-large",
        role="voice",
        licence=_APACHE,
        files=("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "spiece.model"),
        weights_bytes=0,  # They are in TangoFlux's file.
        download_bytes=3_300_000,
    ),
    Model(
        name="stable-audio-open",
        source="stabilityai/stable-audio-open-1.0",
        role="voice",
        licence=Licence(
            name="Stability AI Community Licence",
            page="https://stability.ai/community-license-agreement",
            terms="free below a yearly revenue of one million US dollars, after which a licence has to be bought",
        ),
        files=_DIFFUSERS,
        weights_bytes=2_650_000_000,
        download_bytes=5_300_000_000,
        gated=True,
    ),
    Model(
        name="audioldm2",
        source="cvssp/audioldm2",
        role="voice",
        licence=Licence(
            name="CC BY-NC-SA 4.0",
            page="https://creativecommons.org/licenses/by-nc-sa/4.0/",
            terms="for non-commercial use only, with attribution, and what is built on it under the same licence",
        ),
        files=_DIFFUSERS,
        weights_bytes=2_250_000_000,
        download_bytes=4_500_000_000,
    ),
    Model(
        name="clap",
        source="laion/clap-htsat-unfused",
        role="judge",
        licence=_APACHE,
        files=(*_WEIGHTS_AND_TEXT, "*.bin"),
        weights_bytes=307_000_000,
        download_bytes=615_000_000,
    ),
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_BY_NAME = {model.name: model for model in MODELS}

# Of the memory; the rest is for what the views take on their way through.
_MOST_FOR_WEIGHTS = 0.7
# The 4B model isn't among them, since its terms are narrower than its neighbours'.
_DESCRIBERS = ("internvl-8b", "internvl-2b", "internvl-1b")
# Each word of an answer reads all weights once: on a processor a larger model would take minutes a view.
_DESCRIBER_OF_CPU = "internvl-1b"


def model_named(name: str) -> Model:
    """A model by its short name.

    Raises:
        InputError: there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise InputError(
            f"there is no model {name!r}", where="models", remedy="see all of them with: sonorama models list"
        ) from None


def image_text_model(hub_id: str) -> Model:
    """Any image-text model of the hub that transformers knows; what it takes, and its terms, are on its page.

    Raises:
        InputError: that is no id of a repository.

    >>> image_text_model("Qwen/Qwen2.5-VL-3B-Instruct").name
    'qwen--qwen2.5-vl-3b-instruct'
    """
    if not _HUB_ID.fullmatch(hub_id):
        raise InputError(
            f"{hub_id!r} is neither a folder nor OWNER/NAME on the hub",
            where="--describe-model",
            remedy="give one of these",
        )
    page = f"https://huggingface.co/{hub_id}"
    return Model(
        name=hub_id.lower().replace("/", "--"),
        source=hub_id,
        role="describe",
        licence=Licence(name="see its page", page=page),
        files=_WEIGHTS_AND_TEXT,
        weights_bytes=0,
        download_bytes=0,
    )


def bytes_of_number(dtype: str) -> int:
    """How many bytes a number of this name takes, 2 or 4."""
    return 4 if dtype == "float32" else 2


def needed(preset: str, memory_bytes: int, *, device: str = "cuda", dtype: str = "bfloat16") -> tuple[Model, ...]:
    """The models that a preset runs, in the order of the journey.

    Args:
        preset: embedded, small or full.
        memory_bytes: what the device may use; the larger it is, the larger a describer ``full`` takes.
        device: as torch names it.
        dtype: the numbers of the weights.

    Raises:
        InputError: there is no such preset.
    """
    match preset:
        case "embedded":
            names: tuple[str, ...] = ()
        case "small":
            names = ("grounding-dino-tiny", "depth-anything-v2-outdoor-small")
        case "full":
            names = (
                _describer(memory_bytes, device, dtype),
                "grounding-dino-tiny",
                "depthfm",
                "stable-diffusion-vae",
                "tangoflux",
                "flan-t5-large",
            )
        case _:
            raise InputError(
                f"there is no preset {preset!r}", where="--preset", remedy="choose one of: embedded, small, full"
            )
    return tuple(map(model_named, names))


def _describer(memory_bytes: int, device: str, dtype: str) -> str:
    if device == "cpu":
        return _DESCRIBER_OF_CPU
    for name in _DESCRIBERS:
        weights_bytes = _BY_NAME[name].weights_bytes * bytes_of_number(dtype) // 2
        if weights_bytes <= _MOST_FOR_WEIGHTS * memory_bytes:
            return name
    return _DESCRIBERS[-1]
