"""Playlists: making, reading, editing and copying them. Others' are read only, and only the public ones."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Depends, Path
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from earmark.store.people import AccountRecord
from earmark.store.playlists import PlaylistId
from earmark.store.port import ItemId
from earmark.web.auth import Here
from earmark.web.listenbrainz.documents import read_document
from earmark.web.listenbrainz.errors import ApiError, bad_request
from earmark.web.listenbrainz.jspf import LONGEST_TITLE, PLAYLIST, Document, PlaylistTold
from earmark.web.listenbrainz.naming import tracks_named
from earmark.web.listenbrainz.playlist_ids import EditionName, playlist_uuid
from earmark.web.listenbrainz.recordings import is_uuid
from earmark.web.listenbrainz.sheets import may_read, named_playlist, no_playlist, readable
from earmark.web.listenbrainz.user_playlists import Page, Searched
from earmark.web.listenbrainz.who import Asking
from earmark.web.listenbrainz.xspf import xspf
from earmark.web.replies import reply
from earmark.web.service import Service

OK: Final = {"status": "ok"}
MOST_ADDED: Final = 100
"""Tracks in one call."""
_NOT_FOR_OTHERS: Final = (
    "Playlist contains a created_for field, but submitting user is not an approved playlist bot."
)

router = APIRouter(tags=["ListenBrainz: playlists"])


async def _document(request: Request) -> PlaylistTold:
    return (await read_document(request, Document)).checked()


Told = Annotated[PlaylistTold, Depends(_document)]
"""The playlist that was sent."""


@router.get("/playlist/search")
def search(account: Asking, service: Here, page: Page, text: Searched) -> Response:
    """Playlists of one's own and public ones, by a part of the title or the annotation."""
    return page.searched(service, account, text, everybodys=True)


@router.post("/playlist/create")
def create(account: Asking, service: Here, told: Told) -> Response:
    """Make a playlist. Tracks are named by MusicBrainz's ids, by creator and title, or by ids that came from here."""
    if told.title is None:
        raise bad_request("JSPF playlist must contain a title element with the title of the playlist.")
    if told.wishes.public is None:
        raise bad_request(f"JSPF playlist.extension.{PLAYLIST}.public field must be given.")
    if told.created_for or told.wishes.created_for:
        raise ApiError(403, _NOT_FOR_OTHERS)
    made = service.house.store.playlists.make(
        account.listener,
        told.title,
        tracks_named(service, account.listener, told.track),
        service.now(),
        annotation=told.annotation or None,
        public=told.wishes.public,
    )
    return _made(made)


@router.post("/playlist/edit/{playlist}")
def edit(account: Asking, service: Here, playlist: str, told: Told) -> Response:
    """Change the title, the annotation, and whether others may read it; what is not told stays."""
    number = _own(service, account, playlist, "edit this playlist")
    annotation = None if told.annotation is UNSET else told.annotation or ""
    service.house.store.playlists.describe(
        account.listener,
        number,
        service.now(),
        title=told.title,
        annotation=annotation,
        public=told.wishes.public,
    )
    return reply(OK)


@router.get("/playlist/{playlist}")
def jspf_of(account: Asking, service: Here, playlist: str, fetch_metadata: bool = True) -> Response:
    """The playlist as JSPF; tracks without words, only identified, if ``fetch_metadata`` is false."""
    return reply(readable(service, account, playlist).jspf(words=fetch_metadata))


@router.get("/playlist/{playlist}/xspf")
def xspf_of(account: Asking, service: Here, playlist: str) -> Response:
    """The playlist as XSPF."""
    return Response(xspf(readable(service, account, playlist)), media_type="application/xspf+xml")


@router.post("/playlist/{playlist}/item/add")
def add(account: Asking, service: Here, playlist: str, told: Told) -> Response:
    """Put tracks, at most 100, at the end."""
    return _add(service, account, playlist, told, None)


@router.post("/playlist/{playlist}/item/add/{offset}")
def add_before(
    account: Asking, service: Here, playlist: str, told: Told, offset: Annotated[int, Path(ge=0)]
) -> Response:
    """Put tracks before the one at a place; at the end, if there is none."""
    return _add(service, account, playlist, told, offset)


