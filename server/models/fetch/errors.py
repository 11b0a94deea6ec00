"""What a server means by refusing a file or by not answering, as the errors that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models.catalogue import Model

if TYPE_CHECKING:
    import httpx

_FORBIDDEN = (401, 403)
_NOT_FOUND = 404


@contextmanager
def hub_errors(model: Model, revision: str, endpoint: str) -> Iterator[None]:
    """Turn what the hub's client raises into one line.

    Args:
        model: that is looked for.
        revision: that was asked for.
        endpoint: the address of the hub.

    Raises:
        UnavailableError: the hub can't be reached, or gives the model only to those who have asked for access.
        InputError: there is no such model or revision, or the address is not that of a hub.
    """
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except HfHubHTTPError as error:
        raise hub_refusal(model, revision, error.response) from error
    except OfflineModeIsEnabled as error:
        raise offline_error(model) from error
    except httpx.RequestError as error:
        raise unreachable_error(endpoint, error) from error
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            "does not answer as a hub does", where=endpoint, remedy="check HF_ENDPOINT, or unset it"
        ) from error


def unreachable_error(url: str, error: Exception) -> UnavailableError:
    """The error of a server that doesn't answer at an address, with the reason that the HTTP client gave."""
    reason = str(error) or type(error).__name__
    return UnavailableError(
        f"can't be reached, or fell silent ({reason})",
        where=urlsplit(url).netloc or url,
        remedy="check the network and run the same command again, which goes on from here; "
        "or bring the model's folder from a machine that has it",
    )


def offline_error(model: Model) -> UnavailableError:
    """The error of a model that is absent while nothing may be fetched."""
    return UnavailableError(
        "is not here whole, and HF_HUB_OFFLINE forbids to fetch it",
        where=model.name,
        remedy="unset HF_HUB_OFFLINE, or bring the model's folder from a machine that has it",
    )


def hub_refusal(model: Model, revision: str, response: httpx.Response) -> SonoramaError:
    """The error that the hub means by an answer of status 400 or above.

    Args:
        model: that was asked for.
        revision: that was asked for.
        response: the answer.
    """
    code = response.headers.get("X-Error-Code", "")
    if code == "RevisionNotFound":
        return InputError(
            f"there is no revision {revision!r}", where=model.page, remedy="leave --revision out, or choose another"
        )
    if code == "GatedRepo" or (model.gated and response.status_code in _FORBIDDEN):
        return UnavailableError(
            "is given only to accounts that have asked for it",
            where=model.page,
            remedy="ask for access on that page, set HF_TOKEN to a token of your account, and run this again",
        )
    if response.status_code in _FORBIDDEN:
        return UnavailableError(
            "is not there any more, or may not be read with this token",
            where=model.page,
            remedy="open that page in a browser, and check HF_TOKEN or unset it",
        )
    if response.status_code == _NOT_FOUND:
        return InputError(
            "is not there any more", where=model.page, remedy="look for its new place, and tell us by an issue"
        )
    return unexpected_answer(model, response)


def unexpected_answer(model: Model, response: httpx.Response) -> SonoramaError:
    """The error of an answer of status 400 or above that says no more than its number."""
    return UnavailableError(
        f"answers with status {response.status_code}",
        where=model.source if not model.on_hub else model.page,
        remedy="try again later, or open the address in a browser to see why",
    )
