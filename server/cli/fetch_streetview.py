"""``sonorama fetch-streetview``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from protocol.errors import InputError, printable
from server.extras import program

if TYPE_CHECKING:
    from server.streetview.maps_client import MapsClient


def fetch_streetview(
    out: Annotated[Path, typer.Option(help="JPEG file to write.")],
    lat: Annotated[
        float | None, typer.Option(min=-90, max=90, help="Latitude, positive north.", show_default=False)
    ] = None,
    lon: Annotated[
        float | None, typer.Option(min=-180, max=180, help="Longitude, positive east.", show_default=False)
    ] = None,
    pano: Annotated[
        str | None, typer.Option(help="Id of a panorama, in place of --lat and --lon.", show_default=False)
    ] = None,
    radius_m: Annotated[int, typer.Option(min=1, max=10_000, help="How far from the place to look.")] = 50,
    zoom: Annotated[
        int, typer.Option(min=0, max=5, help="Panorama: 3 is about 4096 pixels wide, from 32 tiles; one less halves.")
    ] = 3,
    heading_deg: Annotated[
        float | None,
        typer.Option(
            min=-360, max=360, help="One photograph in this compass direction, no panorama.", show_default=False
        ),
    ] = None,
    hfov_deg: Annotated[
        float | None, typer.Option(min=10, max=120, help="Photograph: field of view; else 90.", show_default=False)
    ] = None,
    accept_terms: Annotated[bool, typer.Option("--accept-terms", help="Google's terms allow you this use.")] = False,
) -> None:
    """Fetch a panorama, or one photograph, from Google Street View with your own key.

    SONORAMA_GOOGLE_KEY in the environment holds your key. Every tile and
    every photograph counts towards its quota and its bill.

    Google's terms are between Google and you, and keeping them is up to you.
    Unless your agreement with Google says otherwise, they forbid to store or
    cache pictures, to use them offline, and to analyse them by machine, which
    is what sonorama generate does. Panorama ids may be stored. Whoever shows
    a picture shows its attribution. --accept-terms says that you may.

    The file keeps heading, pitch, roll, date and copyright. The scene gets
    the heading; pitch and roll are not undone: what is tilted stays so.

    Examples:

      sonorama fetch-streetview --lat 48.8584 --lon 2.2945 --out street.jpg --accept-terms

      sonorama fetch-streetview --pano PANORAMA_ID --zoom 4 --out street.jpg --accept-terms

      sonorama fetch-streetview --lat 48.8584 --lon 2.2945 --heading-deg 90 --out photo.jpg --accept-terms
    """
    place = _place(lat, lon, pano)
    if out.suffix.lower() not in (".jpg", ".jpeg"):
        raise InputError("isn't the name of a JPEG file", where=f"--out {out}", remedy="let it end in .jpg")
    if hfov_deg is not None and heading_deg is None:
        raise InputError("is for a photograph", where="--hfov-deg", remedy="add its direction with --heading-deg")
    if not accept_terms:
        what = "Google's terms forbid storing pictures and analysing them by machine, unless your agreement allows it"
        raise InputError(what, where="Street View", remedy="add --accept-terms if it does (see --help)")
    key = _key()

    from server.streetview.maps_client import MapsClient

    if heading_deg is None:
        _fetch_panorama(MapsClient(key), place, radius_m=radius_m, zoom=zoom, out=out)
    else:
        _fetch_photograph(
            MapsClient(key), place, radius_m=radius_m, heading_deg=heading_deg, hfov_deg=hfov_deg or 90.0, out=out
        )


def _fetch_panorama(web: MapsClient, place: tuple[float, float] | str, *, radius_m: int, zoom: int, out: Path) -> None:
    from rich.console import Console

    from server.streetview.jpeg import write_panorama
    from server.streetview.map_tiles import MapTiles

    tiles = MapTiles(web)
    pano_id = place if isinstance(place, str) else tiles.find_pano_id(*place, radius_m)
    panorama = tiles.fetch_panorama(pano_id)
    if zoom > panorama.deepest_zoom:
        zoom = panorama.deepest_zoom
        typer.echo(f"sonorama: this panorama has no zoom beyond {zoom}", err=True)
    columns, rows = panorama.grid(zoom)
    with Console(stderr=True).status(f"fetching {columns * rows} tiles"):
        picture = tiles.fetch_picture(panorama, zoom)
    write_panorama(out, picture, panorama)
    _report(out, panorama.copyright, panorama.date, pano_id)
    heading = "unknown" if panorama.heading_deg is None else f"{panorama.heading_deg % 360.0:.1f}°"
    typer.echo(f"Heading of its centre:  {heading}")
    typer.echo(f"Listen to it:           {program()} generate {_quoted(out)} --out my-scene")


def _fetch_photograph(
    web: MapsClient, place: tuple[float, float] | str, *, radius_m: int, heading_deg: float, hfov_deg: float, out: Path
) -> None:
    from server.streetview.jpeg import write_photograph
    from server.streetview.static import fetch_photograph

    photo = fetch_photograph(web, place, radius_m=radius_m, heading_deg=heading_deg, hfov_deg=hfov_deg)
    write_photograph(out, photo)
    _report(out, photo.copyright, photo.date, photo.pano_id)
    typer.echo(f"Listen to it:           {program()} generate {_quoted(out)} --out my-scene --hfov-deg {hfov_deg:g}")


def _report(out: Path, copyright_line: str, date: str, pano_id: str) -> None:
    typer.echo(f"Picture:                {printable(str(out))}")
    typer.echo(f"Attribution:            {', '.join(filter(None, ['Google Street View', copyright_line, date]))}")
    typer.echo(f"Panorama id:            {pano_id}")


def _quoted(path: Path) -> str:
    """A path as it is typed."""
    return shlex.quote(printable(str(path)))


def _place(lat: float | None, lon: float | None, pano: str | None) -> tuple[float, float] | str:
    """The place to look at: a latitude and longitude, or the id of a panorama."""
    if pano and lat is None and lon is None:
        return pano
    if pano is None and lat is not None and lon is not None:
        return lat, lon
    raise InputError("isn't said", where="the place", remedy="give --lat and --lon, or --pano")


def _key() -> str:
    from server.streetview.maps_client import KEY_VARIABLE

    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise InputError("isn't set", where=KEY_VARIABLE, remedy="put your key of the Google Maps Platform into it")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError("isn't a key", where=KEY_VARIABLE, remedy="copy it again from the Google Cloud console")
    return key
