"""A PostgreSQL server: many writers at once, one schema, and complaints that are of use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from earmark.errors import StoreError
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store.database import Intent
from earmark.store.port import ItemId, SongId
from earmark.store.postgres import Postgres
from earmark.store.rows import fetch
from earmark.store.schema import metadata
from earmark.store.sql_store import open_store

START = 1_700_000_000_000


def plays(first: int, n: int) -> list[Listen]:
    return [
        Listen(Track(f"Artist {k % 7}", f"Song {k}"), UnixMs(START + k * 300_000))
        for k in range(first, first + n)
    ]


def at_once(*work: Callable[[], None]) -> None:
    """Run all of them, begun at the same moment; the first error is raised."""
    gate = threading.Barrier(len(work))

    def begun(one: Callable[[], None]) -> None:
        gate.wait()
        one()

    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(begun, one) for one in work]:
            done.result()


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False)) as connection:
        return connection.execute(statement).fetchall()


def test_the_migrations_lead_to_the_tables_declared(postgres: str, postgres_server: str) -> None:
    open_store(postgres).close()
    declared = create_engine(postgres, execution_options={"schema_translate_map": {None: "declared"}})
    with declared.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA declared")
        metadata.create_all(connection)
        look = inspect(connection)
        for schema in ("public", "declared"):
            assert set(look.get_sequence_names(schema)) >= {"artist_ids", "song_ids", "item_ids"}
        assert set(look.get_sequence_names("public")) == set(look.get_sequence_names("declared"))
        tables = set(metadata.tables) - {"counter"}
        assert set(look.get_table_names("public")) == tables | {"alembic_version"}
        for table in tables:
            assert look.get_columns(table, "public") == look.get_columns(table, "declared") or [
                (one["name"], str(one["type"]), one["nullable"]) for one in look.get_columns(table, "public")
            ] == [
                (one["name"], str(one["type"]), one["nullable"])
                for one in look.get_columns(table, "declared")
            ]
            indices = [
                sorted(
                    (str(one["name"]), tuple(one["column_names"]), one["unique"])
                    for one in look.get_indexes(table, schema)
                )
                for schema in ("public", "declared")
            ]
            assert indices[0] == indices[1]
    declared.dispose()


def test_many_open_a_new_record_at_once(postgres: str) -> None:
    at_once(*[lambda: open_store(postgres).close()] * 6)
    assert query(postgres, "SELECT count(*) FROM alembic_version") == [(1,)]


def test_writers_who_tell_the_same_leave_it_once(postgres: str) -> None:
    with closing(open_store(postgres)) as store:

        def tell(order: int) -> None:
            with store.writing() as writer:
                ada = writer.listener("Ada")
                told = plays(0, 400)[::order]
                writer.add_listens([ada] * len(told), told, Origin("phone"))
                writer.add_feedback(ada, [Feedback(Verdict.LOVE, track=told[0].item)])  # type: ignore[arg-type]

        at_once(*[lambda order=order: tell(order) for order in (1, -1, 1, -1)])
        counts = store.counts()
        assert (counts.listeners, counts.listens, counts.songs, counts.artists) == (1, 400, 400, 7)


def test_writers_of_different_listeners_do_not_wait_for_each_other(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        with store.writing() as writer:
            known = plays(0, 3)
            for name in ("Ada", "Bo"):
                writer.add_listens([writer.listener(name)] * 3, known, Origin("phone"))
        with store.writing() as ada:
            ada.add_listens([ada.listener("Ada")], plays(0, 1)[:1], Origin("other phone"))
            ada.settle()
            # In the middle of Ada's transaction, Bo's begins and ends.
            with store.writing() as bo:
                later = [Listen(known[0].item, UnixMs(START + 10**9))]
                bo.add_listens([bo.listener("Bo")], later, Origin("phone"))
        assert store.counts().listens == 7


def test_what_another_writer_adds_meanwhile_is_found_with_all_that_hangs_on_it(postgres: str) -> None:
    tracks = [Track("New", "One"), Track("New", "One (live)"), Track("New", "Two")]
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with closing(open_store(postgres)) as store, ThreadPoolExecutor(1) as pool:

        def ours() -> list[tuple[ItemId, SongId]]:
            with store.writing() as writer:
                return writer.items([*tracks, Track("New", "Three")])

        with store.writing() as writer:
            theirs = writer.items(tracks)
            # Nobody sees these yet, and who adds the same artist waits.
            found = pool.submit(ours)
            for _ in range(600):
                if query(postgres, waiting) == [(1,)]:
                    break
                threading.Event().wait(0.05)
        assert found.result(30)[:3] == theirs
        counts = store.counts()
        assert (counts.artists, counts.songs, counts.tracks) == (1, 3, 4)


def test_writers_look_up_one_by_one_whatever_the_statistics(postgres: str) -> None:
    names = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
    with closing(Postgres(postgres)) as database:
        for intent, chosen in ((Intent.WRITE, "off"), (Intent.READ, "on"), (Intent.WRITE, "off")):
            with database.transaction(intent) as connection:
                assert [fetch(connection, f"SHOW {name}") for name in names] == [[(chosen,)]] * 4


def test_who_forgets_waits_until_the_others_have_written(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        with store.writing() as writer:
            ada = writer.listener("Ada")
            writer.add_listens([ada], plays(0, 1), Origin("phone"))
        order: list[str] = []

        def forget() -> None:
            with store.writing(alone=True) as writer:
                writer.forget(ada)
            order.append("forgotten")

        with ThreadPoolExecutor(1) as pool:
            with store.writing() as writer:
                # Bo now refers to what only Ada had: it must not be swept away under him.
                writer.add_listens([writer.listener("Bo")], plays(0, 1), Origin("phone"))
                writer.settle()
                forgetting = pool.submit(forget)
                waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                while query(postgres, waiting) != [(1,)]:
                    assert not forgetting.done()
                order.append("written")
            forgetting.result(timeout=30)
        assert order == ["written", "forgotten"]
        counts = store.counts()
        assert (counts.listeners, counts.listens, counts.tracks) == (1, 1, 1)


def test_ids_are_not_reused_after_a_transaction_failed(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        with pytest.raises(RuntimeError), store.writing() as writer:
            first = writer.listener("Ada")
            raise RuntimeError("changed our mind")
        with store.writing() as writer:
            assert writer.listener("Bo") > first
        assert [one.name for one in store.listeners()] == ["Bo"]


def test_a_server_that_is_away_is_said_and_found_again(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        with pytest.raises(StoreError, match="the server went away"), store.writing() as writer:
            writer.listener("Ada")
            query(
                postgres,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
        with store.writing() as writer:
            writer.listener("Bo")
        assert [one.name for one in store.listeners()] == ["Bo"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"database": "nowhere"}, r"nowhere.*no connection.*does not exist"),
        ({"username": "stranger"}, "no connection.*stranger"),
        ({"query": {}, "host": "127.0.0.1", "port": 1}, "no connection.*refused"),
    ],
)
def test_what_a_server_refuses_is_said_without_the_password(
    postgres: str, change: dict[str, object], message: str
) -> None:
    url = make_url(postgres).set(password="hunter2").set(**change)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=message) as refused:
        open_store(url.render_as_string(hide_password=False))
    assert "hunter2" not in str(refused.value)


def test_a_newer_record_is_left_alone(postgres: str) -> None:
    open_store(postgres).close()
    with psycopg.connect(
        make_url(postgres).set(drivername="postgresql").render_as_string(False)
    ) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer Earmark \(tables 9999"):
        open_store(postgres)
