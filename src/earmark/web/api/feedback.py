"""What a listener says outright of a song or of an artist. A verdict is on the song, so all its versions share it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import UnixMs
from earmark.music.items import Track
from earmark.sources.checks import RowFaultError, track_of
from earmark.store.pages import JUDGEMENTS, Judgement
from earmark.store.port import ItemId
from earmark.web.api.described import described
from earmark.web.api.music import LARGEST, seen_track
from earmark.web.api.paging import Page, Paging
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply

router = APIRouter(tags=["Feedback"])


class _About:
    """What a verdict is about: the song of an item, the song of an artist and a title, or all of an artist."""

    def __init__(
        self,
        account: Themselves,
        service: Here,
        item: Annotated[int | None, Query(ge=1, le=LARGEST, description="A version of the song.")] = None,
        artist: Annotated[str | None, Query(min_length=1, max_length=1_000)] = None,
        title: Annotated[
            str | None, Query(min_length=1, max_length=1_000, description="Without it, all of the artist.")
        ] = None,
    ) -> None:
        if (item is None) == (artist is None) or (item is not None and title is not None):
            raise ProblemError(422, "Name either an item, or an artist, with a title for a song.")
        if item is not None:
            known = seen_track(service, account, ItemId(item))
            artist, title = known.artist_name, known.title
        try:
            named = track_of(artist, title or "all")
        except RowFaultError as fault:
            raise ProblemError(422, f"That cannot be a name: {fault.cause}.") from None
        self.artist = named.artist
        self.track = None if title is None else Track(named.artist, named.title)

    def feedback(self, verdict: Verdict, at: UnixMs) -> Feedback:
        """A verdict on it."""
        return Feedback(verdict, self.track, None if self.track else self.artist, at)


About = Annotated[_About, Depends()]


@router.get("/listeners/{listener}/feedback", **described(Page[Judgement], problems=(400, 404)))
def given(
    account: Themselves,
    service: Here,
    paging: Paging,
    verdict: Annotated[list[Verdict], Query(description="Only these.")] = [*Verdict],  # noqa: B006
) -> Response:
    """What the listener said, newest first, undated last."""
    pages = service.house.store.pages
    return paging.page(
        lambda beyond, n: pages.judgements(account.listener, sorted(set(verdict)), beyond=beyond, n=n),
        JUDGEMENTS,
    )


@router.put("/listeners/{listener}/feedback/{verdict}", **described(Judgement, problems=(404,)))
def say(account: Themselves, service: Here, verdict: Verdict, about: About) -> Response:
    """Say it. Love and hate of one thing replace each other; the next recommendations follow."""
    store, now = service.house.store, service.now()
    with store.writing() as writer:
        ((item, song),) = writer.items([about.track]) if about.track else ((None, None),)
        writer.add_feedback(account.listener, [about.feedback(verdict, now)])
    if item is None:
        artist = store.tracks.artist_named(about.artist)
        name = store.artists([artist or 0])["artist_name"].item()
        return reply(Judgement(verdict, now, None, None, artist or 0, name, None))
    known = store.tracks.tracks([item])[item]
    return reply(Judgement(verdict, now, song, item, known.artist, known.artist_name, known.title))


@router.delete("/listeners/{listener}/feedback/{verdict}", **described(status=204, problems=(404,)))
def take_back(account: Themselves, service: Here, verdict: Verdict, about: About) -> Response:
    """Take it back; what was never said stays unsaid."""
    store = service.house.store
    song = artist = None
    if about.track:
        (song,) = store.known_songs([about.track])
    else:
        artist = store.tracks.artist_named(about.artist)
    if song or artist:
        with store.writing() as writer:
            writer.take_back(account.listener, song=song, artist=artist, verdict=verdict)
    return Response(status_code=204)
