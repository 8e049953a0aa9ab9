"""What was found of a text becomes a document, or a word on why it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.checks import LONGEST_NAME, TOO_LATE, UNREADABLE_DATE, RowFaultError, window
from earmark.sources.reading.prose import one_line
from earmark.sources.times import moment_of

NO_TEXT: Final = "no text"
UNDATED: Final = "read without its date: "
"""Begins the cause of a note on a document that was read, but for its date."""

_LANGUAGE: Final = re.compile(r"\s*([A-Za-z]{2})(?:[-_].*|\s*)", re.DOTALL)
_YEAR: Final = re.compile(r"\d{0,4}")


class Found(msgspec.Struct):
    """A text as it was found, with what its markup says; ``published`` in words or Unix milliseconds."""

    address: str
    source: str
    text: str
    title: str = ""
    published: str | int | None = None
    language: str | None = None


def documents(found: Found, file: str, row: int, now: UnixMs | None) -> Iterator[Document | Skipped]:
    """The document, after a note on a date that cannot be; or why there is none.

    Args:
        found: plain text.
        file: where it stands, as a skip names it.
        row: at which place there.
        now: the present; the clock's time if None.
    """
    if not found.text:
        yield Skipped(file, row, NO_TEXT, found.title[:80])
        return
    published_at = None
    try:
        published_at = _moment(found.published, now)
    except RowFaultError as fault:
        yield Skipped(file, row, UNDATED + fault.cause, fault.detail)
    yield Document(
        found.address,
        found.source,
        one_line(found.title)[:LONGEST_NAME],
        found.text,
        published_at,
        language_of(found.language),
    )


def language_of(label: str | None) -> str | None:
    """The ISO 639-1 code of a label such as "en-GB"; None where it has none."""
    match = _LANGUAGE.fullmatch(label) if label else None
    return match[1].lower() if match else None


def _moment(published: str | int | None, now: UnixMs | None) -> int | None:
    """When a text came out, as Unix milliseconds.

    Raises:
        RowFaultError: what stands there is no date, or lies in the future.
    """
    if published is None or published == "":
        return None
    moment = published if isinstance(published, int) else _worded(published.strip())
    if moment > window(now).latest:
        raise RowFaultError(TOO_LATE, published)
    return moment


def _worded(text: str) -> int:
    """A date as people and programs write it; a year alone is none."""
    if _YEAR.fullmatch(text):
        raise RowFaultError(UNREADABLE_DATE, text)
    try:
        return moment_of(text)
    except RowFaultError:
        try:
            return round(parsedate_to_datetime(text).timestamp() * 1_000)
        except (ValueError, OverflowError, TypeError) as error:
            raise RowFaultError(UNREADABLE_DATE, text) from error
