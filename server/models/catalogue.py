"""Every pretrained model that is known: where it is published, what it takes, and on which terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from protocol.errors import InputError
from server.extras import program

Role = Literal["describe", "ground", "distance", "voice", "judge"]
"""What would sound; where it is in a view; how far; its clip; the choice among several clips."""

ROLES: tuple[Role, ...] = get_args(Role)
"""In the order of the journey."""

IMAGE_TEXT_LOADER = "server.models.describe.image_text:ImageTextProposer"
"""For any image-text model that transformers knows."""

_RELATIVE = "server.models.calibrate.depth_estimator:CalibratedDepthEstimator"
_METRIC = "server.models.calibrate.depth_estimator:MetricDepthEstimator"
_WEIGHTS_AND_TEXT = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
_DIFFUSERS = ("*/*.json", "*/*.safetensors", "*/*.bin", "*/*.txt", "*/*.model")


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
    loader: str = ""
    """What makes its stage, as ``module:name``, see :mod:`server.models.loaders`; empty: it only runs beside others."""
    paths: tuple[str, ...] = ()
    """What the loader is given of the folder of all models; empty: its own folder."""
    stage: str = ""
    """What makes a stage of depth of what the loader makes, as ``module:name``."""
    grounds: bool = False
    """It names things together with their boxes, so that no model of the role ``ground`` runs."""
    item_bytes: int = 600_000_000
    """What one view (768 pixels wide) or one clip (10 s) takes beside the weights, with 16-bit numbers.

    Computed from the sizes of the largest layers, not measured: where one is too small, the batch is halved as it runs.
    """
    gated: bool = False
    """The hub gives it only to an account that has asked for it."""

    @property
    def checkpoint_paths(self) -> tuple[str, ...]:
        """What its loader is given, within the folder of all models."""
        return self.paths or (self.name,)

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


def _internvl(size: str, repository: str, weights_bytes: int, item_bytes: int, licence: Licence = _MIT) -> Model:
    """Views are five tiles of 1025 tokens; keys and values are those of 2,300 tokens in all layers."""
    return Model(
        name=f"internvl-{size}",
        source=f"OpenGVLab/{repository}",
        role="describe",
        licence=licence,
        files=_WEIGHTS_AND_TEXT,
        loader="server.models.describe.internvl.proposer:InternVLProposer",
        item_bytes=item_bytes,
        weights_bytes=weights_bytes,
        download_bytes=weights_bytes,
    )


def _grounding(name: str, source: str, weights_bytes: int, item_bytes: int) -> Model:
    """A view's values are sampled at 13,294 places of four levels, by 8 heads at 16 points."""
    return Model(
        name=name,
        source=source,
        role="ground",
        licence=_APACHE,
        files=_WEIGHTS_AND_TEXT,
        loader="server.models.ground.grounding_dino:GroundingDinoGrounder",
        item_bytes=item_bytes,
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
        loader="server.models.depth.depth_anything:DepthAnythingV2",
        stage=_METRIC,
        item_bytes=130_000_000,
        weights_bytes=50_000_000,
        download_bytes=100_000_000,
    )


