"""The files of a model that its server has: a repository of the Hugging Face hub, or one file anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError, SonoramaError
from server.models.catalogue import Model
from server.models.fetch.errors import hub_errors, hub_refusal, unexpected_answer, unreachable_error
from server.models.fetch.transfer import TIMEOUT_S, RemoteFile
from server.models.manifest import inside

if TYPE_CHECKING:
    import httpx

_HUB = "https://huggingface.co"
_FIRST_REFUSAL = 400
# Unpickling runs code: where safetensors hold the same weights, they alone are fetched.
_PICKLES = (".bin", ".ckpt", ".pt", ".pth")
_VARIANTS = ("*.fp16.*", "*.non_ema.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Files to fetch and how to ask for them."""

    revision: str | None
    """The commit; None for a file that is in no repository."""
    files: tuple[RemoteFile, ...]
    refusal: Callable[[httpx.Response], SonoramaError]
    headers: dict[str, str] = field(default_factory=dict)


def list_files(model: Model, revision: str, client: httpx.Client) -> Listing:
    """Ask a server for the files that a model needs.

    Args:
        model: of the catalogue.
        revision: a branch, tag or commit, where the model is in a repository.
        client: follows redirects.

    Raises:
        UnavailableError: the server can't be reached, or gives it only to those who have asked for access.
        InputError: there is no such model or revision, or it lacks needed files.
    """
    return _list_repository(model, revision) if model.on_hub else _list_single_file(model, client)


def _list_repository(model: Model, revision: str) -> Listing:
    """Ask the hub for the files of a model's repository."""
    from huggingface_hub import HfApi, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    endpoint = os.environ.get("HF_ENDPOINT", _HUB).rstrip("/")
    with hub_errors(model, revision, endpoint):
        info = HfApi(endpoint=endpoint).model_info(
            model.source, revision=revision, files_metadata=True, timeout=TIMEOUT_S
        )
        entries = {inside(entry.rfilename): entry for entry in info.siblings or ()}
    chosen = _needed(model, entries)
    if not info.sha:
        raise InputError(
            "names no commit, so that nothing could be verified later",
            where=endpoint,
            remedy="check HF_ENDPOINT: it must be a hub or a faithful mirror",
        )
    return Listing(
        revision=info.sha,
        files=tuple(
            _remote_file(entries[path], hf_hub_url(model.source, path, revision=info.sha, endpoint=endpoint), endpoint)
            for path in chosen
        ),
        refusal=lambda response: hub_refusal(model, revision, response),
        headers={name: str(value) for name, value in build_hf_headers().items()},
    )


def _remote_file(entry: Any, url: str, endpoint: str) -> RemoteFile:
    """A file of a repository, out of the hub's entry for it."""
    version = entry.lfs.sha256 if entry.lfs else entry.blob_id
    if entry.size is None or not version:
        raise InputError(
            f"gives no size or hash of {entry.rfilename}",
            where=endpoint,
            remedy="check HF_ENDPOINT: it must be a hub or a faithful mirror",
        )
    return RemoteFile(
        url=url,
        path=entry.rfilename,
        size_bytes=entry.size,
        version=version,
        sha256=entry.lfs.sha256 if entry.lfs else None,
        git_hash=None if entry.lfs else entry.blob_id,
    )


def _needed(model: Model, paths: Iterable[str]) -> list[str]:
    """Those files of a repository that the model needs, in their order."""
    fitting = [
        path
        for path in paths
        if any(fnmatchcase(path, pattern) for pattern in model.files)
        and not any(fnmatchcase(path, variant) for variant in _VARIANTS)
    ]
    safe = {str(PurePosixPath(path).parent) for path in fitting if path.endswith(".safetensors")}
    chosen = [path for path in fitting if not (path.endswith(_PICKLES) and str(PurePosixPath(path).parent) in safe)]
    missing = [pattern for pattern in model.files if "*" not in pattern and pattern not in chosen]
    if missing or not chosen:
        raise InputError(
            f"has no {' and no '.join(missing) or 'file that is needed'}",
            where=model.page,
            remedy="choose another revision with --revision",
        )
    return chosen


def _list_single_file(model: Model, client: httpx.Client) -> Listing:
    """Ask a server for the size and version of a model's only file."""
    import httpx

    try:
        response = client.head(model.source, headers={"Accept-Encoding": "identity"}, timeout=TIMEOUT_S)
    except httpx.RequestError as error:
        raise unreachable_error(model.source, error) from error

    def refusal(answer: httpx.Response) -> SonoramaError:
        return unexpected_answer(model, answer)

    if response.status_code >= _FIRST_REFUSAL:
        raise refusal(response)
    size = response.headers.get("Content-Length", "")
    if not size.isdecimal() or response.headers.get("Content-Type", "").startswith("text/"):
        raise InputError(
            "sends a page in place of the file",
            where=model.source,
            remedy="open the address in a browser: a proxy may ask for a login, or the file may have moved",
        )
    version = response.headers.get("ETag") or response.headers.get("Last-Modified") or size
    remote = RemoteFile(url=model.source, path=model.files[0], size_bytes=int(size), version=version)
    return Listing(revision=None, files=(remote,), refusal=refusal)
