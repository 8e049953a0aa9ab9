"""Everything that the record keeps of one listener, in lines of JSON: for them to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import msgspec

from earmark.listening.feedback import Verdict
from earmark.listening.listens import UnixMs
from earmark.store import exposures, pages
from earmark.store.playlists import ListedTrack, PlaylistRecord
from earmark.store.port import ListenerRecord, Store

AT_ONCE: Final = 1_000
_EVER: Final = UnixMs(1 << 60)

Key = TypeVar("Key")
Row = TypeVar("Row")


class PlaylistExported(PlaylistRecord, frozen=True):
    """A playlist with its tracks, in order."""

    listed: list[ListedTrack]


def exported(store: Store, listener: ListenerRecord) -> Iterator[bytes]:
    """One line a fact, ``{kind: fact}``: the listener, plays, verdicts, playlists, editions, exposures; newest first.

    Lines are read a thousand at a time, so that a long history takes no more room than a short one; each thousand is as
    of one moment.
    """
    encode = msgspec.json.Encoder().encode
    mine = store.pages
    kinds = [verdict.value for verdict in Verdict]
    parts: list[tuple[str, Iterator[Any]]] = [
        ("listener", iter([listener])),
        (
            "listen",
            _walk(
                lambda beyond: mine.listens(
                    listener.id, after=UnixMs(-_EVER), before=_EVER, beyond=beyond, n=AT_ONCE
                ),
                pages.key_of_listen,
                pages.ALL_LISTENS,
            ),
        ),
        (
            "feedback",
            _walk(
                lambda beyond: mine.judgements(listener.id, kinds, beyond=beyond, n=AT_ONCE),
                pages.key_of_judgement,
                pages.ALL_JUDGEMENTS,
            ),
        ),
        ("playlist", _playlists(store, listener)),
        (
            "edition",
            (
                store.edition(listener.id, made.mix, made.week)
                for made in _walk(
                    lambda beyond: mine.editions(listener.id, beyond=beyond, n=AT_ONCE),
                    pages.key_of_edition,
                    pages.ALL_EDITIONS,
                )
            ),
        ),
        (
            "exposure",
            _walk(
                lambda beyond: store.exposures.page(listener.id, beyond=beyond, n=AT_ONCE),
                exposures.key_of,
                exposures.BEYOND_ALL,
            ),
        ),
    ]
    for kind, facts in parts:
        for fact in facts:
            yield encode({kind: fact}) + b"\n"


def _playlists(store: Store, listener: ListenerRecord) -> Iterator[PlaylistExported]:
    found = _walk(
        lambda beyond: store.pages.playlists(listener.id, beyond=beyond, n=AT_ONCE),
        pages.key_of_playlist,
        pages.ALL_PLAYLISTS,
    )
    for one in found:
        read = store.playlists.read(one.id)
        if read is not None:  # Else it was deleted meanwhile.
            yield PlaylistExported(**msgspec.structs.asdict(read[0]), listed=read[1])


def _walk(find: Callable[[Key], Sequence[Row]], key_of: Callable[[Row], Key], first: Key) -> Iterator[Row]:
    """Every row, page by page."""
    beyond = first
    while rows := find(beyond):
        yield from rows
        beyond = key_of(rows[-1])