MODELS: tuple[Model, ...] = (
    _internvl("1b", "InternVL2_5-1B-MPO", 1_880_000_000, 250_000_000),
    _internvl("2b", "InternVL2_5-2B-MPO-hf", 4_410_000_000, 450_000_000),
    _internvl(
        "4b",
        "InternVL2_5-4B-MPO",
        7_430_000_000,
        350_000_000,
        Licence(
            name="MIT, Qwen Research",
            page="https://huggingface.co/OpenGVLab/InternVL2_5-4B-MPO",
            terms="its language part, Qwen2.5-3B, is for non-commercial research only",
        ),
    ),
    _internvl("8b", "InternVL2_5-8B-MPO-hf", 16_150_000_000, 600_000_000),
    _grounding("grounding-dino-tiny", "IDEA-Research/grounding-dino-tiny", 345_000_000, 550_000_000),
    _grounding("grounding-dino-base", "IDEA-Research/grounding-dino-base", 466_000_000, 650_000_000),
    _grounding(
        "mm-grounding-dino-tiny",
        "openmmlab-community/mm_grounding_dino_tiny_o365v1_goldg_v3det",
        346_000_000,
        550_000_000,
    ),
    Model(
        name="depthfm",
        source="https://ommer-lab.com/files/depthfm/depthfm-v1.ckpt",
        role="distance",
        licence=Licence(name="MIT (its code)", page="https://github.com/CompVis/depth-fm"),
        files=("depthfm-v1.ckpt",),
        beside=("stable-diffusion-vae",),
        loader="server.models.depth.depth_fm:DepthFM",
        paths=("depthfm/depthfm-v1.ckpt", "stable-diffusion-vae/vae"),
        stage=_RELATIVE,
        item_bytes=900_000_000,  # The decoder's last stage at full resolution.
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
        item_bytes=0,
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
            name="Apple ML Research Model",
            page="https://huggingface.co/apple/DepthPro-hf",
            terms="for research only, no products and no commercial use",
        ),
        files=("config.json", "*.safetensors"),
        loader="server.models.depth.depth_pro:DepthPro",
        stage=_METRIC,
        item_bytes=3_000_000_000,  # 35 overlapping patches through a large transformer.
        weights_bytes=1_900_000_000,
        download_bytes=1_900_000_000,
    ),
    Model(
        name="tangoflux",
        source="declare-lab/TangoFlux",
        role="voice",
        licence=Licence(
            name="TangoFlux, Stability AI Community",
            page="https://huggingface.co/declare-lab/TangoFlux",
            terms="for non-commercial research only",
        ),
        files=("config.json", "tangoflux.safetensors", "vae.safetensors"),
        beside=("flan-t5-large",),
        loader="server.models.voice.tango_flux.voicer:TangoFluxVoicer",
        paths=("tangoflux", "flan-t5-large"),
        item_bytes=500_000_000,  # 441,000 samples of 128 channels, a few times.
        weights_bytes=2_040_000_000,
        download_bytes=4_080_000_000,
    ),
    Model(
        name="flan-t5-large",
        source="google/flan-t5-large",
        role="voice",
        licence=_APACHE,
        files=("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "spiece.model"),
        item_bytes=0,
        weights_bytes=0,  # They are in TangoFlux's file.
        download_bytes=3_300_000,
    ),
    Model(
        name="stable-audio-open",
        source="stabilityai/stable-audio-open-1.0",
        role="voice",
        licence=Licence(
            name="Stability AI Community",
            page="https://stability.ai/community-license-agreement",
            terms="free below a yearly revenue of one million US dollars, after which a licence has to be bought",
        ),
        files=_DIFFUSERS,
        loader="server.models.voice.stable_audio:StableAudioVoicer",
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
        loader="server.models.voice.audio_ldm2:AudioLdm2Voicer",
        item_bytes=400_000_000,
        weights_bytes=2_250_000_000,
        download_bytes=4_500_000_000,
    ),
    Model(
        name="clap",
        source="laion/clap-htsat-unfused",
        role="judge",
        licence=_APACHE,
        files=(*_WEIGHTS_AND_TEXT, "*.bin"),
        loader="server.models.voice.quality.clap:ClapJudge",
        item_bytes=100_000_000,
        weights_bytes=307_000_000,
        download_bytes=615_000_000,
    ),
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_BY_NAME = {model.name: model for model in MODELS}


def model_named(name: str) -> Model:
    """A model by its short name.

    Raises:
        InputError: there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise InputError(
            f"there is no model {name!r}", where="models", remedy=f"see all of them with: {program()} models list"
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
        loader=IMAGE_TEXT_LOADER,
        weights_bytes=0,
        download_bytes=0,
    )
