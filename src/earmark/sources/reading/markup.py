"""HTML as plain text, under bounds: a page made to exhaust whoever parses it is refused before it does.

Parsers take time with the square of a tag's attributes, and readers of pages with the elements times their depth. So
tags of absurd length are taken out, and pages with absurdly many elements, or too many too deep, are refused.
"""

from __future__ import annotations

import re
from typing import Any, Final

from earmark.sources.checks import RowFaultError
from earmark.sources.reading.prose import seen

TOO_MANY_TAGS: Final = "page of too many elements"
TOO_DEEP: Final = "page nested too deeply"

MOST_TAGS: Final = 200_000
"""Tags that are looked at: of a page, or of a whole feed."""
MOST_ELEMENTS: Final = 50_000
MOST_ATTRIBUTES: Final = 200_000
MOST_DEPTH: Final = 1_000_000
"""The depths of all elements together; the longest real pages have some 100,000."""
LONGEST_TAG: Final = 2_000
"""Letters; longer ones hold pictures or programs' data."""

_TAG: Final = re.compile(r"""<[A-Za-z](?:[^"'>]++|"[^"]*+"|'[^']*+')*+>?""")
_PARAGRAPH: Final = "\x1d"
_LINE: Final = "\x1e"
_LINES: Final = re.compile(rf"{_LINE}(?:\s*{_LINE})+")
_DROPPED: Final = frozenset(
    {
        "audio",
        "button",
        "canvas",
        "datalist",
        "embed",
        "form",
        "head",
        "iframe",
        "input",
        "math",
        "nav",
        "noscript",
    }
    | {"object", "script", "select", "style", "svg", "template", "textarea", "title", "video"}
)
"""Elements whose inside is not text that somebody reads."""
_BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
    }
    | {
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
    }
    | {
        "html",
        "li",
        "main",
        "menu",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
    }
    | {"tr", "ul"}
)
_CELLS: Final = frozenset({"td", "th"})
_LOOKS_LIKE_MARKUP: Final = re.compile(
    r"</?[A-Za-z][^<>]{0,2000}>|&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});"
)


def bounded(html: str) -> str:
    """The same page, without characters that cannot be seen and without tags of absurd length.

    Raises:
        RowFaultError: it has too many tags to be parsed.
    """
    if html.count("<") > MOST_TAGS:
        raise RowFaultError(TOO_MANY_TAGS, f"more than {MOST_TAGS:,}")
    return _TAG.sub(lambda tag: tag[0] if len(tag[0]) <= LONGEST_TAG else " ", seen(html))


def parsed(html: str) -> Any:
    """A page's root element; comments are left out.

    Raises:
        RowFaultError: it has too many elements, or too many too deep; or there is nothing.
    """
    from lxml import etree  # type: ignore[import-untyped]
    from lxml.html import HTMLParser  # type: ignore[import-untyped]

    parser = HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8", no_network=True)
    # A page of nothing, or of comments alone, has no root.
    root = etree.fromstring(bounded(html).encode(), parser)
    if root is None:
        root = etree.fromstring(b"<html><body></body></html>", parser)
    depth = depths = elements = attributes = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        depths += depth
        elements += 1
        attributes += len(element.attrib)
    if elements > MOST_ELEMENTS or attributes > MOST_ATTRIBUTES:
        raise RowFaultError(TOO_MANY_TAGS, f"{elements:,} with {attributes:,} attributes")
    if depths > MOST_DEPTH:
        raise RowFaultError(TOO_DEEP, f"{depths:,} steps in all")
    return root


def plain(html: str) -> str:
    """What is to be read of a piece of HTML, as prose.

    Raises:
        RowFaultError: it cannot be parsed within bounds.
    """
    return prose_of(parsed(html))


def prose_of(root: Any) -> str:
    """What is to be read within an element, as prose: blocks become paragraphs, ``br`` a line's end."""
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _DROPPED:
                walk.skip_subtree()
            else:
                pieces.append(_before(tag))
                pieces.append(_flat(element.text))
        else:
            if tag in _BLOCKS:
                pieces.append(_PARAGRAPH)
            if element is not root:
                pieces.append(_flat(element.tail))
    paragraphs = _LINES.sub(_PARAGRAPH, "".join(pieces)).split(_PARAGRAPH)
    # Blanks are already as they should be; what remains is to leave out what is empty.
    tidy = ("\n".join(" ".join(line.split()) for line in part.split(_LINE)).strip() for part in paragraphs)
    return "\n\n".join(part for part in tidy if part)


def is_markup(text: str) -> bool:
    """Whether a text from a feed is HTML, though nothing says so."""
    return _LOOKS_LIKE_MARKUP.search(text) is not None


def _before(tag: str) -> str:
    if tag in _BLOCKS:
        return _PARAGRAPH
    if tag == "br":
        return _LINE
    return " " if tag in _CELLS else ""


def _flat(text: str | None) -> str:
    """Text in which a line's end is a blank, as HTML has it."""
    return text.replace("\n", " ") if text else ""
