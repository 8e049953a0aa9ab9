"""Joins small batches of one file into batches worth handing on."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from earmark.sources.batch import Batch

BATCH_ROWS: Final = 8_192


def gathered(batches: Iterator[Batch], rows: int = BATCH_ROWS) -> Iterator[Batch]:
    """The same content in batches of at least ``rows`` rows, but for the last; all of one file and origin."""
    whole: Batch | None = None
    by_row = attrgetter("row")
    for batch in batches:
        batch.skipped.sort(key=by_row)
        if whole is None:
            whole = batch
        else:
            whole.rows += batch.rows
            whole.listens += batch.listens
            whole.playlists += batch.playlists
            whole.feedback += batch.feedback
            whole.skipped += batch.skipped
            whole.bytes_read += batch.bytes_read
        if whole.rows >= rows:
            yield whole
            whole = None
    if whole is not None:
        yield whole
