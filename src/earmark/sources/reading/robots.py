"""What a site asks of programs that read it: ``robots.txt``, by RFC 9309, with the ``Crawl-delay`` of old custom.

Of the rules for this program (or else of those for all) the longest that fits a path decides; where an allowing and a
forbidding one are of one length, the path is allowed. ``*`` stands for anything, ``$`` for the end.
"""

from __future__ import annotations

import math
import re
from typing import Final
from urllib.parse import quote, unquote

import msgspec

AGENT: Final = "earmark"
"""The name by which a site may speak to this program."""
LARGEST: Final = 512_000
"""Bytes of which a site may expect that they are read (RFC 9309, 2.5)."""
_MOST_RULES: Final = 10_000
_PRODUCT: Final = re.compile(r"[A-Za-z_-]+")


class Rules(msgspec.Struct, frozen=True):
    """What a site allows: pairs of a pattern and whether it allows, and seconds between two requests, if it says."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_s: float | None = None

    def allows(self, path: str) -> bool:
        """Whether a path, with its query, may be asked for."""
        path = _spelled(path or "/")
        fitting = [(len(rule), allowed) for rule, allowed in self.rules if _fits(rule, path)]
        return max(fitting)[1] if fitting else True


ALL: Final = Rules()
"""Everything is allowed: a site that has no ``robots.txt``."""


def parse_robots(text: str, agent: str = AGENT) -> Rules:
    """The rules for ``agent``; lines that say nothing known are passed over, as the standard has it."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    delays: dict[str, float] = {}
    named: list[str] = []
    naming = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            named = named if naming else []
            product = _PRODUCT.match(value)
            named.append("*" if value.startswith("*") else product[0].lower() if product else "")
            groups.setdefault(named[-1], [])
            naming = True
        elif key in ("allow", "disallow"):
            naming = False
            for name in named if value else ():
                if len(groups[name]) < _MOST_RULES:
                    groups[name].append((_spelled(value), key == "allow"))
        elif key == "crawl-delay":
            naming = False
            if (seconds := _seconds(value)) is not None:
                delays.update(dict.fromkeys(named, seconds))
    own = agent.lower() if agent.lower() in groups else "*"
    return Rules(tuple(groups.get(own, ())), delays.get(own))


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if seconds >= 0 and math.isfinite(seconds) else None


def _spelled(path: str) -> str:
    """One spelling of a path: percent signs only where they must be, so that "%7Ejoe" and "~joe" are one."""
    return quote(
        unquote(path, errors="surrogateescape"), safe="/*$?&=~:@!+,;'()[]|", errors="surrogateescape"
    )


def _fits(rule: str, path: str) -> bool:
    """Whether a rule fits the beginning of a path; in time linear in both, whatever the rule."""
    ends = rule.endswith("$")
    first, *rest = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not ends or at == len(path)
    *middle, last = rest
    for part in middle:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if ends:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0
