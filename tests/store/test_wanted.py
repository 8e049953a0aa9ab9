"""What is asked about reaches every database as it is, however odd its letters, and so does what is inserted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from earmark.store import postgres_rows
from earmark.store.database import Database, Intent
from earmark.store.postgres import Postgres
from earmark.store.rows import do, fetch, fetch_ints, insert
from earmark.store.sqlite import Sqlite
from earmark.store.wanted import wanted_digests, wanted_ids, wanted_keys, wanted_spans, wanted_tracks

ODD = ['a "b" \\ c', "\\", "{,}", "NULL", "", " ", "\n\t\x01", "é\u2028日本", "x\0y", "half \ud800", "'%s' ?"]
LETTERS = st.text(st.characters(), max_size=12) | st.sampled_from(ODD)
ONE_RECORD_FOR_ALL = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
INT, BIGINT = (1 << 31) - 1, (1 << 63) - 1


def kept(text: str) -> str:
    """As databases can hold it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


@pytest.fixture(params=["sqlite", "postgres"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A transaction on an empty record."""
    url = request.getfixturevalue(f"{request.param}_record")
    database: Database = Sqlite(url) if request.param == "sqlite" else Postgres(url)
    with ExitStack() as closing:
        closing.callback(database.close)
        yield closing.enter_context(database.transaction(Intent.WRITE))


@ONE_RECORD_FOR_ALL
@given(st.lists(st.tuples(st.integers(-INT, INT), LETTERS), max_size=20))
@example([(n, text) for n, text in enumerate(ODD)])
def test_keys_are_found_as_they_are(connection: Connection, keys: list[tuple[int, str]]) -> None:
    wanted = wanted_keys([parent for parent, _ in keys], [key for _, key in keys])
    found = fetch(connection, "SELECT w.n, w.parent, w.key FROM wanted_key w ORDER BY w.n", wanted=wanted)
    assert found == [(n, parent, kept(key)) for n, (parent, key) in enumerate(keys)]


@ONE_RECORD_FOR_ALL
@given(st.lists(st.tuples(LETTERS, LETTERS, LETTERS), max_size=9))
def test_a_question_has_values_of_its_own_beside(
    connection: Connection, keys: list[tuple[str, str, str]]
) -> None:
    columns = list(zip(*keys, strict=True)) or [(), (), ()]
    asked = "SELECT w.n, w.track FROM wanted_track w WHERE w.n >= ? ORDER BY w.n"
    found = fetch(connection, asked, (1,), wanted=wanted_tracks(*columns))
    assert found == [(n, kept(track)) for n, (_, _, track) in enumerate(keys)][1:]


@ONE_RECORD_FOR_ALL
@given(
    st.lists(st.binary(min_size=32, max_size=32), max_size=9), st.lists(st.integers(-INT, INT), max_size=9)
)
def test_bytes_and_numbers_are_found_as_they_are(
    connection: Connection, digests: list[bytes], ids: list[int]
) -> None:
    first = digests[0] if digests else b""
    do(connection, "DELETE FROM set_up")
    do(connection, "INSERT INTO set_up VALUES (1, ?)", (first,))
    asked = "SELECT count(*) FROM wanted_digest w JOIN set_up s ON s.digest = w.digest"
    assert fetch(connection, asked, wanted=wanted_digests(digests)) == [(digests.count(first),)]
    found = fetch_ints(connection, "SELECT w.id FROM wanted_id w ORDER BY w.n", 1, wanted=wanted_ids(ids))
    assert found.tolist() == [ids]


@ONE_RECORD_FOR_ALL
@given(st.lists(st.tuples(st.integers(0, INT), *[st.integers(-BIGINT, BIGINT)] * 3), max_size=9))
def test_stretches_of_time_are_found_as_they_are(
    connection: Connection, spans: list[tuple[int, int, int, int]]
) -> None:
    columns = list(zip(*spans, strict=True)) or [()] * 4
    asked = "SELECT w.listener_id, w.before, w.first, w.last FROM wanted_span w ORDER BY w.n"
    found = fetch_ints(connection, asked, 4, wanted=wanted_spans(*columns))
    assert list(zip(*found.tolist(), strict=True)) == spans


@ONE_RECORD_FOR_ALL
@given(st.lists(LETTERS.filter(kept), max_size=90, unique_by=kept), st.booleans())
@example([one for one in ODD if kept(one)], True)
def test_rows_go_in_as_they_are_and_are_counted(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, names: list[str], few: bool
) -> None:
    monkeypatch.setattr(postgres_rows, "MANY", 1_000 if few else 0)
    do(connection, "DELETE FROM community")
    rows = [(n + 1, name) for n, name in enumerate(names)]
    assert insert(connection, "community", rows) == len(names)
    again = [(n + 1_000, name) for n, name in enumerate(names)]
    assert insert(connection, "community", [*again, (5_000, "another")], if_absent=True) == 1
    # SQLite keeps the character NUL.
    said = [
        (n, name.replace("\0", ""))
        for n, name in fetch(connection, "SELECT id, name FROM community ORDER BY id")
    ]
    assert said == [(n + 1, kept(name)) for n, name in enumerate(names)] + [(5_000, "another")]
    changed = do(
        connection,
        "UPDATE community SET name = 'changed ' || id WHERE id IN (SELECT id FROM wanted_id)",
        wanted=wanted_ids([1, 2, 70_000]),
    )
    assert changed == min(2, len(names))
