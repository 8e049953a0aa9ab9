"""Store what listeners said outright: the later word on a thing replaces the earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from earmark.listening.feedback import Feedback, Verdict
from earmark.store.catalogue import Catalogue
from earmark.store.rows import do, fetch, put

_OPPOSITE: Final = {Verdict.LOVE: Verdict.HATE, Verdict.HATE: Verdict.LOVE}
_THIS_VERDICT: Final = """
    WHERE listener_id = ? AND verdict = ?
    AND coalesce(song_id, 0) = coalesce(?, 0) AND coalesce(artist_id, 0) = coalesce(?, 0)"""
_ADD: Final = "INSERT INTO feedback VALUES (?, ?, ?, ?, ?)"
_REMOVE: Final = "DELETE FROM feedback" + _THIS_VERDICT
_TAKE_BACK: Final = """
    DELETE FROM feedback WHERE listener_id = ? AND verdict = coalesce(?, verdict)
    AND coalesce(song_id, 0) = coalesce(?, 0) AND coalesce(artist_id, 0) = coalesce(?, 0)"""
_WITHDRAW: Final = _REMOVE + " AND coalesce(at, 0) = coalesce(?, 0)"
_DATE: Final = "UPDATE feedback SET at = ?" + _THIS_VERDICT

_Target = tuple[int | None, int | None]
"""Song id or artist id; the other is None."""


def add_feedback(
    connection: Connection, catalogue: Catalogue, listener: int, feedback: Sequence[Feedback]
) -> int:
    """Store verdicts; returns how many changed anything.

    Love and hate of one thing replace each other, and a dated word is not overruled by an undated one: an old
    export, imported again, does not undo what was said since.

    Raises:
        ValueError: a verdict on neither a track nor an artist.
    """
    stored: dict[tuple[Verdict, _Target], int | None] = {
        (Verdict(verdict), (song, artist)): at
        for verdict, song, artist, at in fetch(
            connection,
            "SELECT verdict, song_id, artist_id, at FROM feedback WHERE listener_id = ?",
            (listener,),
        )
    }
    changed = 0
    for said, target in zip(feedback, _targets(catalogue, feedback), strict=True):
        same = (said.verdict, target)
        if same in stored:
            if _is_later(said.at, stored[same]) and said.at != stored[same]:
                do(connection, _DATE, (said.at, listener, said.verdict, *target))
                stored[same] = said.at
                changed += 1
            continue
        if said.verdict in _OPPOSITE:
            other = (_OPPOSITE[said.verdict], target)
            if other in stored:
                if not _is_later(said.at, stored[other]):
                    continue
                do(connection, _REMOVE, (listener, other[0], *target))
                del stored[other]
        do(connection, _ADD, (listener, said.verdict, *target, said.at))
        stored[same] = said.at
        changed += 1
    return changed


def take_back(
    connection: Connection, listener: int, song: int | None, artist: int | None, verdict: Verdict | None
) -> int:
    """Delete the listener's verdicts on one song or one artist, or one of them; returns how many there were."""
    return do(connection, _TAKE_BACK, (listener, verdict, song, artist))


def withdraw(
    connection: Connection, catalogue: Catalogue, listener: int, feedback: Sequence[Feedback]
) -> int:
    """Delete verdicts that stand just as given, date and all; returns how many did."""
    rows = zip(feedback, _targets(catalogue, feedback), strict=True)
    return put(connection, _WITHDRAW, ((listener, said.verdict, *target, said.at) for said, target in rows))


def _is_later(at: int | None, than: int | None) -> bool:
    if than is None:
        return True
    return at is not None and at >= than


def _targets(catalogue: Catalogue, feedback: Sequence[Feedback]) -> list[_Target]:
    tracks = [said.track for said in feedback if said.track is not None]
    artists = [said.artist for said in feedback if said.track is None and said.artist is not None]
    if len(tracks) + len(artists) < len(feedback):
        raise ValueError("feedback must name a track or an artist")
    songs = iter(catalogue.tracks(tracks)[1])
    artist_ids = iter(catalogue.artists(artists))
    return [(next(songs), None) if said.track is not None else (None, next(artist_ids)) for said in feedback]
