"""Fetch pages and feeds as a polite guest does, and as a careful one.

Polite: a site's ``robots.txt`` is heeded (RFC 9309), what has not changed is not sent again (conditional requests, RFC
9110, 13), a host gets one request at a time with a pause between, and is told who asks. Careful: what is too large, too
slow, sent on without end, or leads into the house is broken off. Nothing is tried again: who asks later asks anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx
import msgspec

from earmark.sources.reading.addresses import Lookup, is_public, look_up, origin_of, web_address
from earmark.sources.reading.bodies import body_of
from earmark.sources.reading.charsets import decoded
from earmark.sources.reading.config import FetchingConfig
from earmark.sources.reading.faults import FetchError, refusal
from earmark.sources.reading.robots import AGENT, ALL, LARGEST, Rules, parse_robots


class Validators(msgspec.Struct, frozen=True):
    """By which a server can tell whether what it has is what it sent last time, in its own words."""

    etag: str | None = None
    modified: str | None = None


class Fetched(msgspec.Struct, frozen=True):
    """What a server sent; an empty body where nothing changed."""

    address: str
    """Where it was found in the end."""
    body: bytes
    kind: str
    """Its media type, in small letters ("text/html"); empty where the server did not say."""
    charset: str | None
    validators: Validators
    changed: bool


class Fetcher:
    """Fetches, and remembers for how long it lives whom it asked when and what they allow. Threads may share it.

    Args:
        config: how.
        look_up: how a host's numeric addresses are found.
        wait: what waits between two requests to a host.
        clock: seconds, from any beginning.
    """

    def __init__(
        self,
        config: FetchingConfig | None = None,
        *,
        look_up: Lookup = look_up,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config = config or FetchingConfig()
        self._look_up = look_up
        self._wait = wait
        self._clock = clock
        self._trusted: set[str] = set()
        self._rules: dict[str, Rules | FetchError] = {}
        self._hosts: dict[str, _Host] = {}
        self._meeting = threading.Lock()
        contact = f"; {self.config.contact}" if self.config.contact else ""
        agent = f"{AGENT}/{version('earmark')} (reads about music for one house{contact})"
        # A connection is not kept: the next request goes to another host, or comes after a pause. Kept ones are told
        # apart by their numeric address, and two hosts may share one.
        self._http = httpx.Client(
            timeout=self.config.timeout_s,
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def trust(self, address: str) -> None:
        """Let a host be asked wherever it is, since the owner named it; all others must be out on the internet.

        At another port is another host, but for a site's own step from http to https.
        """
        origin = origin_of(address)
        self._trusted.add(origin)
        if urlsplit(address).port is None:
            self._trusted.add(origin.replace("http:", "https:"))

    def fetch(self, address: str, validators: Validators | None = None) -> Fetched:
        """What stands at an address, unless it is what was sent when ``validators`` came with it.

        Raises:
            FetchError: it may not be asked for, cannot be reached, is refused, or is broken off.
        """
        at = web_address(address)
        if at is None:
            raise FetchError(address, "not an http address", "Write the whole address: https://…")
        return self._followed(at, validators or Validators(), self._heeding_robots)

    def _followed(
        self, address: str, validators: Validators, ask: Callable[[str, Validators], _Answer]
    ) -> Fetched:
        """What ``ask`` gets where an address leads in the end."""
        been, at = [address], address
        while True:
            answer = ask(at, validators)
            if isinstance(answer, Fetched):
                return answer
            if answer.address in been:
                raise FetchError(address, "sent on in a circle", "Leave it out; the site is out of order.")
            if len(been) > self.config.most_redirects:
                raise FetchError(
                    address,
                    f"sent on more than {self.config.most_redirects} times",
                    "Look where it leads with a browser, and read that address.",
                )
            at = answer.address
            been.append(at)

    def _heeding_robots(self, address: str, validators: Validators) -> _Answer:
        rules = self._rules_of(origin_of(address))
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if not rules.allows(path):
            raise FetchError(
                address,
                "the site asks programs not to read it (robots.txt)",
                "Ask whoever runs the site, or read it elsewhere.",
            )
        return self._asked(address, validators, rules.delay_s, self.config.largest_bytes)

    def _rules_of(self, origin: str) -> Rules:
        """What a site allows, asked once: all if it has no rules; if it cannot be asked, nothing (RFC 9309, 2.3.1)."""
        if origin not in self._rules:
            try:
                robots = self._followed(f"{origin}/robots.txt", Validators(), self._for_robots)
                self._rules[origin] = parse_robots(decoded(robots.body, robots.charset))
            except FetchError as error:
                none = error.status is not None and 400 <= error.status < 500 and error.status != 429
                self._rules[origin] = ALL if none else error
        rules = self._rules[origin]
        if isinstance(rules, FetchError):
            raise FetchError(rules.address, rules.cause, rules.remedy, rules.status)
        return rules

    def _for_robots(self, address: str, validators: Validators) -> _Answer:
        return self._asked(address, validators, None, LARGEST, cut=True)

    def _asked(
        self, address: str, validators: Validators, delay_s: float | None, most: int, *, cut: bool = False
    ) -> _Answer:
        """One request, in the host's turn."""
        with self._turn(urlsplit(address).hostname or "", delay_s):
            try:
                return self._once(address, validators, most, cut)
            except httpx.TimeoutException as error:
                raise FetchError(
                    address, f"no answer within {self.config.timeout_s:.0f} s", "Try again later."
                ) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise FetchError(
                    address,
                    f"cannot be reached ({str(error) or type(error).__name__})",
                    "See that the address is right, or try again later.",
                ) from error

    @contextmanager
    def _turn(self, name: str, delay_s: float | None) -> Iterator[None]:
        """This host is asked by nobody else, and was not asked just now."""
        with self._meeting:
            host = self._hosts.setdefault(name, _Host())
        with host.lock:
            pause = max(self.config.pause_s, min(delay_s or 0.0, self.config.longest_pause_s))
            if host.free_from is not None and (left := host.free_from + pause - self._clock()) > 0:
                self._wait(left)
            try:
                yield
            finally:
                host.free_from = self._clock()

    def _once(self, address: str, validators: Validators, most: int, cut: bool) -> _Answer:
        until = self._clock() + self.config.longest_s
        with self._sent(address, validators) as response:
            self._http.cookies.clear()
            status = response.status_code
            if status == httpx.codes.NOT_MODIFIED:
                return Fetched(address, b"", "", None, validators, changed=False)
            if response.has_redirect_location:
                onward = web_address(response.headers["Location"], address)
                if onward is None:
                    raise FetchError(address, "sent on to what is no http address", "Leave it out.")
                return _Onward(onward)
            if status != httpx.codes.OK:
                raise refusal(address, status, response.headers.get("Retry-After"))
            body = body_of(response, address, most, cut, lambda: self._clock() > until)
            headers = response.headers
            kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
            new = Validators(headers.get("ETag"), headers.get("Last-Modified"))
            return Fetched(address, body, kind, response.charset_encoding, new, changed=True)

    @contextmanager
    def _sent(self, address: str, validators: Validators) -> Iterator[httpx.Response]:
        """The beginning of an answer."""
        asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
        headers = {name: value for name, value in asked.items() if value}
        url = httpx.URL(address)
        if origin_of(address) in self._trusted:
            with self._http.stream("GET", url, headers=headers) as response:
                yield response
            return
        numeric = self._public(address, url)
        # The name stays in what is asked and in what the certificate is held against.
        headers["Host"] = url.netloc.decode("ascii")
        extensions = {"sni_hostname": url.raw_host.decode("ascii")}
        with self._http.stream(
            "GET", url.copy_with(host=numeric), headers=headers, extensions=extensions
        ) as response:
            yield response

    def _public(self, address: str, url: httpx.URL) -> str:
        """The numeric address of a host that the owner did not name."""
        try:
            found = self._look_up(
                url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}[url.scheme]
            )
        except OSError as error:
            raise FetchError(
                address,
                f"its host is not known ({error.strerror or error})",
                "See that the address is right and that this machine is on the internet.",
            ) from error
        if not found or not all(map(is_public, found)):
            raise FetchError(
                address,
                "leads to a machine of the house or of its network",
                "If that is meant, read the address itself: earmark read ADDRESS.",
            )
        return found[0]


class _Onward(msgspec.Struct, frozen=True):
    """Where a request is sent on to."""

    address: str


_Answer = Fetched | _Onward


class _Host:
    """One host: whose turn it is, and since when nobody asks it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free_from: float | None = None
