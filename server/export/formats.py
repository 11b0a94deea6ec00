"""The formats that a scene can be exported to: a row each.

The command line, the HTTP interface and the workers all read this table, so that a new format is a module of its own
and a row here. To import it costs nothing: each row imports its module when it is first asked to render.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from protocol.errors import InputError
from server.export.report import QUIET, Report

if TYPE_CHECKING:
    from pathlib import Path

    from protocol.scene import Scene
    from server.export.options import ExportOptions

Option = Literal["order", "yaw_deg", "turn_deg_per_s", "room", "duration_s", "lufs", "path", "hrtf"]
"""The name of an option: a field of :class:`server.export.options.ExportOptions`."""


class Refusal(NamedTuple):
    """Why a format doesn't take an option, and what to do about it."""

    why: str
    remedy: str = "leave it out"


_FOR_NO_HEAD = Refusal(
    "is played for whatever head and however it moves", "leave it out, or render with --format binaural"
)
_FOR_LOUDSPEAKERS = Refusal("is for loudspeakers, which have no head", "use --format binaural")
_HOLDS_THE_PLACE = Refusal("holds the whole place for as long as anybody listens")
_REFUSALS: Mapping[Option, Refusal] = {
    "order": Refusal("has no ambisonic order", "leave it out, or render with --format ambisonic"),
    "yaw_deg": _HOLDS_THE_PLACE,
    "turn_deg_per_s": _FOR_NO_HEAD,
    "path": _FOR_NO_HEAD,
    "hrtf": _FOR_NO_HEAD,
    "room": Refusal("has no echoes of the place in any case"),
    "duration_s": _HOLDS_THE_PLACE,
    "lufs": Refusal("holds every clip as it is"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format.

    Attributes:
        name: as in ``sonorama render --format NAME``.
        help: what it is, for the help of the command line.
        media_types: by the suffixes that its file may have, the first being the usual one.
        accepts: the options that change what is written; others are refused.
        writer: what writes a scene, as ``module:function`` of a scene, its folder, ``out`` and the options.
        writes_folder: what is written is a folder; where one file is wanted, it is an archive with the suffix above.
        keeps_muted: whether muted sources come along, marked as such.
        refusals: where the reason for not taking an option is another one than with other formats.
    """

    name: str
    help: str
    media_types: Mapping[str, str]
    accepts: frozenset[Option]
    writer: str
    writes_folder: bool = False
    keeps_muted: bool = False
    refusals: Mapping[Option, Refusal] = field(default_factory=dict)

    def has_encoding(self, encoding: str) -> bool:
        """Whether a file of the format may be in an encoding such as ``flac``."""
        return f".{encoding}" in self.media_types

    def suffix(self, encoding: str) -> str:
        """The suffix of a file in an encoding such as ``flac``; where the format has none such, its usual one."""
        return f".{encoding}" if self.has_encoding(encoding) else next(iter(self.media_types))

    def refusals_of(self, given: Iterable[str]) -> Iterator[tuple[Option, Refusal]]:
        """The options among those given that the format doesn't take, and why."""
        for name in given:
            if name in _REFUSALS and name not in self.accepts:
                option = cast("Option", name)
                yield option, self.refusals.get(option) or _REFUSALS[option]

    def check(self, given: Iterable[str]) -> None:
        """See that no option is given on the command line that the format doesn't take.

        Raises:
            InputError: one is given.
        """
        for option, refusal in self.refusals_of(given):
            raise InputError(
                f"isn't for --format {self.name}, which {refusal.why}",
                where=f"--{'no-room' if option == 'room' else option.replace('_', '-')}",
                remedy=refusal.remedy,
            )

    def render(self, scene: Scene, folder: Path, *, out: Path, options: ExportOptions, report: Report = QUIET) -> None:
        """Write a scene to a file, or to a folder where the format is one.

        Args:
            scene: what sounds where, with what is muted.
            folder: where the scene's clips and picture are.
            out: the file or folder to write.
            options: those that the format takes.
            report: told how far it is.

        Raises:
            SceneError: there is no source, or a clip or the picture is missing or damaged.
            InputError: an option isn't for this format or can't be used, or the file's name or place won't do.
        """
        self.check(option.name for option in fields(options) if getattr(options, option.name) != option.default)
        module, function = self.writer.split(":")
        write = getattr(import_module(module), function)
        write(scene if self.keeps_muted else scene.audible(), folder, out, options, report)


_SOUND = {".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg"}
_WAV = {".wav": "audio/wav"}
_LISTENING: frozenset[Option] = frozenset({"yaw_deg", "duration_s", "lufs"})
_EARS: frozenset[Option] = _LISTENING | {"turn_deg_per_s", "path", "hrtf", "room"}

FORMATS: Mapping[str, Format] = {
    row.name: row
    for row in (
        Format(
            name="binaural",
            help="headphones",
            media_types=_SOUND,
            accepts=_EARS,
            writer="server.export.binaural:render",
        ),
        Format(
            name="stereo",
            help="loudspeakers",
            media_types=_SOUND,
            accepts=_LISTENING,
            writer="server.export.stereo:render",
            refusals=dict.fromkeys(("turn_deg_per_s", "path", "hrtf"), _FOR_LOUDSPEAKERS),
        ),
        Format(
            name="sources",
            help="a binaural file for each",
            media_types={".zip": "application/zip"},
            accepts=_EARS,
            writer="server.export.binaural:render_sources",
            writes_folder=True,
        ),
        Format(
            name="ambisonic",
            help="AmbiX, ACN channel order, SN3D",
            media_types=_WAV,
            accepts=_LISTENING | {"order"},
            writer="server.export.ambisonic:render",
        ),
        Format(
            name="adm",
            help="BW64 with an object for each source, for studios",
            media_types=_WAV,
            accepts=_LISTENING,
            writer="server.export.adm:render",
        ),
        Format(
            name="gltf",
            help="a node for each source, with the picture, for 3D programs and the web",
            media_types={".glb": "model/gltf-binary"},
            accepts=frozenset({"lufs"}),
            writer="server.export.gltf.scene:render",
        ),
        Format(
            name="unity",
            help="what the Unity package imports",
            media_types={".sonorama": "application/zip"},
            accepts=frozenset(),
            writer="server.export.unity:render",
            keeps_muted=True,
        ),
    )
}

if TYPE_CHECKING:
    FormatName = str
else:
    FormatName = Literal[tuple(FORMATS)]
    """The name of a format; the command line and OpenAPI list them from it."""


def out_help() -> str:
    """What ``--out`` may be called, format by format."""
    names_by_suffixes: dict[str, list[str]] = {}
    for row in FORMATS.values():
        suffixes = "a folder" if row.writes_folder else ", ".join(row.media_types)
        names_by_suffixes.setdefault(suffixes, []).append(row.name)
    return "; ".join(f"for {', '.join(names)}: {suffixes}" for suffixes, names in names_by_suffixes.items())
