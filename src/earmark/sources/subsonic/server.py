"""One account on a server: requests, retries, and errors that say what to do."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx
import msgspec

from earmark.errors import EarmarkError
from earmark.sources.json_rows import DECODING_FAULTS
from earmark.sources.subsonic.answers import Answer, Envelope, Fault
from earmark.sources.subsonic.login import Login

Asked = str | int | Sequence[str]
"""A parameter of a request; one with several values is sent several times."""

VERSION: Final = "1.16.1"
CLIENT: Final = "earmark"
TIMEOUT_S: Final = 30.0
PAUSES_S: Final = (0.5, 2.0, 5.0)
"""Before each attempt after the first."""
LONGEST_MESSAGE: Final = 200

MISSING_PARAMETER: Final = 10
NO_TOKENS: Final = 41
NOT_ALLOWED: Final = 50
NOT_FOUND: Final = 70

_REMEDIES: Final = {
    40: "Connect again with the right name and password.",
    NO_TOKENS: "Connect again: the password itself is sent where a server knows no tokens.",
    42: "Connect again in another way: with a password, or with --api-key.",
    43: "Connect again in one way only: with a password, or with --api-key.",
    44: "Make a new API key on the server, and connect again with --api-key.",
    NOT_ALLOWED: "Ask whoever runs the server to allow this account playlists.",
    NOT_FOUND: "Read the library again: earmark connect sync.",
}
_BUSY: Final = 429

# At their usual level, these write the address of every request to the log, and with it who asks and by what password.
for _noisy in ("httpx", "httpcore"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)


class SubsonicError(EarmarkError):
    """A server cannot be reached, or refuses. ``code`` is the protocol's own, None where the server spoke another."""

    def __init__(self, what: str, remedy: str, code: int | None = None) -> None:
        super().__init__(what, remedy)
        self.code = code


def tidy_url(url: str) -> str:
    """The address of a server in one spelling, without ``/rest`` or a slash at its end.

    Raises:
        EarmarkError: it is no http address, or holds a name or a password.
    """
    try:
        parts = urlsplit(url.strip())
        real = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        real = False
    if not real:
        raise EarmarkError(
            f"{_without_user(url)!r} is not the address of a server.",
            "Write it like http://nas:4533 or https://music.example.org.",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise EarmarkError(
            "The address holds more than where the server is.",
            "Leave out names, passwords and what follows ? or #; the password is asked for.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/").removesuffix("/rest")


def _without_user(url: str) -> str:
    """An address that may hold a password, without it."""
    return url.partition("?")[0].rpartition("@")[2]


class Server:
    """One account on a server.

    Args:
        url: its address.
        login: the account.
        form_post: the server takes requests as forms, of any length; set once it said so.
        pauses_s: seconds to wait before each further attempt; `PAUSES_S` by default.
        wait: what waits.
    """

    def __init__(
        self,
        url: str,
        login: Login,
        *,
        form_post: bool = False,
        pauses_s: Sequence[float] | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = tidy_url(url)
        self.login = login
        self.form_post = form_post
        self._pauses_s = PAUSES_S if pauses_s is None else pauses_s
        self._wait = wait
        self._http = httpx.Client(timeout=TIMEOUT_S, headers={"User-Agent": CLIENT})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(self, method: str, *, repeatable: bool = True, **asked: Asked) -> Answer:
        """What the server answers to a method of the protocol, such as ``getAlbum``, asked with its parameters.

        A request that is not ``repeatable`` is made again only if it cannot have arrived.

        Raises:
            SubsonicError: the server cannot be reached, is no Subsonic server, or refuses.
        """
        response = self._sent(method, asked, repeatable)
        answer = self._read(response)
        if answer.status != "ok":
            raise self._refusal(method, answer.error or Fault())
        return answer

    def _sent(self, method: str, asked: Mapping[str, Asked], repeatable: bool) -> httpx.Response:
        for attempt, pause in enumerate((*self._pauses_s, 0.0)):
            last = attempt == len(self._pauses_s)
            try:
                response = self._once(method, asked)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                cannot_have_arrived = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if last or not (repeatable or cannot_have_arrived):
                    # Not "from error", which knows the whole request, and so the secret.
                    raise self._unreachable(error) from None
            else:
                if last or not repeatable or not _passing(response):
                    return response
            self._wait(pause)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, asked: Mapping[str, Asked]) -> httpx.Response:
        address = f"{self.url}/rest/{method}"
        parameters = {**asked, **self.login.parameters(), "v": VERSION, "c": CLIENT, "f": "json"}
        if self.form_post:
            return self._http.post(address, data=parameters)
        return self._http.get(address, params=parameters)

    def _unreachable(self, error: Exception) -> SubsonicError:
        late = isinstance(error, httpx.TimeoutException)
        cause = f"no answer within {TIMEOUT_S:.0f} s" if late else str(error) or type(error).__name__
        return SubsonicError(
            f"{self.url} cannot be reached ({self._without_secret(cause)}).",
            "See that the server runs and that the address is right, and run the command again.",
        )

    def _read(self, response: httpx.Response) -> Answer:
        try:
            return msgspec.json.decode(response.content, type=Envelope).answer
        except DECODING_FAULTS:
            pass
        status = response.status_code
        if response.is_redirect:
            elsewhere = response.headers.get("Location", "").partition("?")[0].partition("/rest/")[0]
            raise SubsonicError(
                f"{self.url} sends us on to {self._without_secret(elsewhere)}.", "Connect to that address."
            )
        if _passing(response):
            raise SubsonicError(
                f"{self.url} is out of order (HTTP status {status}).",
                "Look into the server's log, or run the command again later.",
            )
        raise SubsonicError(
            f"{self.url} does not answer as a Subsonic server does (HTTP status {status}).",
            "See that the address is that of the music server itself, with its path if it has one.",
        )

    def _refusal(self, method: str, fault: Fault) -> SubsonicError:
        said = self._without_secret(" ".join(fault.message.split()))[:LONGEST_MESSAGE] or "no reason given"
        return SubsonicError(
            f"{self.url} refuses {method}: {said} (error {fault.code}).",
            _REMEDIES.get(fault.code, "Look into the server's log; the request was understood."),
            fault.code,
        )

    def _without_secret(self, text: str) -> str:
        """What others say, should they repeat the secret to us."""
        for form in (self.login.secret, self.login.secret.encode().hex()):
            text = text.replace(form, "…") if form else text
        return text


def _passing(response: httpx.Response) -> bool:
    """Whether another attempt may fare better."""
    return response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code == _BUSY
