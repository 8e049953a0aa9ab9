"""Bring a database to the tables that this version knows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect

from earmark.errors import StoreError

REVISION: Final = "0010"
"""The newest step in `earmark.store.migrations`."""


def is_up_to_date(connection: Connection, database: str) -> bool:
    """Whether no migration is missing.

    Raises:
        StoreError: the database was written by a newer version, or by another program.
    """
    present = _revision(connection, database)
    if present is not None and present > REVISION:
        raise StoreError(
            f"{database}: written by a newer Earmark (tables {present}; this one knows {REVISION}).",
            "Update Earmark, or point it at another home folder. Nothing was changed.",
        )
    return present == REVISION


def bring_up_to_date(connection: Connection, database: str) -> None:
    """Run the missing migrations in the transaction at hand: all of them or none.

    Raises:
        StoreError: as `is_up_to_date`.
    """
    if is_up_to_date(connection, database):
        return
    # Alembic takes a tenth of a second to load, and is needed only here.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "earmark.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection, database: str) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if tables:
        raise StoreError(
            f"{database}: a database of another program (it holds a table {sorted(tables)[0]!r}).",
            "Point Earmark at another home folder. Nothing was changed.",
        )
    return None
