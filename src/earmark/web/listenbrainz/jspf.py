"""Playlists as ListenBrainz reads and tells them: JSPF with the extensions of MusicBrainz.

https://musicbrainz.org/doc/jspf
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType, field

from earmark.listening.listens import UnixMs
from earmark.sources.checks import clean
from earmark.web.listenbrainz.errors import bad_request
from earmark.web.listenbrainz.recordings import identifier_of

PLAYLIST: Final = "https://musicbrainz.org/doc/jspf#playlist"
TRACK: Final = "https://musicbrainz.org/doc/jspf#track"
_ADDRESS: Final = "https://listenbrainz.org/playlist/"
"""Clients take the id from behind the last slash, whatever stands before it."""
LONGEST_TITLE: Final = 1_000
LONGEST_ANNOTATION: Final = 10_000


class TrackTold(msgspec.Struct):
    """A track, as a client names it."""

    identifier: str | list[str] | None = None
    creator: str | None = None
    title: str | None = None
    album: str | None = None
    duration: int | float | None = None

    def identifiers(self) -> list[str]:
        """All that are told; clients of old tell one without a list around it."""
        return [self.identifier] if isinstance(self.identifier, str) else self.identifier or []


class _Wishes(msgspec.Struct):
    public: bool | None = None
    collaborators: list[str] | None = None
    created_for: str | None = None


class _Extensions(msgspec.Struct):
    playlist: _Wishes | None = field(default=None, name=PLAYLIST)


class PlaylistTold(msgspec.Struct):
    """A playlist, or what is to be changed of one, as a client tells of it."""

    title: str | None = None
    annotation: str | UnsetType | None = UNSET
    track: list[TrackTold] = []
    created_for: str | None = None
    extension: _Extensions | None = None

    @property
    def wishes(self) -> _Wishes:
        """What the extension says."""
        return (self.extension and self.extension.playlist) or _Wishes()


class Document(msgspec.Struct):
    """What a client sends."""

    playlist: PlaylistTold | None = None

    def checked(self) -> PlaylistTold:
        """What it says.

        Raises:
            ApiError: there is no playlist in it, or something is too long.
        """
        told = self.playlist
        if told is None:
            raise bad_request("JSPF playlist requires 'playlist' element")
        title = clean(told.title)
        if told.title is not None and title is None:
            raise bad_request("JSPF playlist must contain a title element with the title of the playlist.")
        if len(title or "") > LONGEST_TITLE:
            raise bad_request(f"The title of a playlist has at most {LONGEST_TITLE} characters.")
        if told.annotation and len(told.annotation) > LONGEST_ANNOTATION:
            raise bad_request(f"The annotation of a playlist has at most {LONGEST_ANNOTATION} characters.")
        if told.wishes.collaborators:
            raise bad_request("Playlists have no collaborators here: leave the list of them empty.")
        noted = told.annotation if told.annotation is UNSET else clean(told.annotation)
        return msgspec.structs.replace(told, title=title, annotation=noted)


class SheetTrack(msgspec.Struct, frozen=True, gc=False):
    """A track of a playlist that is shown; ``annotation`` is why it is there, where somebody said so."""

    item: int
    artist: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None
    annotation: str | None = None


class Sheet(msgspec.Struct, frozen=True):
    """A playlist that is shown, whoever made it. ``metadata`` is what there is to say of how it was made."""

    uuid: str
    title: str
    creator: str
    made_at: UnixMs
    changed_at: UnixMs
    public: bool
    annotation: str | None = None
    created_for: str | None = None
    metadata: dict[str, Any] | None = None
    tracks: Sequence[SheetTrack] = ()

    @property
    def identifier(self) -> str:
        """Its address, as ListenBrainz writes it."""
        return f"{_ADDRESS}{self.uuid}"

    def jspf(self, *, words: bool = True) -> dict[str, Any]:
        """The document; without ``words``, tracks have their identifiers only."""
        extension = _said(
            public=self.public,
            creator=self.creator,
            last_modified_at=written(self.changed_at),
            created_for=self.created_for,
            additional_metadata=self.metadata,
        )
        told = _said(
            creator=self.creator,
            title=self.title,
            identifier=self.identifier,
            date=written(self.made_at),
            annotation=self.annotation,
            extension={PLAYLIST: extension},
        )
        return {"playlist": told | {"track": [self._track(one, words=words) for one in self.tracks]}}

    def _track(self, one: SheetTrack, *, words: bool) -> dict[str, Any]:
        told = {
            "identifier": [identifier_of(one.item, one.uri)],
            "extension": {TRACK: {"added_by": self.creator, "additional_metadata": {}}},
        }
        if not words:
            return told
        return told | _said(
            creator=one.artist,
            title=one.title,
            album=one.release,
            duration=one.duration_ms,
            annotation=one.annotation,
        )


def written(moment: UnixMs) -> str:
    """A moment as JSPF writes it."""
    return dt.datetime.fromtimestamp(moment / 1_000, dt.UTC).isoformat()


def _said(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
