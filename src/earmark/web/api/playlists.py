"""A listener's playlists: those that they imported, and those that they make and edit here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Path
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from earmark.music.items import Track
from earmark.sources.checks import RowFaultError, clean, track_of
from earmark.store.pages import PLAYLISTS
from earmark.store.people import AccountRecord
from earmark.store.playlists import ListedTrack, PlaylistId, PlaylistRecord
from earmark.store.port import ItemId
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.idempotency import Once
from earmark.web.api.paging import Page, Paging
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply
from earmark.web.seeing import seen_songs
from earmark.web.service import Service

MOST_TRACKS: Final = 10_000
LARGEST: Final = (1 << 31) - 1

Title = Annotated[str, Meta(min_length=1, max_length=1_000)]
Annotation = Annotated[str, Meta(max_length=10_000)]
Number = Annotated[PlaylistId, Path(alias="playlist", ge=1, le=LARGEST)]

router = APIRouter(tags=["Playlists"])


class NamedTrack(msgspec.Struct, forbid_unknown_fields=True):
    """A track: an ``item`` that Earmark told of, or ``artist`` and ``title``, and what else is known of it."""

    item: Annotated[int, Meta(ge=1, le=LARGEST)] | None = None
    artist: str | None = None
    title: str | None = None
    release: str | None = None
    uri: str | None = None
    duration_ms: int | None = None


Tracks = Annotated[list[NamedTrack], Meta(max_length=MOST_TRACKS)]


class NewPlaylist(msgspec.Struct, forbid_unknown_fields=True):
    """A playlist to make."""

    title: Title
    annotation: Annotation | None = None
    public: bool = False
    tracks: Tracks = []


class PlaylistChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change; what is left out stays. An ``annotation`` of null is taken away."""

    title: Title | UnsetType = UNSET
    annotation: Annotation | UnsetType | None = UNSET
    public: bool | UnsetType = UNSET


class NewTracks(msgspec.Struct, forbid_unknown_fields=True):
    """All tracks that are to be on a playlist, in order."""

    tracks: Tracks


class PlaylistShown(msgspec.Struct, frozen=True):
    """A playlist; ``size`` is how many tracks it has. Moments are Unix milliseconds."""

    id: int
    title: str
    annotation: str | None
    public: bool
    made_at: int
    changed_at: int
    size: int


class _Numbered(msgspec.Struct):
    id: int


class PlaylistInFull(PlaylistShown, frozen=True):
    """A playlist with its tracks, in order."""

    tracks: list[ListedTrack]


@router.get("/listeners/{listener}/playlists", **described(Page[PlaylistShown], problems=(400, 404)))
def playlists(account: Themselves, service: Here, paging: Paging) -> Response:
    """All of them without their tracks, the newest first."""
    found = service.house.store.pages
    return paging.page(
        lambda beyond, n: found.playlists(account.listener, beyond=beyond, n=n),
        PLAYLISTS,
        lambda one: PlaylistShown(*_said(one)),
    )


@router.post(
    "/listeners/{listener}/playlists",
    **described(PlaylistInFull, status=201, takes=NewPlaylist, problems=(400, 403, 404, 409, 413)),
)
def make(
    account: Themselves, service: Here, told: Annotated[NewPlaylist, body(NewPlaylist)], once: Once
) -> Response:
    """Make one; ``Location`` says where it is."""

    def act() -> Response:
        made = service.house.store.playlists.make(
            account.listener,
            _title(told.title),
            _named(service, account, told.tracks),
            service.now(),
            annotation=clean(told.annotation),
            public=told.public,
            request=once.digest,
        )
        return _in_full(service, account, made, status=201)

    answer = once.answer(act)
    made = msgspec.json.decode(answer.body, type=_Numbered)
    answer.headers["location"] = f"/api/v1/listeners/{account.listener}/playlists/{made.id}"
    return answer


@router.get("/listeners/{listener}/playlists/{playlist}", **described(PlaylistInFull, problems=(404,)))
def playlist(account: Themselves, service: Here, number: Number) -> Response:
    """One with its tracks."""
    return _in_full(service, account, number)


@router.patch(
    "/listeners/{listener}/playlists/{playlist}",
    **described(PlaylistInFull, takes=PlaylistChange, problems=(400, 403, 404, 413)),
)
def change(
    account: Themselves, service: Here, number: Number, told: Annotated[PlaylistChange, body(PlaylistChange)]
) -> Response:
    """Change the title, the annotation, or whether others may read it."""
    service.house.store.playlists.describe(
        account.listener,
        number,
        service.now(),
        title=None if told.title is UNSET else _title(told.title),
        annotation=None if told.annotation is UNSET else clean(told.annotation) or "",
        public=None if told.public is UNSET else told.public,
    )
    return _in_full(service, account, number)


@router.put(
    "/listeners/{listener}/playlists/{playlist}/tracks",
    **described(PlaylistInFull, takes=NewTracks, problems=(400, 403, 404, 413)),
)
def replace(
    account: Themselves, service: Here, number: Number, told: Annotated[NewTracks, body(NewTracks)]
) -> Response:
    """Put these tracks in the place of all others."""
    tracks = _named(service, account, told.tracks)
    service.house.store.playlists.replace(account.listener, number, tracks, service.now())
    return _in_full(service, account, number)


@router.delete("/listeners/{listener}/playlists/{playlist}", **described(status=204, problems=(403, 404)))
def delete(account: Themselves, service: Here, number: Number) -> Response:
    """Delete it."""
    service.house.store.playlists.delete(account.listener, number)
    return Response(status_code=204)


def _in_full(service: Service, account: AccountRecord, number: PlaylistId, status: int = 200) -> Response:
    read = service.house.store.playlists.read(number)
    if read is None or read[0].listener != account.listener:
        raise ProblemError(404, f"There is no playlist {number} among the listener's.")
    record, tracks = read
    return reply(PlaylistInFull(*_said(record), tracks), status)


def _said(one: PlaylistRecord) -> tuple[int, str, str | None, bool, int, int, int]:
    return one.id, one.title, one.annotation, one.public, one.made_at, one.changed_at, one.size


def _title(told: str) -> str:
    title = clean(told)
    if title is None:
        raise ProblemError(422, "A playlist needs a title that is not blank.")
    return title


def _named(service: Service, account: AccountRecord, told: Sequence[NamedTrack]) -> list[Track | ItemId]:
    """What the tracks are.

    Raises:
        ProblemError: 422, one is named by both a number and words, by neither, or by words that cannot be a name; 404,
            there is none of that number.
    """
    named: list[Track | ItemId] = []
    for place, one in enumerate(told):
        if one.item is not None and one == NamedTrack(item=one.item):
            named.append(ItemId(one.item))
            continue
        if one.item is not None:
            raise ProblemError(422, f"Track {place} is named by an item and by words: one of them is enough.")
        try:
            named.append(track_of(one.artist, one.title, one.release, one.uri, one.duration_ms))
        except RowFaultError as fault:
            raise ProblemError(422, f"Track {place}: {fault.cause}.") from None
    _see_all(service, account, [one for one in named if not isinstance(one, Track)])
    return named


def _see_all(service: Service, account: AccountRecord, items: Sequence[ItemId]) -> None:
    """See that all are there for who asks.

    Raises:
        ProblemError: 404, one is not.
    """
    tracks = service.house.store.tracks.tracks(items)
    seen = seen_songs(service, account.listener, [track.song for track in tracks.values()])
    for item in items:
        if item not in tracks or tracks[item].song not in seen:
            raise ProblemError(404, f"There is no track {item}.", "Name it by artist and title.")