def _add(
    service: Service, account: AccountRecord, playlist: str, told: PlaylistTold, place: int | None
) -> Response:
    number = _own(service, account, playlist, "add recordings to this playlist")
    if len(told.track) > MOST_ADDED:
        raise bad_request(f"You may only add max {MOST_ADDED} recordings per call.")
    tracks = tracks_named(service, account.listener, told.track)
    service.house.store.playlists.add(account.listener, number, tracks, service.now(), place=place)
    return reply(OK)


class _Move(msgspec.Struct):
    mbid: str | None = None
    first: int | None = msgspec.field(default=None, name="from")
    to: int | None = None
    count: int | None = None


class _Removal(msgspec.Struct):
    index: int | None = None
    count: int | None = None


async def _move(request: Request) -> _Move:
    return await read_document(request, _Move)


async def _removal(request: Request) -> _Removal:
    return await read_document(request, _Removal)


@router.post("/playlist/{playlist}/item/move")
def move(account: Asking, service: Here, playlist: str, told: Annotated[_Move, Depends(_move)]) -> Response:
    """Take out ``count`` tracks at ``from`` and put them back at ``to``."""
    number = _own(service, account, playlist, "move recordings in this playlist")
    if told.mbid is None or told.first is None or told.to is None or told.count is None:
        raise bad_request(
            "post data for a move instruction must include the keys 'from', 'to', 'count' and 'mbid'."
        )
    if not is_uuid(told.mbid):
        raise bad_request("move instruction mbid is not a valid mbid.")
    if min(told.first, told.to, told.count) < 0:
        raise bad_request(
            "move instruction values for 'from', 'to' and 'count' must all be positive integers."
        )
    service.house.store.playlists.move(
        account.listener, number, service.now(), first=told.first, n=told.count, to=told.to
    )
    return reply(OK)


@router.post("/playlist/{playlist}/item/delete")
def remove(
    account: Asking, service: Here, playlist: str, told: Annotated[_Removal, Depends(_removal)]
) -> Response:
    """Take out ``count`` tracks at ``index``."""
    number = _own(service, account, playlist, "remove recordings from this playlist")
    if told.index is None or told.count is None:
        raise bad_request("post data for a remove instruction must include the keys 'index' and 'count'.")
    if min(told.index, told.count) < 0:
        raise bad_request("move instruction values for 'index' and 'count' must all be positive integers.")
    service.house.store.playlists.remove(
        account.listener, number, service.now(), first=told.index, n=told.count
    )
    return reply(OK)


@router.post("/playlist/{playlist}/delete")
def delete(account: Asking, service: Here, playlist: str) -> Response:
    """Delete a playlist."""
    number = _own(service, account, playlist, "delete this playlist")
    service.house.store.playlists.delete(account.listener, number)
    return reply(OK)


@router.post("/playlist/{playlist}/copy")
def copy(account: Asking, service: Here, playlist: str) -> Response:
    """Make a playlist of one's own of any that one may read, such as a mix; the copy is private."""
    sheet = readable(service, account, playlist)
    made = service.house.store.playlists.make(
        account.listener,
        f"Copy of {sheet.title}"[:LONGEST_TITLE],
        [ItemId(one.item) for one in sheet.tracks],
        service.now(),
        annotation=sheet.annotation,
    )
    return _made(made)


def _made(playlist: PlaylistId) -> Response:
    return reply(OK | {"playlist_mbid": playlist_uuid(playlist)})


def _own(service: Service, account: AccountRecord, uuid: str, doing: str) -> PlaylistId:
    """The playlist of this id, which they may change.

    Raises:
        ApiError: there is none (404), or it is another's, or a mix (403).
    """
    named = named_playlist(account, uuid)
    if isinstance(named, EditionName):
        raise ApiError(403, f"You are not allowed to {doing}.")
    found = service.house.store.playlists.find(named)
    if found is None or not may_read(account, found):
        raise no_playlist(uuid)
    if found.listener != account.listener:
        raise ApiError(403, f"You are not allowed to {doing}.")
    return named
