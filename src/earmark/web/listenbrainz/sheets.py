"""Playlists made ready to be shown: those of listeners, and each weekly mix as a playlist made for its listener."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from earmark.jobs.editions import show
from earmark.jobs.locks import using
from earmark.jobs.schedule import mixes_of_week
from earmark.listening.listens import UnixMs
from earmark.mixes.files import title_of
from earmark.mixes.weekly import NAME
from earmark.mixes.weeks import monday_of
from earmark.store.people import AccountRecord
from earmark.store.playlists import ListedTrack, PlaylistId, PlaylistRecord
from earmark.store.port import EditionRecord, ListenerRecord
from earmark.web.listenbrainz.errors import ApiError, bad_request
from earmark.web.listenbrainz.jspf import Sheet, SheetTrack
from earmark.web.listenbrainz.playlist_ids import EditionName, edition_uuid, named_by, playlist_uuid
from earmark.web.service import Service

EARMARK: Final = "Earmark"
WEEKLY: Final = "weekly-exploration"
"""What ListenBrainz calls a weekly list of songs that its listener does not know: clients pick it by this."""
_ABOUT: Final = (
    "Songs that you have not heard in any version, each with a reason. The next ones come in a week."
)


def named_playlist(account: AccountRecord, uuid: str) -> PlaylistId | EditionName:
    """What an id of a playlist names. Nobody is told of others' mixes.

    Raises:
        ApiError: it is no UUID, or can name nothing that they may read.
    """
    try:
        named = named_by(uuid)
    except ValueError:
        raise bad_request("Provided playlist ID is invalid.") from None
    if named is None or (isinstance(named, EditionName) and named.listener != account.listener):
        raise no_playlist(uuid)
    return named


def readable(service: Service, account: AccountRecord, uuid: str) -> Sheet:
    """The playlist of this id with its tracks: their own, a mix of theirs, or anybody's public one.

    Raises:
        ApiError: there is none.
    """
    named = named_playlist(account, uuid)
    if isinstance(named, EditionName):
        listener = service.house.store.find_listener(account.name)
        edition = service.house.store.edition(listener.id, NAME, named.week)
        if edition is None:
            raise no_playlist(uuid)
        return edition_sheet(service, listener, edition, tracks=_mixed(service, listener, edition))
    read = service.house.store.playlists.read(named)
    if read is None or not may_read(account, read[0]):
        raise no_playlist(uuid)
    return playlist_sheet(*read)


def may_read(account: AccountRecord, playlist: PlaylistRecord) -> bool:
    """Whether it is theirs or public."""
    return playlist.public or playlist.listener == account.listener


def no_playlist(uuid: str) -> ApiError:
    """There is none, or it is none of theirs."""
    return ApiError(404, f"Cannot find playlist: {uuid}")


def playlist_sheet(playlist: PlaylistRecord, tracks: Sequence[ListedTrack] = ()) -> Sheet:
    """A listener's playlist."""
    return Sheet(
        playlist_uuid(playlist.id),
        playlist.title,
        playlist.owner,
        playlist.made_at,
        playlist.changed_at,
        playlist.public,
        playlist.annotation,
        tracks=[
            SheetTrack(one.item, one.artist, one.title, one.release, one.uri, one.duration_ms)
            for one in tracks
        ],
    )


def edition_sheet(
    service: Service, listener: ListenerRecord, edition: EditionRecord, tracks: Sequence[SheetTrack] = ()
) -> Sheet:
    """A weekly mix."""
    return Sheet(
        edition_uuid(listener.id, edition.week),
        title_of(listener.name, edition.week),
        EARMARK,
        edition.made_at,
        edition.made_at,
        False,
        _ABOUT,
        created_for=listener.name,
        metadata=_made_how(service, listener, edition.week),
        tracks=tracks,
    )


def _made_how(service: Service, listener: ListenerRecord, week: str) -> dict[str, Any]:
    """By what, and when the next one takes its place."""
    # A Wednesday at noon is of the same week in every time zone.
    noon = dt.datetime.combine(monday_of(week) + dt.timedelta(days=9), dt.time(12), dt.UTC)
    following = mixes_of_week(listener.time_zone, UnixMs(int(noon.timestamp()) * 1_000), service.house.work)
    expires = dt.datetime.fromtimestamp(following.due_at / 1_000, dt.UTC)
    return {"algorithm_metadata": {"source_patch": WEEKLY}, "expires_at": expires.isoformat()}


def _mixed(service: Service, listener: ListenerRecord, edition: EditionRecord) -> list[SheetTrack]:
    with using(service.house.home):
        shown = show(service.house, listener, edition.week)
    return [
        SheetTrack(entry.item, one.artist, one.title, one.release, one.uri, one.duration_ms, one.why)
        for entry, one in zip(edition.entries, shown.entries, strict=True)
    ]


def editions_made(service: Service, listener: ListenerRecord) -> list[str]:
    """The weeks of which the listener has a mix, the newest first."""
    weeks = service.house.store.songs_given([listener.id], NAME)["week"].unique()
    return sorted(weeks.to_list(), reverse=True)


def editions(service: Service, listener: ListenerRecord, weeks: Sequence[str]) -> list[Sheet]:
    """The mixes of these weeks, without their tracks."""
    made = (service.house.store.edition(listener.id, NAME, week) for week in weeks)
    return [edition_sheet(service, listener, one) for one in made if one is not None]
