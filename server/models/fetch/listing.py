"""Which files of a model its server has: a repository of the Hugging Face hub, or one file anywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models.catalogue import Model
from server.models.fetch.transfer import TIMEOUT_S, Remote, away
from server.models.manifest import inside

if TYPE_CHECKING:
    import httpx

_HUB = "https://huggingface.co"
_FORBIDDEN = (401, 403)
_NOT_FOUND = 404
_FIRST_REFUSAL = 400
# Unpickling runs code: where safetensors hold the same weights, they alone are fetched.
_PICKLES = (".bin", ".ckpt", ".pt", ".pth")
_VARIANTS = ("*.fp16.*", "*.non_ema.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Files to fetch and how to ask for them."""

    revision: str | None
    """The commit; None for a file that is in no repository."""
    files: tuple[Remote, ...]
    refusal: Callable[[httpx.Response], SonoramaError]
    headers: dict[str, str] = field(default_factory=dict)


def listing(model: Model, revision: str, client: httpx.Client) -> Listing:
    """What has to be fetched for a model.

    Args:
        model: of the catalogue.
        revision: a branch, tag or commit, where the model is in a repository.
        client: follows redirects.

    Raises:
        UnavailableError: the server is away, or gives it only to those who have asked for access.
        InputError: there is no such model or revision, or it lacks needed files.
    """
    return _of_hub(model, revision) if model.on_hub else _of_file(model, client)


def _of_hub(model: Model, revision: str) -> Listing:
    from huggingface_hub import HfApi, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    endpoint = os.environ.get("HF_ENDPOINT", _HUB).rstrip("/")
    with _hub_errors(model, revision, endpoint):
        info = HfApi(endpoint=endpoint).model_info(
            model.source, revision=revision, files_metadata=True, timeout=TIMEOUT_S
        )
        told = {inside(one.rfilename): one for one in info.siblings or ()}
    chosen = _chosen(model, told)
    if not info.sha:
        raise InputError(
            "names no commit, so that nothing could be verified later",
            where=endpoint,
            remedy="check HF_ENDPOINT: it must be a hub or a faithful mirror",
        )
    return Listing(
        revision=info.sha,
        files=tuple(
            _remote(told[path], hf_hub_url(model.source, path, revision=info.sha, endpoint=endpoint), endpoint)
            for path in chosen
        ),
        refusal=lambda response: _refusal(model, revision, response),
        headers={name: str(value) for name, value in build_hf_headers().items()},
    )


def _remote(told: Any, url: str, endpoint: str) -> Remote:
    version = told.lfs.sha256 if told.lfs else told.blob_id
    if told.size is None or not version:
        raise InputError(
            f"tells no size or hash of {told.rfilename}",
            where=endpoint,
            remedy="check HF_ENDPOINT: it must be a hub or a faithful mirror",
        )
    return Remote(
        url=url,
        path=told.rfilename,
        size_bytes=told.size,
        version=version,
        sha256=told.lfs.sha256 if told.lfs else None,
        git_hash=None if told.lfs else told.blob_id,
    )


def _chosen(model: Model, paths: Iterable[str]) -> list[str]:
    """The needed ones of a repository's files, in their order."""
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


def _of_file(model: Model, client: httpx.Client) -> Listing:
    import httpx

    try:
        response = client.head(model.source, headers={"Accept-Encoding": "identity"}, timeout=TIMEOUT_S)
    except httpx.TransportError as error:
        raise away(model.source, error) from error

    def refusal(answer: httpx.Response) -> SonoramaError:
        return _unexpected(model, answer)

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
    remote = Remote(url=model.source, path=model.files[0], size_bytes=int(size), version=version)
    return Listing(revision=None, files=(remote,), refusal=refusal)


@contextmanager
def _hub_errors(model: Model, revision: str, endpoint: str) -> Iterator[None]:
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except HfHubHTTPError as error:
        raise _refusal(model, revision, error.response) from error
    except OfflineModeIsEnabled as error:
        raise offline(model) from error
    except httpx.TransportError as error:
        raise away(endpoint, error) from error
    except ValueError as error:
        raise InputError(
            "answers in no way that a hub does", where=endpoint, remedy="check HF_ENDPOINT, or unset it"
        ) from error


def offline(model: Model) -> UnavailableError:
    """The error of a model that is absent while nothing may be fetched."""
    return UnavailableError(
        "is not here whole, and HF_HUB_OFFLINE forbids to fetch it",
        where=model.name,
        remedy="unset HF_HUB_OFFLINE, or bring the model's folder from a machine that has it",
    )


def _refusal(model: Model, revision: str, response: httpx.Response) -> SonoramaError:
    """What the hub means by an answer of status 400 or above."""
    code = response.headers.get("X-Error-Code", "")
    if code == "RevisionNotFound":
        return InputError(
            f"there is no revision {revision!r}", where=model.page, remedy="leave --revision out, or choose another"
        )
    if code == "GatedRepo" or response.status_code in _FORBIDDEN:
        return UnavailableError(
            "is given only to accounts that have asked for it" if model.gated else "may not be read by this account",
            where=model.page,
            remedy="ask for access on that page, set HF_TOKEN to a token of your account, and run this again",
        )
    if response.status_code == _NOT_FOUND:
        return InputError(
            "is not there any more", where=model.page, remedy="look for its new place, and tell us by an issue"
        )
    return _unexpected(model, response)


def _unexpected(model: Model, response: httpx.Response) -> SonoramaError:
    return UnavailableError(
        f"answers with status {response.status_code}",
        where=model.source if not model.on_hub else model.page,
        remedy="try again later, or open the address in a browser to see why",
    )
