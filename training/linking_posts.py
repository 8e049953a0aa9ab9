"""Posts of music blogs in Markdown: as plain text, and whom their authors marked in them.

Whom a post is about is read from its front matter (``band``, ``tags``) and from what is bold or linked, where that is
a name that the catalogue knows. All of it is stripped from the text, so that nothing that reads the text can see it.
What authors mark is not all that they mention.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from earmark.music.names import artist_key

_FRONT: Final = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE: Final = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|<(script|style|iframe|object)\b.*?</\1>", re.DOTALL | re.IGNORECASE
)
_IMAGE: Final = re.compile(r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])")
_LINK: Final = re.compile(
    r"(?<!!)\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])"
)
_REFERENCE: Final = re.compile(r"^\s*\[[^\]]+\]:\s+\S+.*$", re.MULTILINE)
_ANCHOR: Final = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_STRONG: Final = re.compile(r"<(b|strong)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_BOLD: Final = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__", re.DOTALL)
_LEANING: Final = re.compile(
    r"(?<![\w*\\])\*(?=[^\s*])(.+?)(?<=[^\s*\\])\*(?![\w*])|(?<![\w\\])_(?=[^\s_])(.+?)(?<=[^\s_\\])_(?!\w)",
    re.DOTALL,
)
_TAG: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_HEADING: Final = re.compile(r"^(#{1,6}\s+|>\s?|\s*[-*+]\s+)", re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>])")


class Post(NamedTuple):
    """A post without its markup, and what its markup said."""

    name: str
    """Of its file."""
    title: str
    text: str
    marked: frozenset[str]
    """Keys (`artist_key`) of the names in its front matter and of all that is bold or linked, names or not."""
    tagged: frozenset[str]
    """Those in its front matter alone."""
    leaning: frozenset[str]
    """What is in italics or quoted in the markup's own way: often works."""


def posts(folder: Path) -> Iterator[Post]:
    """All posts of a folder, by name."""
    for path in sorted([*folder.glob("*.md"), *folder.glob("*.markdown")]):
        yield read_post(path.name, path.read_text(encoding="utf-8"))


def read_post(name: str, written: str) -> Post:
    """One post."""
    found = _FRONT.match(written)
    front, body = (found[1], written[found.end() :]) if found else ("", written)
    tagged = {artist_key(name) for field in ("band", "tags") for name in _listed(front, field)}
    body = _REFERENCE.sub("", _CODE.sub("", _COMMENT.sub("", body)))
    body = _IMAGE.sub("", body)
    marked = [plain(text) for text in _spans(body)]
    return Post(
        name,
        plain(next(iter(_listed(front, "title")), "")),
        plain(body),
        frozenset(tagged | {artist_key(_bare(text)) for text in marked if _bare(text)}),
        frozenset(tagged),
        frozenset(plain(a or b) for a, b in _LEANING.findall(_BOLD.sub(r"\1\2", body))),
    )


def plain(body: str) -> str:
    """Markdown without its marks; paragraphs stay apart."""
    body = _ANCHOR.sub(r"\1", _LINK.sub(r"\1", body))
    body = _BOLD.sub(r"\1\2", body)
    body = _LEANING.sub(r"\1\2", _HEADING.sub("", body))
    body = html.unescape(_ESCAPE.sub(r"\1", _TAG.sub("", body)))
    return re.sub(r"\n\s*\n\s*", "\n\n", body).strip()


def _spans(body: str) -> Iterator[str]:
    """What is bold or linked, and what is bold within a link."""
    for pattern in (_LINK, _ANCHOR, _STRONG, _BOLD):
        for found in pattern.finditer(body):
            yield next(text for text in reversed(found.groups()) if text is not None)


def _bare(text: str) -> str:
    """Without a possessive and what stands around a name."""
    return re.sub(r"(['’]s?|[.,:;!?])$", "", text.strip())


def _listed(front: str, field: str) -> Iterator[str]:
    """The values of a field: on its line, or one a line below it."""
    found = re.search(rf"^{field}:[ \t]*(.*(?:\n[ \t]*-.*)*)", front, re.MULTILINE)
    for line in found[1].split("\n") if found else []:
        value = html.unescape(re.sub(r"^[ \t]*-[ \t]+", "", line).strip().strip("\"'").strip())
        if value:
            yield value
