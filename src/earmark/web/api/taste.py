"""A listener's taste, as far as Earmark sees it, and what they change about it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from earmark.errors import UnknownNameError
from earmark.jobs.edit_words import Wanted, understood
from earmark.jobs.editing import EditPreview, make, preview, preview_undoing, undo
from earmark.jobs.suspecting import suspicions_of
from earmark.jobs.tasting import end_of_day, taste_of, version_at
from earmark.listening.edits import Edit, Exclude, Less
from earmark.listening.exclusions import AllByArtist, AllOfSong
from earmark.store.edits import VersionRecord
from earmark.store.people import AccountRecord
from earmark.store.port import SongId
from earmark.taste.contamination.suspicion import Suspicion
from earmark.taste.profile import EditTold, Taste
from earmark.taste.versions import differences
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.music import LARGEST, seen_artist
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply
from earmark.web.seeing import live_build, seen_songs
from earmark.web.service import Service

router = APIRouter(tags=["Taste"])


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit as it is asked for, in the words of `earmark edit`."""

    action: str
    """boost, mute, reject, rename, less or exclude."""
    what: Annotated[list[Annotated[str, msgspec.Meta(max_length=1_000)]], msgspec.Meta(max_length=3)]
    """Such as ["dub techno"], ["Some Artist"], ["hours", "22:00-06:30"] or ["days", "2026-01-01", "2026-01-14"]."""
    days: float = 30.0
    """For less: after so many days it is half as much."""
    weekdays: str = ""
    """For hours: on which days they begin, such as "sat,sun"."""
    genre: bool = False
    """For less: it is a micro-genre."""


class Changes(msgspec.Struct, frozen=True):
    """What has changed in a taste since a day."""

    since: str
    changes: tuple[str, ...]


class Versions(msgspec.Struct, frozen=True):
    """When a taste was kept, the oldest first."""

    versions: list[VersionRecord]


class Doubts(msgspec.Struct, frozen=True):
    """What may not be the listener's taste. Nothing is left out until they say so."""

    doubts: tuple[Suspicion, ...]


Day = Annotated[str, Query(min_length=10, max_length=10, description="Such as 2026-11-01.")]
Number = Annotated[int, Path(ge=1, le=LARGEST, description="Of the edit.")]


@router.get("/listeners/{listener}/taste", **described(Taste, problems=(404,)))
def taste(
    account: Themselves,
    service: Here,
    on: Annotated[Day | None, Query(description="As it was at the end of this day.")] = None,
) -> Response:
    """Micro-genres with what proves them, traits, favourites, edits: as the record is now, or was on a day."""
    if on is not None:
        zone = service.house.store.find_listener(account.name).time_zone
        return reply(version_at(service.house, account.name, end_of_day(on, zone))[1])
    return reply(taste_of(service.house, account.name, live_build(service)))


@router.get("/listeners/{listener}/taste/versions", **described(Versions, problems=(404,)))
def versions(account: Themselves, service: Here) -> Response:
    """The days of which the taste is kept."""
    return reply(Versions(service.house.store.edits.versions(account.listener)))


@router.get("/listeners/{listener}/taste/changes", **described(Changes, problems=(404,)))
def changes(account: Themselves, service: Here, since: Day) -> Response:
    """What has changed since a day, in words."""
    zone = service.house.store.find_listener(account.name).time_zone
    _, then = version_at(service.house, account.name, end_of_day(since, zone))
    now = taste_of(service.house, account.name, live_build(service))
    return reply(Changes(since, differences(then, now)))


@router.get("/listeners/{listener}/taste/doubts", **described(Doubts, problems=(404,)))
def doubts(account: Themselves, service: Here) -> Response:
    """What may not be the listener's taste: sleep noise, children's songs, a party, somebody else's music."""
    listener = service.house.store.find_listener(account.name)
    return reply(Doubts(suspicions_of(service.house, listener, live_build(service))))


@router.post("/listeners/{listener}/taste/edits", **described(EditTold, takes=Wish, problems=(400, 404, 409)))
def edit(account: Themselves, service: Here, wish: Annotated[Wish, body(Wish)]) -> Response:
    """Change the taste; all recommendations follow at once."""
    return reply(make(service.house, account.name, _edit(service, account, wish), live_build(service)))


@router.post(
    "/listeners/{listener}/taste/edits/preview",
    **described(EditPreview, takes=Wish, problems=(400, 404, 409)),
)
def look(account: Themselves, service: Here, wish: Annotated[Wish, body(Wish)]) -> Response:
    """What an edit would change; nothing is saved."""
    return reply(preview(service.house, account.name, _edit(service, account, wish), live_build(service)))


@router.get("/listeners/{listener}/taste/edits/{number}/undoing", **described(EditPreview, problems=(404,)))
def undoing(account: Themselves, service: Here, number: Number) -> Response:
    """What taking an edit back would change."""
    return reply(preview_undoing(service.house, account.name, number, live_build(service)))


@router.delete("/listeners/{listener}/taste/edits/{number}", **described(EditTold, problems=(404,)))
def take_back(account: Themselves, service: Here, number: Number) -> Response:
    """Take an edit back."""
    return reply(undo(service.house, account.name, number, live_build(service)))


def _edit(service: Service, account: AccountRecord, wish: Wish) -> Edit:
    """The edit that is wished for; 404 for what is not there, or is only for others to know."""
    wanted = Wanted(wish.action, tuple(wish.what), wish.days, wish.weekdays, wish.genre)
    try:
        edit = understood(service.house, account.name, wanted, live_build(service))
    except UnknownNameError as error:
        # Its remedy names what is near in the whole record, some of which is only others' to know.
        raise ProblemError(404, error.what) from None
    match edit:
        case Less(song=int(song)) | Exclude(AllOfSong(song)):
            if not seen_songs(service, account.listener, [SongId(song)]):
                raise ProblemError(404, "There is no such song.")
        case Less(artist=int(artist)) | Exclude(AllByArtist(artist)):
            seen_artist(service, account, artist)
    return edit
