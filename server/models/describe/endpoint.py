"""Any model behind an OpenAI-compatible address: vLLM, Ollama, llama.cpp, LM Studio, and paid services."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from PIL import Image

from protocol.errors import InputError
from server.models.describe.answer.impression import impression
from server.models.describe.chat_completions import ChatCompletions
from server.models.describe.question import QUESTION, VERSION
from server.pipeline.stages import Impression, Sees
from server.pipeline.views import Picture

KEY_VARIABLE = "SONORAMA_DESCRIBE_KEY"
"""The environment variable that holds the endpoint's key, where it wants one."""

_JPEG_QUALITY = 90


class EndpointProposer:
    """Names what would sound in each view, by asking a model behind an address.

    Args:
        url: of the API, usually ending in ``/v1``; an address without a path gets that.
        model: its name there.
        timeout_s: how long one answer may take.
        max_tokens: where an answer is cut off.
        at_once: how many views are asked about at the same time.

    Raises:
        InputError: the address is not one of http or https.
    """

    sees: Sees = "views"

    def __init__(
        self, url: str, model: str, *, timeout_s: float = 120.0, max_tokens: int = 768, at_once: int = 3
    ) -> None:
        self._url = completions_url(url)
        self._model = model
        self._timeout_s = timeout_s
        self._max_tokens = max_tokens
        self._at_once = at_once
        parts = urlsplit(self._url)
        # Provenance must hold neither a name and password nor a query, which may hold a key.
        host = f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
        place = f"{host}{parts.path.removesuffix('/chat/completions')}"
        self.identity = f"{model}@{place}/question{VERSION}/tokens{max_tokens}"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window.

        Raises:
            InputError: the endpoint refuses the key, the model or the request.
            UnavailableError: nobody answers there, or not in time, or not as the API does.
        """
        key = os.environ.get(KEY_VARIABLE, "").strip()
        if not (key.isascii() and all(map(str.isprintable, key))):
            raise InputError("the key holds letters that no key has", where=KEY_VARIABLE, remedy="copy it again")
        with ChatCompletions(self._url, key=key, timeout_s=self._timeout_s) as api:
            # Leaving early, on an error or by the caller, must not wait for answers that nobody will read.
            pool = ThreadPoolExecutor(max_workers=self._at_once, thread_name_prefix="describe")
            try:
                answers = [pool.submit(api.ask, self._request(window)) for window in windows]
                for window, answer in zip(windows, answers, strict=True):
                    yield impression(answer.result(), where=window.view.name)
            finally:
                api.stop()
                pool.shutdown(wait=False, cancel_futures=True)

    def _request(self, window: Picture) -> dict[str, object]:
        """The request about one window."""
        picture = {"type": "image_url", "image_url": {"url": data_url(window)}}
        return {
            "model": self._model,
            "messages": [{"role": "user", "content": [picture, {"type": "text", "text": QUESTION}]}],
            "max_tokens": self._max_tokens,
            "temperature": 0,
        }


def completions_url(url: str) -> str:
    """The address that questions are posted to.

    Raises:
        InputError: it is not one of http or https.

    >>> completions_url("http://localhost:11434"), completions_url("https://example.org/v1/")
    ('http://localhost:11434/v1/chat/completions', 'https://example.org/v1/chat/completions')
    """
    try:
        parts = urlsplit(url.strip())
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise InputError(
            f"{url!r} is no address of an API",
            where="--describe-url",
            remedy="give one such as http://localhost:8000/v1",
        )
    path = parts.path.rstrip("/") or "/v1"
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    return parts._replace(path=path, fragment="").geturl()


def data_url(window: Picture) -> str:
    """A window's pixels as a JPEG within a data URL (RFC 2397)."""
    buffer = io.BytesIO()
    Image.fromarray(window.pixels).save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
