"""Markdown as plain text, and what stands in the front matter above it.

Front matter is YAML between lines of three dashes, or TOML between three pluses, as site generators (Jekyll, Hugo) have
it. Of YAML only lines of ``name: value`` are read, and those leniently: people write what YAML itself would refuse.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any, Final

import msgspec

from earmark.sources.checks import RowFaultError
from earmark.sources.reading.markup import MOST_TAGS, TOO_MANY_TAGS, plain
from earmark.sources.reading.prose import one_line

TOO_LONG: Final = "more than two million letters of Markdown"
LONGEST: Final = 2_000_000

_FRONT: Final = re.compile(
    r"\ufeff?(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_LONGEST_FRONT: Final = 65_536
_PAIR: Final = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:[ \t]+(\S.*)")
_QUOTED: Final = re.compile(r"""(["'])(.*)\1\s*(?:#.*)?""")
_LIQUID: Final = re.compile(r"\{%[^%{}]*%\}|\{\{[^{}]*\}\}")
"""What a site generator would put in."""
_STARS: Final = re.compile(r"(?<!\*)\*\*(?!\*)")
"""Emphasis that CommonMark does not see, next to punctuation in the midst of a word, as in scripts without blanks."""
_HEADING: Final = re.compile(r"\s*#[ \t]+(\S.*?)[ \t]*#*[ \t]*$", re.MULTILINE)


class Written(msgspec.Struct, frozen=True):
    """A text as its author wrote it: the front matter's names in small letters, and what stands below."""

    front: dict[str, str]
    body: str


def parted(text: str) -> Written:
    """A text's front matter, and the rest."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match = _FRONT.match(text, 0, min(len(text), _LONGEST_FRONT))
    if match is None:
        return Written({}, text)
    front = _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    return Written(front, text[match.end() :])


def heading(body: str) -> str | None:
    """The heading that a text begins with, if it begins with one."""
    match = _HEADING.match(body)
    return plain_markdown(match[1]) if match else None


def plain_markdown(body: str) -> str:
    """What is to be read of a piece of Markdown, as prose; HTML and comments within it as a browser would show them.

    Raises:
        RowFaultError: it cannot be parsed within bounds.
    """
    if len(body) > LONGEST:
        raise RowFaultError(TOO_LONG)
    if body.count("<") > MOST_TAGS:
        raise RowFaultError(TOO_MANY_TAGS, f"more than {MOST_TAGS:,}")
    return _STARS.sub("", plain(_renderer().render(_LIQUID.sub(" ", body))))


@cache
def _renderer() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])


def _yaml(front: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in front.split("\n"):
        pair = _PAIR.fullmatch(line.rstrip())
        if pair:
            quoted = _QUOTED.fullmatch(pair[2])
            value = quoted[2] if quoted else pair[2].partition(" #")[0]
            found.setdefault(pair[1].lower(), one_line(value))
    return found


def _toml(front: str) -> dict[str, str]:
    try:
        pairs = tomllib.loads(front)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    return {
        name.lower(): one_line(str(value))
        for name, value in pairs.items()
        if not isinstance(value, dict | list)
    }
