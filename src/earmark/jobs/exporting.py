"""Everything that the record keeps of one listener, in lines of JSON: for them to take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from earmark.listening.feedback import Verdict
from earmark.listening.listens import UnixMs
from earmark.store.exposures import EXPOSURES
from earmark.store.pages import EDITIONS, JUDGEMENTS, LISTENS, PLAYLISTS
from earmark.store.playlists import ListedTrack, PlaylistRecord
from earmark.store.port import ListenerId, ListenerRecord, Store

AT_ONCE: Final = 1_000
_EVER: Final = UnixMs(1 << 60)


class PlaylistExported(PlaylistRecord, frozen=True):
    """A playlist with its tracks, in order."""

    tracks: list[ListedTrack]


def exported(store: Store, listener: ListenerRecord) -> Iterator[bytes]:
    """One line a fact, ``{kind: fact}``: the listener, plays, verdicts, playlists, editions, exposures, newest first;
    then edits of taste and how it looked from day to day, oldest first.

    Lines are read a thousand at a time, so that a long history takes no more room than a short one; each thousand is as
    of one moment.
    """
    encode = msgspec.json.Encoder().encode
    mine, who = store.pages, listener.id
    kinds = [verdict.value for verdict in Verdict]
    plays = LISTENS.over(
        lambda beyond: mine.listens(who, after=UnixMs(-_EVER), before=_EVER, beyond=beyond, n=AT_ONCE)
    )
    said = JUDGEMENTS.over(lambda beyond: mine.judgements(who, kinds, beyond=beyond, n=AT_ONCE))
    lists = PLAYLISTS.over(lambda beyond: mine.playlists(who, beyond=beyond, n=AT_ONCE))
    mixes = EDITIONS.over(lambda beyond: mine.editions(who, beyond=beyond, n=AT_ONCE))
    shown = EXPOSURES.over(lambda beyond: store.exposures.page(who, beyond=beyond, n=AT_ONCE))
    parts: list[tuple[str, Iterable[Any]]] = [
        ("listener", [listener]),
        ("listen", plays),
        ("feedback", said),
        ("playlist", _in_full(store, lists)),
        ("edition", (store.edition(who, made.mix, made.week) for made in mixes)),
        ("exposure", shown),
        ("edit", store.edits.of([who]).get(who, [])),
        ("taste", _tastes(store, who)),
    ]
    for kind, facts in parts:
        for fact in facts:
            yield encode({kind: fact}) + b"\n"


def _tastes(store: Store, listener: ListenerId) -> Iterator[dict[str, Any]]:
    for version in store.edits.versions(listener):
        found = store.edits.version(listener, UnixMs(version.made_at))
        if found is not None:
            yield {"version": version, "profile": msgspec.Raw(found[1])}


def _in_full(store: Store, playlists: Iterable[PlaylistRecord]) -> Iterator[PlaylistExported]:
    for one in playlists:
        read = store.playlists.read(one.id)
        if read is not None:  # Else it was deleted meanwhile.
            yield PlaylistExported(**msgspec.structs.asdict(read[0]), tracks=read[1])
