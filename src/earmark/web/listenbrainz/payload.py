"""What players submit, checked as ListenBrainz checks it, and more leniently where players are known to err.

The limits are those of ListenBrainz: https://listenbrainz.readthedocs.io/en/latest/users/json.html. Lenient is: a
``release_name`` of null, and keys that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec

from earmark.listening.listens import Listen, UnixMs
from earmark.music.items import Track
from earmark.sources.checks import RowFaultError
from earmark.sources.listenbrainz import Info, Metadata, device_told, ms_played_told, track_told
from earmark.web.listenbrainz.errors import bad_request

MOST_LISTENS: Final = 1_000
MOST_LISTEN_BYTES: Final = 10_240
MOST_BYTES: Final = MOST_LISTENS * MOST_LISTEN_BYTES
EARLIEST_S: Final = 1_033_430_400
"""2002-10-01, the first day of Audioscrobbler."""
AHEAD_S: Final = 3_600
"""How far a player's clock may be ahead."""
MOST_TAGS: Final = 50
MOST_TAG_LETTERS: Final = 64
LONGEST_S: Final = 24 * 86_400
MBIDS: Final = ("release_mbid", "recording_mbid", "release_group_mbid", "track_mbid")
MBID_LISTS: Final = ("artist_mbids", "work_mbids")
_MBID: Final = re.compile("[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


class Kind(StrEnum):
    """Why listens are submitted."""

    SINGLE = "single"
    PLAYING_NOW = "playing_now"
    IMPORT = "import"


@dataclass(frozen=True)
class Submission:
    """What a player told.

    ``tracks`` are named by plays (``listens``, one each), or by what sounds now, of which there are no plays but the
    player's own words (``metadata``).
    """

    kind: Kind
    tracks: tuple[Track, ...]
    listens: tuple[Listen, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


class _Document(msgspec.Struct, gc=False):
    listen_type: Any = None
    payload: msgspec.Raw = msgspec.Raw()


class _Info(Info, gc=False):
    """What clients add and we check."""

    tags: Any = None
    release_mbid: Any = None
    release_group_mbid: Any = None
    track_mbid: Any = None
    artist_mbids: Any = None
    work_mbids: Any = None


class _Words(msgspec.Struct, gc=False):
    artist_name: Any = None
    track_name: Any = None
    release_name: Any = None
    additional_info: _Info | None = None


class _Told(msgspec.Struct, gc=False):
    track_metadata: _Words | None = None
    listened_at: Any = msgspec.UNSET


_document: Final = msgspec.json.Decoder(_Document)
_payload: Final = msgspec.json.Decoder(list[_Told])


def read_submission(body: bytes, now: UnixMs) -> Submission:
    """What was submitted.

    Raises:
        ApiError: it does not fit; the sentence says what.
    """
    kind, raw = _outermost(body)
    try:
        payload = _payload.decode(raw)
    except msgspec.ValidationError as error:
        raise bad_request(f"payload: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"Cannot parse JSON document: {error}") from None
    if b"\\u0000" in body and "\0" in _strings(msgspec.json.decode(raw)):
        raise bad_request("A string holds the character NUL (0).")
    if kind is not Kind.IMPORT and len(payload) != 1:
        raise bad_request(f"Exactly one listen must be submitted with listen_type {kind}.")
    if len(payload) > MOST_LISTENS:
        raise bad_request(f"Too many listens. You may not submit more than {MOST_LISTENS} listens at once.")
    if len(body) > max(len(payload), 1) * MOST_LISTEN_BYTES:
        raise bad_request(f"Payload too large. A listen may not be over {MOST_LISTEN_BYTES} bytes.")
    if kind is Kind.PLAYING_NOW:
        track, _ = _sounding(payload[0])
        if payload[0].listened_at is not msgspec.UNSET:
            raise bad_request("listened_at must not be there in a listen of type playing_now.")
        return Submission(kind, (track,), metadata=msgspec.json.decode(raw)[0]["track_metadata"])
    listens = tuple(_listen(one, now) for one in payload)
    return Submission(kind, tuple(track for track, _ in listens), tuple(listen for _, listen in listens))


def duration_s(metadata: Mapping[str, Any]) -> int | None:
    """How long the recording is, if the player said so; of metadata that was checked."""
    info = metadata.get("additional_info") or {}
    if info.get("duration") is not None:
        return int(info["duration"])
    return None if info.get("duration_ms") is None else int(info["duration_ms"]) // 1_000


def _outermost(body: bytes) -> tuple[Kind, msgspec.Raw]:
    """Why listens are submitted, and the list of them, not yet read."""
    try:
        document = _document.decode(body)
    except msgspec.ValidationError:
        document = _Document()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"Cannot parse JSON document: {error}") from None
    if document.listen_type is None or not document.payload:
        raise bad_request("JSON document must contain listen_type and payload keys.")
    try:
        kind = Kind(document.listen_type)
    except ValueError:
        raise bad_request("JSON document requires a valid listen_type key.") from None
    if not bytes(document.payload).startswith(b"["):
        raise bad_request("The payload must be a list of listens.")
    return kind, document.payload


def _strings(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_strings(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return "".join(map(_strings, value))
    return value if isinstance(value, str) else ""


def _sounding(told: _Told) -> tuple[Track, int | None]:
    """The track that a listen names, and for how many ms it sounded, if the player said so."""
    words = told.track_metadata
    if words is None:
        raise bad_request("JSON document must contain the key track_metadata.")
    for key, name in (("artist_name", words.artist_name), ("track_name", words.track_name)):
        if not isinstance(name, str) or not name.strip():
            raise bad_request(f"JSON document does not contain required track_metadata.{key}.")
    if words.release_name is not None and not isinstance(words.release_name, str):
        raise bad_request("track_metadata.release_name must be a single string.")
    info = words.additional_info
    if info is not None:
        _check_info(info)
    metadata = Metadata(words.artist_name, words.track_name, words.release_name, additional_info=info)
    try:
        return track_told(metadata), ms_played_told(info) if info else None
    except RowFaultError as fault:
        raise bad_request(f"track_metadata: {fault.cause} {fault.detail}".strip()) from None


def _listen(told: _Told, now: UnixMs) -> tuple[Track, Listen]:
    track, ms_played = _sounding(told)
    at = told.listened_at
    if not isinstance(at, int) or isinstance(at, bool):
        raise bad_request("JSON document must contain the key listened_at, a whole number of Unix seconds.")
    if at < EARLIEST_S:
        raise bad_request(f"Value for key listened_at is too low: {at} is before {EARLIEST_S} (2002-10-01).")
    if at >= now // 1_000 + AHEAD_S:
        raise bad_request(f"Value for key listened_at is too high: {at} is more than an hour ahead.")
    info = told.track_metadata.additional_info if told.track_metadata else None
    device = device_told(info) if info else None
    return track, Listen(track, UnixMs(at * 1_000), ms_played, device=device)


def _check_info(info: _Info) -> None:
    _check_duration(info)
    if info.tags:
        _check_tags(info.tags)
    for key in MBIDS:
        if (value := getattr(info, key)) is not None:
            _check_mbid(key, value)
    for key in MBID_LISTS:
        if several := getattr(info, key):
            for one in several if isinstance(several, list) else [several]:
                _check_mbid(key, one)


def _check_tags(tags: Any) -> None:
    if not isinstance(tags, list) or len(tags) > MOST_TAGS:
        raise bad_request(f"tags must be a list of at most {MOST_TAGS}.")
    if any(not isinstance(tag, str) or len(tag) > MOST_TAG_LETTERS for tag in tags):
        raise bad_request(f"A tag must be a string of at most {MOST_TAG_LETTERS} characters.")


def _check_duration(info: _Info) -> None:
    if info.duration is not None and info.duration_ms is not None:
        raise bad_request("JSON document should not contain both duration and duration_ms.")
    if info.duration is not None:
        info.duration = _length("duration", info.duration, LONGEST_S)
    if info.duration_ms is not None:
        info.duration_ms = _length("duration_ms", info.duration_ms, LONGEST_S * 1_000)


def _length(key: str, value: Any, most: int) -> int:
    if (number := _whole(value)) is None or not 0 < number <= most:
        raise bad_request(f"Value for key {key} must be a positive whole number of at most {most}.")
    return number


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _check_mbid(key: str, value: Any) -> None:
    if value in (None, ""):
        return
    if not isinstance(value, str) or _MBID.fullmatch(value) is None:
        raise bad_request(f"Value for key {key} is not a valid MusicBrainz id.")
