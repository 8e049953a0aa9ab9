"""The recordings that a client names: by MusicBrainz's id, by creator and title, or by an id of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from earmark.music.items import Track
from earmark.sources.checks import RowFaultError, track_of
from earmark.store.port import ItemId, ListenerId
from earmark.store.tracks import TrackRecord
from earmark.web.listenbrainz.errors import ApiError, bad_request
from earmark.web.listenbrainz.jspf import TrackTold
from earmark.web.listenbrainz.recordings import identified, item_of, msid_of, uri_of
from earmark.web.seeing import seen_songs
from earmark.web.service import Service

_UNNAMED: Final = (
    "JSPF playlist track {n} must contain a identifier field having a fully qualified URI to a recording_mbid "
    "(e.g. https://musicbrainz.org/recording/8f3471b5-7e6a-48da-86a9-c1c07a0f47ae), or a creator and a title."
)
_UNKNOWN: Final = (
    "JSPF playlist track {n}: no recording {identifier} is known here. Name it by creator and title as well."
)


def tracks_named(service: Service, listener: ListenerId, told: Sequence[TrackTold]) -> list[Track | ItemId]:
    """What each track is: one of the record that the listener may know of, or a new one in the client's words.

    A MusicBrainz id that the record knows comes first; then the words, which mean the same in every record; then an id
    of ours, which another record may have given to something else.

    Raises:
        ApiError: a track has no name, or one that nothing here goes by.
    """
    meant = [[identified(one) for one in track.identifiers()] for track in told]
    uris = [uri for each in meant for uri in each if isinstance(uri, str)]
    known = service.house.store.tracks.called(uris)
    ours = [item for each in meant for item in each if isinstance(item, int)]
    seen = {track.item for track in _seen(service, listener, ours).values()}
    return [
        _named(n, track, each, known, seen) for n, (track, each) in enumerate(zip(told, meant, strict=True))
    ]


def _named(
    n: int,
    told: TrackTold,
    meant: Sequence[ItemId | str | None],
    known: dict[str, ItemId],
    seen: set[ItemId],
) -> Track | ItemId:
    uris = [one for one in meant if isinstance(one, str)]
    for uri in uris:
        if uri in known:
            return known[uri]
    if told.creator and told.title:
        return _in_words(n, told, uris[0] if uris else None)
    for one in meant:
        if isinstance(one, int):
            if one not in seen:
                raise ApiError(404, _UNKNOWN.format(n=n, identifier=f"urn:uuid:{msid_of(one)}"))
            return one
    if not uris:
        raise bad_request(_UNNAMED.format(n=n))
    raise bad_request(_UNKNOWN.format(n=n, identifier=uris[0]))


def _in_words(n: int, told: TrackTold, uri: str | None) -> Track:
    length = None if told.duration is None else round(min(max(told.duration, 0), 1 << 40))
    try:
        return track_of(told.creator, told.title, told.album, uri, length)
    except RowFaultError as fault:
        raise bad_request(f"JSPF playlist track {n}: {fault.cause}.") from None


def recordings_meant(service: Service, listener: ListenerId, ids: Sequence[str]) -> list[TrackRecord | None]:
    """The track that each id of a recording names, be it ours or MusicBrainz's; None where there is none to be seen.

    Raises:
        ApiError: one is no UUID.
    """
    meant = [_meant(one) for one in ids]
    called = service.house.store.tracks.called([uri for uri in meant if isinstance(uri, str)])
    items = [called.get(one) if isinstance(one, str) else one for one in meant]
    tracks = _seen(service, listener, [item for item in items if item is not None])
    return [None if item is None else tracks.get(item) for item in items]


def _seen(service: Service, listener: ListenerId, items: Sequence[ItemId]) -> dict[ItemId, TrackRecord]:
    tracks = service.house.store.tracks.tracks(items)
    seen = seen_songs(service, listener, [track.song for track in tracks.values()])
    return {item: track for item, track in tracks.items() if track.song in seen}


def recording_meant(service: Service, listener: ListenerId, one: str) -> TrackRecord:
    """The same of one id.

    Raises:
        ApiError: it is no UUID, or nothing here has it.
    """
    (found,) = recordings_meant(service, listener, [one])
    if found is None:
        raise ApiError(404, f"No recording {one} is known here: no player has told of it yet.")
    return found


def _meant(one: str) -> ItemId | str:
    try:
        ours = item_of(one)
        return uri_of(one) if ours is None else ours
    except ValueError:
        raise bad_request(f"{one} is not a valid UUID.") from None
