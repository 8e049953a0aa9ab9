"""What players submit, checked as ListenBrainz checks it, and more leniently where players are known to err.

The limits are those of ListenBrainz: https://listenbrainz.readthedocs.io/en/latest/users/json.html. Lenient is: a
``release_name`` of null, and keys that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from earmark.listening.listens import Listen, UnixMs
from earmark.music.items import Track
from earmark.sources.checks import RowFaultError
from earmark.sources.listenbrainz import Metadata, ms_played_told, track_told
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


def read_submission(body: bytes, now: UnixMs) -> Submission:
    """What was submitted.

    Raises:
        ApiError: it does not fit; the sentence says what.
    """
    document = _document(body)
    try:
        kind = Kind(document["listen_type"])
    except ValueError:
        raise bad_request("JSON document requires a valid listen_type key.") from None
    payload = document["payload"]
    if not isinstance(payload, list):
        raise bad_request("The payload must be a list of listens.")
    if kind is not Kind.IMPORT and len(payload) != 1:
        raise bad_request(f"Exactly one listen must be submitted with listen_type {kind}.")
    if len(payload) > MOST_LISTENS:
        raise bad_request(f"Too many listens. You may not submit more than {MOST_LISTENS} listens at once.")
    if len(body) > max(len(payload), 1) * MOST_LISTEN_BYTES:
        raise bad_request(f"Payload too large. A listen may not be over {MOST_LISTEN_BYTES} bytes.")
    if kind is Kind.PLAYING_NOW:
        metadata = _metadata_of(payload[0])
        if "listened_at" in payload[0]:
            raise bad_request("listened_at must not be there in a listen of type playing_now.")
        return Submission(kind, (_told(metadata)[0],), metadata=metadata)
    told = [_listen(one, now) for one in payload]
    return Submission(kind, tuple(track for track, _ in told), tuple(listen for _, listen in told))


def duration_s(metadata: Mapping[str, Any]) -> int | None:
    """How long the recording is, if the player said so; of metadata that was checked."""
    info = metadata.get("additional_info") or {}
    if info.get("duration") is not None:
        return int(info["duration"])
    return None if info.get("duration_ms") is None else int(info["duration_ms"]) // 1_000


def _document(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"Cannot parse JSON document: {error}") from None
    if not isinstance(told, dict) or not {"listen_type", "payload"} <= told.keys():
        raise bad_request("JSON document must contain listen_type and payload keys.")
    if b"\\u0000" in body and "\0" in _strings(told):
        raise bad_request("A string holds the character NUL (0).")
    return told


def _strings(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_strings(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return "".join(map(_strings, value))
    return value if isinstance(value, str) else ""


def _metadata_of(listen: Any) -> dict[str, Any]:
    if not isinstance(listen, dict):
        raise bad_request("A listen must be a JSON document.")
    metadata = listen.get("track_metadata")
    if not isinstance(metadata, dict):
        raise bad_request("JSON document must contain the key track_metadata.")
    for key in ("artist_name", "track_name"):
        if not isinstance(metadata.get(key), str) or not metadata[key].strip():
            raise bad_request(f"JSON document does not contain required track_metadata.{key}.")
    release = metadata.get("release_name")
    if release is not None and not isinstance(release, str):
        raise bad_request("track_metadata.release_name must be a single string.")
    _check_info(metadata)
    return metadata


def _listen(listen: Any, now: UnixMs) -> tuple[Track, Listen]:
    metadata = _metadata_of(listen)
    at = listen.get("listened_at")
    if not isinstance(at, int) or isinstance(at, bool):
        raise bad_request("JSON document must contain the key listened_at, a whole number of Unix seconds.")
    if at < EARLIEST_S:
        raise bad_request(f"Value for key listened_at is too low: {at} is before {EARLIEST_S} (2002-10-01).")
    if at >= now // 1_000 + AHEAD_S:
        raise bad_request(f"Value for key listened_at is too high: {at} is more than an hour ahead.")
    track, ms_played = _told(metadata)
    return track, Listen(track, UnixMs(at * 1_000), ms_played)


def _told(metadata: dict[str, Any]) -> tuple[Track, int | None]:
    words = msgspec.convert({**metadata, "recording_msid": None, "mbid_mapping": None}, Metadata)
    try:
        return track_told(words), ms_played_told(words.additional_info) if words.additional_info else None
    except RowFaultError as fault:
        raise bad_request(f"track_metadata: {fault.cause} {fault.detail}".strip()) from None


def _check_info(metadata: dict[str, Any]) -> None:
    info = metadata.get("additional_info")
    if info is None:
        return
    if not isinstance(info, dict):
        raise bad_request("track_metadata.additional_info must be a JSON document.")
    _check_duration(info)
    tags = info.get("tags") or []
    if not isinstance(tags, list) or len(tags) > MOST_TAGS:
        raise bad_request(f"tags must be a list of at most {MOST_TAGS}.")
    if any(not isinstance(tag, str) or len(tag) > MOST_TAG_LETTERS for tag in tags):
        raise bad_request(f"A tag must be a string of at most {MOST_TAG_LETTERS} characters.")
    for key in MBIDS:
        _check_mbid(key, info.get(key))
    for key in MBID_LISTS:
        several = info.get(key) or []
        for one in several if isinstance(several, list) else [several]:
            _check_mbid(key, one)


def _check_duration(info: dict[str, Any]) -> None:
    given = [key for key in ("duration", "duration_ms") if info.get(key) is not None]
    if len(given) == 2:
        raise bad_request("JSON document should not contain both duration and duration_ms.")
    for key in given:
        most = LONGEST_S * (1_000 if key == "duration_ms" else 1)
        if (number := _whole(info[key])) is None or not 0 < number <= most:
            raise bad_request(f"Value for key {key} must be a positive whole number of at most {most}.")
        info[key] = number


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _check_mbid(key: str, value: Any) -> None:
    if value in (None, ""):
        return
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise bad_request(f"Value for key {key} is not a valid MusicBrainz id.") from None
