"""``sonorama render``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from binaural.head_path import HeadPath


class Format(StrEnum):
    """What a scene can be rendered as."""

    BINAURAL = "binaural"
    STEREO = "stereo"
    SOURCES = "sources"
    AMBISONIC = "ambisonic"
    ADM = "adm"
    GLTF = "gltf"
    UNITY = "unity"


def render(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A scene's folder.", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(
            help="The file to write: .wav, .flac, .ogg or .opus; .glb for --format gltf, .sonorama for --format unity. "
            "A folder for --format sources."
        ),
    ],
    format: Annotated[  # noqa: A002 - the option's name
        Format,
        typer.Option(
            help="binaural: headphones. stereo: loudspeakers. sources: a binaural file for each. "
            "ambisonic: AmbiX, ACN channel order, SN3D. adm: BW64 with an object for each source, for studios. "
            "gltf: a node for each source, with the picture, for 3D programs and the web. "
            "unity: what the Unity package imports."
        ),
    ] = Format.BINAURAL,
    order: Annotated[int, typer.Option(min=1, max=3, help="Of ambisonics: 4, 9 or 16 channels.")] = 3,
    yaw_deg: Annotated[float, typer.Option(help="Which way the listener looks, positive to the left.")] = 0.0,
    turn_deg_per_s: Annotated[float, typer.Option(help="How fast the head goes on turning from there.")] = 0.0,
    path: Annotated[
        Path | None, typer.Option(help="JSON file of poses that the head goes through, instead.", show_default=False)
    ] = None,
    hrtf: Annotated[
        Path | None,
        typer.Option(metavar="FILE.sofa", help="The listener's head; else the default one.", show_default=False),
    ] = None,
    room: Annotated[
        bool,
        typer.Option("--room/--no-room", help="Echoes of the place, where it is known and the head stands."),
    ] = True,
    duration_s: Annotated[
        float | None, typer.Option(min=0.1, max=3600, help="Length; else that of the longest clip.", show_default=False)
    ] = None,
    lufs: Annotated[
        float,
        typer.Option(min=-70, max=0, help="How loud, in LUFS. Peaks are limited where needed, to −1 dBTP at most."),
    ] = -23.0,
) -> None:
    """Render a scene to files.

    Examples:

      sonorama render street --out street.wav

      sonorama render street --yaw-deg 90 --out looking-left.flac

      sonorama render street --turn-deg-per-s 36 --duration-s 10 --out once-around.wav

      sonorama render street --hrtf my-head.sofa --out for-my-ears.wav

      sonorama render street --format sources --out stems

      sonorama render street --format ambisonic --order 3 --out street-ambix.wav

      sonorama render street --format adm --lufs -23 --out street-adm.wav

      sonorama render street --format gltf --out street.glb

      sonorama render street --format unity --out street.sonorama
    """
    from server.export import adm, ambisonic, audio, gltf, unity
    from server.library import SceneFolder

    if format in (Format.AMBISONIC, Format.ADM, Format.GLTF, Format.UNITY):
        _refuse_ears(format, hrtf=hrtf, path=path, turn_deg_per_s=turn_deg_per_s)
    if format in (Format.GLTF, Format.UNITY):
        _refuse_listening(format, yaw_deg=yaw_deg, duration_s=duration_s)
    whole = SceneFolder(folder).scene()
    scene = whole.audible()
    if format is Format.UNITY:
        unity.render(whole, folder, out=out)
    elif format is Format.GLTF:
        gltf.render(scene, folder, out=out, target_lufs=lufs)
    elif format is Format.AMBISONIC:
        ambisonic.render(scene, folder, order=order, out=out, yaw_deg=yaw_deg, duration_s=duration_s, target_lufs=lufs)
    elif format is Format.ADM:
        adm.render(scene, folder, out=out, yaw_deg=yaw_deg, duration_s=duration_s, target_lufs=lufs)
    else:
        audio.render(
            scene,
            folder,
            format=cast("audio.Format", format.value),
            out=out,
            yaw_deg=yaw_deg,
            duration_s=duration_s,
            target_lufs=lufs,
            hrtf=hrtf,
            head_path=_head_path(path, yaw_deg=yaw_deg, turn_deg_per_s=turn_deg_per_s),
            room=room,
        )
    typer.echo(str(out))


def _refuse_ears(format: Format, *, hrtf: Path | None, path: Path | None, turn_deg_per_s: float) -> None:  # noqa: A002
    """A format that is for no head in particular takes none.

    Raises:
        InputError: one is given.
    """
    from protocol.errors import InputError

    given = {"--hrtf": hrtf is not None, "--path": path is not None, "--turn-deg-per-s": turn_deg_per_s != 0.0}
    for option, is_given in given.items():
        if is_given:
            raise InputError(
                f"isn't for --format {format.value}, which is played for whatever head and however it moves",
                where=option,
                remedy="leave it out, or render with --format binaural",
            )


def _refuse_listening(format: Format, *, yaw_deg: float, duration_s: float | None) -> None:  # noqa: A002
    """A format that holds a place, not a listening to it, has no direction of a head and no length.

    Raises:
        InputError: one is given.
    """
    from protocol.errors import InputError

    for option, is_given in {"--yaw-deg": yaw_deg != 0.0, "--duration-s": duration_s is not None}.items():
        if is_given:
            raise InputError(
                f"isn't for --format {format.value}, which holds the whole place for as long as anybody listens",
                where=option,
                remedy="leave it out",
            )


def _head_path(path: Path | None, *, yaw_deg: float, turn_deg_per_s: float) -> HeadPath | None:
    """How the head moves; None if it stands."""
    from binaural.head_path import HeadPath, Pose
    from server.export.head_path import read_head_path

    if path is not None:
        return read_head_path(path)
    if turn_deg_per_s == 0.0:
        return None
    last_s = 3600.0
    return HeadPath(Pose(time_s=0.0, yaw_deg=yaw_deg), Pose(time_s=last_s, yaw_deg=yaw_deg + last_s * turn_deg_per_s))
