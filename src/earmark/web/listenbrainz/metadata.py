"""What the record knows of recordings, by artist and title or by id: it stands in for MusicBrainz's own catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.music.items import Track
from earmark.music.names import track_key
from earmark.store.port import ListenerId
from earmark.store.tracks import TrackRecord
from earmark.web.auth import Here
from earmark.web.listenbrainz.documents import read_document
from earmark.web.listenbrainz.errors import bad_request
from earmark.web.listenbrainz.naming import recordings_meant
from earmark.web.listenbrainz.recordings import id_of, mbid_of
from earmark.web.listenbrainz.who import Asking
from earmark.web.replies import reply
from earmark.web.seeing import seen_songs
from earmark.web.service import Service

MOST_LOOKUPS: Final = 50
MOST_RECORDINGS: Final = 1_000
LONGEST: Final = 1_000
"""Letters of a name."""
PARTS: Final = ("artist", "tag", "release", "recording", "release_group")

router = APIRouter(tags=["ListenBrainz: metadata"])


class _Named(msgspec.Struct):
    artist_name: str | None = None
    recording_name: str | None = None
    release_name: str | None = None


class _Lookups(msgspec.Struct):
    recordings: list[_Named] = []


class _Recordings(msgspec.Struct):
    recording_mbids: list[str] | None = None
    inc: str = ""


# Some clients leave the last slash out, and not all that ask follow redirections.
@router.get("/metadata/lookup")
@router.get("/metadata/lookup/")
def lookup(
    account: Asking,
    service: Here,
    artist_name: str = "",
    recording_name: str = "",
    release_name: str | None = None,
    metadata: bool = False,
    inc: str = "",
) -> Response:
    """The recording that goes by these names, in any spelling that names the same song; nothing if there is none."""
    asked = _checked(_Named(artist_name, recording_name, release_name), "")
    parts = _parts(inc) if metadata else ()
    (found,) = _found(service, account.listener, [asked])
    if found is None:
        return reply({})
    told = _told(found)
    return reply(told | {"metadata": _described(found, parts)} if metadata else told)


@router.post("/metadata/lookup")
@router.post("/metadata/lookup/")
async def lookup_many(request: Request, account: Asking, service: Here) -> Response:
    """The same of several, each answered under the names that were asked for."""
    asked = (await read_document(request, _Lookups)).recordings
    if not asked:
        raise bad_request("recordings is invalid or not present in body")
    if len(asked) > MOST_LOOKUPS:
        raise bad_request(f"Number of recordings in request body exceeds maximum permitted. ({MOST_LOOKUPS})")
    tracks = [_checked(one, f"Recording {n} ") for n, one in enumerate(asked)]
    found = await run_in_threadpool(_found, service, account.listener, tracks)
    return reply(
        [
            {
                "artist_name_arg": one.artist_name,
                "recording_name_arg": one.recording_name,
                "release_name_arg": one.release_name,
                "index": n,
            }
            | (_told(track) if track else {})
            for n, (one, track) in enumerate(zip(asked, found, strict=True))
        ]
    )


@router.get("/metadata/recording")
@router.get("/metadata/recording/")
def recording(account: Asking, service: Here, recording_mbids: str | None = None, inc: str = "") -> Response:
    """What is known of recordings, named by ids with commas between; those unknown are left out."""
    if recording_mbids is None:
        raise bad_request(
            "recording_mbids argument must be present and contain a comma separated list of recording_mbids"
        )
    return _recordings(service, account.listener, [one.strip() for one in recording_mbids.split(",")], inc)


@router.post("/metadata/recording")
@router.post("/metadata/recording/")
async def recording_many(request: Request, account: Asking, service: Here) -> Response:
    """The same of as many as do not fit into an address."""
    asked = await read_document(request, _Recordings)
    if not asked.recording_mbids:
        raise bad_request("At least one valid recording_mbid must be present.")
    return await run_in_threadpool(_recordings, service, account.listener, asked.recording_mbids, asked.inc)


def _recordings(service: Service, listener: ListenerId, ids: Sequence[str], inc: str) -> Response:
    parts = _parts(inc)
    if len(ids) > MOST_RECORDINGS:
        raise bad_request(
            f"Maximum number of recordings_mbids that can be fetched at once is {MOST_RECORDINGS}"
        )
    found = zip(ids, recordings_meant(service, listener, ids), strict=True)
    return reply({one: _described(track, parts) for one, track in found if track})


def _checked(asked: _Named, which: str) -> Track:
    """What is asked for.

    Raises:
        ApiError: a name is missing or endless.
    """
    for name in ("artist_name", "recording_name"):
        if not (getattr(asked, name) or "").strip():
            raise bad_request(f"{which}{name} is invalid or not present in arguments")
    names = (asked.artist_name or "", asked.recording_name or "", asked.release_name or "")
    if max(map(len, names)) > LONGEST:
        raise bad_request(f"{which}names must have at most {LONGEST} characters")
    return Track(names[0], names[1], release=names[2] or None)


def _found(service: Service, listener: ListenerId, asked: Sequence[Track]) -> list[TrackRecord | None]:
    store = service.house.store
    songs = store.known_songs(asked)
    seen = seen_songs(service, listener, [song for song in songs if song is not None])
    versions = store.tracks.versions(sorted(seen))
    return [
        _best(versions.get(song, []), one) if song is not None else None
        for song, one in zip(songs, asked, strict=True)
    ]


def _best(versions: Sequence[TrackRecord], asked: Track) -> TrackRecord | None:
    """The version asked for by its title, then by its release; one with a MusicBrainz id, if several would do."""
    title, release = track_key(asked.title), track_key(asked.release or "-")
    return min(
        versions,
        key=lambda one: (
            track_key(one.title) != title,
            track_key(one.release or "-") != release,
            mbid_of(one.uri) is None,
            one.item,
        ),
        default=None,
    )


def _told(found: TrackRecord) -> dict[str, Any]:
    # Clients take any of these keys to be there, be it null.
    return {
        "artist_credit_name": found.artist_name,
        "artist_mbids": [],
        "recording_mbid": id_of(found.item, found.uri),
        "recording_name": found.title,
        "release_mbid": None,
        "release_name": found.release,
    }


def _parts(inc: str) -> tuple[str, ...]:
    parts = tuple(inc.split())
    for part in parts:
        if part not in PARTS:
            raise bad_request(f"invalid inc argument '{part}'. Must be one of {', '.join(PARTS)}.")
    return parts


def _described(found: TrackRecord, parts: Sequence[str]) -> dict[str, Any]:
    credit = {"artist_mbid": None, "name": found.artist_name, "join_phrase": ""}
    told: dict[str, Any] = {
        "recording": {"name": found.title, "length": found.duration_ms, "rels": []},
        "artist": {"artist_credit_id": None, "name": found.artist_name, "artists": [credit]},
        "release": {"mbid": None, "name": found.release, "album_artist_name": found.artist_name},
        "tag": {"artist": [], "recording": [], "release_group": []},
    }
    return {part: about for part, about in told.items() if part == "recording" or part in parts}
