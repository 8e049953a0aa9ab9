"""Addresses of pages: one spelling for each, and which of them a feed may send us to.

A feed is written by others, and its addresses are theirs: one that leads into the house (a router, a database, the
cloud's own service of secrets) must not be asked for on their behalf. So the host is looked up here, and the request
goes to the very address that was looked at; a name that means another machine a moment later gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from earmark.sources.checks import LONGEST_NAME

Lookup = Callable[[str, int], list[str]]
"""Host and port → the numeric addresses that it has."""

_TRACKING: Final = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")
_EMBEDDING: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Networks whose addresses end with one of the older kind (RFC 6052, RFC 4291)."""


def web_address(text: str, base: str = "") -> str | None:
    """An http address in one spelling, without fragment and without what only counts visitors; None if it is none.

    Args:
        text: as it stands in a feed or a page.
        base: the address of what it stands in, for one that is relative.
    """
    try:
        parts = urlsplit(urljoin(base, text.strip()))
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or port == 0:
        return None
    host = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    query = parts.query
    if any(mark in query for mark in _TRACKING):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([pair for pair in pairs if not pair[0].startswith(_TRACKING)])
    path, query = (quote(part, safe="/%:@!$&'()*+,;=~?") for part in (parts.path or "/", query))
    address = urlunsplit((parts.scheme, host, path, query, ""))
    return address if len(address) <= LONGEST_NAME and address.isprintable() else None


def site_of(address: str) -> str:
    """The host of an address, by which a publisher is known: in small letters, without ``www.``."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def origin_of(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def look_up(host: str, port: int) -> list[str]:
    """The numeric addresses of a host.

    Raises:
        OSError: it has none, or nobody can be asked.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a name with a part that is empty or too long
        raise OSError("not a name that a host can have") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(numeric: str) -> bool:
    """Whether a numeric address lies out on the internet: not in a house, on this machine or in a cloud's cellar."""
    try:
        address = ip_address(numeric.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (address, *_within(address)))


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The older addresses that one of the newer kind carries within it, and would be sent on to."""
    if isinstance(address, IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _EMBEDDING):
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]
