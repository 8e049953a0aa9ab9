"""Forget a listener: out of the record, and every snapshot and build that knew them."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import polars as pl

from earmark.engines.builds import Builds
from earmark.store.port import ListenerRecord, Store


class Forgotten(msgspec.Struct, frozen=True):
    """What went beside the listener's own rows. ``was_live``: the live build knew them, so nothing is live now."""

    listener: str
    builds: tuple[str, ...]
    snapshots: tuple[str, ...]
    was_live: bool


def forget(store: Store, builds: Builds, snapshots: Path, listener: ListenerRecord) -> Forgotten:
    """Erase everything about a listener.

    What others learned from them goes, too: a build that they are part of is deleted, not patched. Learned files go
    first: while the name is still in the record, an interrupted run can be started again.
    """
    tainted = [
        build for build in builds.all() if _knows(snapshots / builds.manifest(build).snapshot[:16], listener)
    ]
    folders = [
        folder for folder in sorted(snapshots.glob("*")) if folder.is_dir() and _knows(folder, listener)
    ]
    was_live = builds.live() in tainted
    for build in tainted:
        builds.remove(build)
    for folder in folders:
        shutil.rmtree(folder)
    builds.remove_damaged()
    builds.sweep()
    with store.writing(alone=True) as writer:
        writer.forget(listener.id, keep=_shown_by(snapshots))
    store.erase_traces()
    return Forgotten(listener.name, tuple(tainted), tuple(folder.name for folder in folders), was_live)


def _knows(snapshot: Path, listener: ListenerRecord) -> bool:
    """Whether a snapshot holds the listener; one that a killed run left half-written is taken to."""
    table = snapshot / "listeners.parquet"
    if not table.is_file():
        return True
    return bool(
        pl.scan_parquet(table).filter(pl.col("listener") == listener.id).select(pl.len()).collect().item()
    )


def _shown_by(snapshots: Path) -> list[int]:
    """The items by which the snapshots that are left show their songs.

    Builds go on recommending these songs, though nothing stored may refer to them any more: a playlist that held
    one may have changed since. None of them is the forgotten listener's, whom these snapshots do not know.
    """
    tables = sorted(snapshots.glob("*/songs.parquet"))
    return pl.read_parquet(tables, columns=["item"])["item"].drop_nulls().to_list() if tables else []
