"""What the tests of the readers share: files that live in memory, and a fixed present."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

import pytest

from earmark.listening.listens import UnixMs
from earmark.sources.batch import Batch
from earmark.sources.files import SourceFile

NOW = UnixMs(1_760_000_000_000)


def in_memory(name: str, data: bytes | str) -> SourceFile:
    stored = data.encode() if isinstance(data, str) else data
    return SourceFile(name, len(stored), lambda: io.BytesIO(stored))


def joined(batches: Iterable[Batch]) -> Batch:
    whole = Batch("", None)  # type: ignore[arg-type]
    for batch in batches:
        whole.file, whole.origin = batch.file, batch.origin
        whole.rows += batch.rows
        whole.listens += batch.listens
        whole.playlists += batch.playlists
        whole.feedback += batch.feedback
        whole.skipped += batch.skipped
        whole.bytes_read += batch.bytes_read
    return whole


@pytest.fixture(scope="session")
def memory() -> Callable[[str, bytes | str], SourceFile]:
    return in_memory


@pytest.fixture(scope="session")
def join() -> Callable[[Iterable[Batch]], Batch]:
    return joined


@pytest.fixture(scope="session")
def now() -> UnixMs:
    return NOW
