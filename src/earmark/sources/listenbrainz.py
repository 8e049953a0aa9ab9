"""ListenBrainz: the export zip (``listens/YYYY/M.jsonl``, ``feedback.jsonl``), and bare files of listens.

``listened_at`` is when a play started. Feedback names recordings by id alone, so its words come from the
listens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources.batch import Batch
from earmark.sources.checks import (
    LONGEST_NAME,
    NO_DATE,
    NO_TITLE,
    RowFaultError,
    Window,
    play_length,
    track_of,
    window,
)
from earmark.sources.files import SourceFile
from earmark.sources.gathering import gathered
from earmark.sources.json_rows import Block, read_rows
from earmark.sources.shapes import base_name, field_names, is_json
from earmark.sources.times import moment_of, unix_moment

TITLE: Final = "a ListenBrainz export"

ORIGIN: Final = Origin("listenbrainz", 1_000)

UNKNOWN_RECORDING: Final = "feedback on a recording that is not among the listens"
NO_VERDICT: Final = "feedback without a verdict"

_VERDICTS: Final = {1: Verdict.LOVE, -1: Verdict.HATE}
_COMPANIONS: Final = frozenset({"user.json", "pinned_recording.jsonl"})
_LISTENS_FILE: Final = re.compile(r"(?:.*/)?listens/\d{4}/\d{1,2}\.jsonl(?:\.gz)?")
_SPOTIFY_TRACK: Final = re.compile(r"https?://open\.spotify\.com/track/([0-9A-Za-z]{22})", re.ASCII)
_MOST_SECONDS_PLAYED: Final = 20_000
"""``duration_played`` is in seconds, but some clients send milliseconds: larger numbers are those."""


class Info(msgspec.Struct, gc=False):
    """What clients add; none of it has a fixed kind."""

    duration_ms: Any = None
    duration: Any = None
    ms_played: Any = None
    duration_played: Any = None
    spotify_id: Any = None
    recording_mbid: Any = None
    recording_msid: Any = None
    media_player: Any = None
    submission_client: Any = None


class _Mapped(msgspec.Struct, gc=False):
    recording_mbid: str | None = None


class Metadata(msgspec.Struct, gc=False):
    """The words of a recording, in an export as in the API."""

    artist_name: str | None = None
    track_name: str | None = None
    release_name: str | None = None
    recording_msid: str | None = None
    additional_info: Info | None = None
    mbid_mapping: _Mapped | None = None


class _Listen(msgspec.Struct, gc=False):
    listened_at: int | float | str | None = None
    recording_msid: str | None = None
    track_metadata: Metadata | None = None


class _Opinion(msgspec.Struct, gc=False):
    score: int | None = None
    created: int | float | None = None
    recording_mbid: str | None = None
    recording_msid: str | None = None
    track_metadata: Metadata | None = None


Recordings = dict[str, Track | None]
"""Recording id → its track, for the ids that feedback asks for; None until a listen has named it."""


def recognises(name: str, head: bytes) -> bool:
    """Whether a file belongs to an export or holds listens in its form."""
    return _kind(name, head) is not None


def _kind(name: str, head: bytes) -> str | None:
    if not is_json(head):
        return None
    fields, own = field_names(head), base_name(name)
    if {b"listened_at", b"track_metadata"} <= fields:
        return "listens"
    if b"score" in fields and fields & {b"recording_msid", b"recording_mbid"}:
        return "feedback"
    if own in _COMPANIONS and fields & {b"username", b"user_id", b"recording_msid", b"recording_mbid"}:
        return "companion"
    if len(head) < 512 and not head.rstrip().endswith((b"}", b"]")) and _LISTENS_FILE.fullmatch(name):
        return "listens"
    return None


def read(files: Sequence[SourceFile], now: UnixMs | None) -> Iterator[Batch]:
    """What the files say: the listens first, then the feedback that is about them.

    Raises:
        UnreadableInputError: a file's compressed data is damaged.
    """
    possible = window(now)
    kinds = [(file, _kind(file.name, file.head())) for file in files]
    opinions = [file for file, kind in kinds if kind == "feedback"]
    recordings: Recordings = {}
    for file in opinions:
        for block in read_rows(file, _Opinion):
            recordings.update(
                {id_: None for row in block.rows for id_ in (row.recording_msid, row.recording_mbid) if id_}
            )
    for file, kind in kinds:
        if kind == "listens":
            yield from _listens(file, possible, recordings)
        elif kind == "companion":
            yield Batch(file.name, ORIGIN, bytes_read=file.size)
    for file in opinions:
        yield from gathered(
            _feedback(file.name, block, possible, recordings) for block in read_rows(file, _Opinion)
        )


def _listens(file: SourceFile, possible: Window, recordings: Recordings) -> Iterator[Batch]:
    blocks = read_rows(file, _Listen)
    return gathered(_batch(file.name, block, possible, recordings) for block in blocks)


def _batch(file: str, block: Block[_Listen], possible: Window, recordings: Recordings) -> Batch:
    batch = Batch(file, ORIGIN, block.count, skipped=block.skipped, bytes_read=block.bytes_read)
    for number, row in zip(block.numbers, block.rows, strict=True):
        try:
            listen = _listen(row, possible)
        except RowFaultError as fault:
            batch.skipped.append(fault.at(file, number))
            continue
        batch.listens.append(listen)
        if recordings and isinstance(listen.item, Track):
            for id_ in _ids(row):
                if id_ in recordings:
                    recordings[id_] = listen.item
    return batch


def _listen(row: _Listen, possible: Window) -> Listen:
    if row.track_metadata is None:
        raise RowFaultError(NO_TITLE)
    stamp = row.listened_at
    if stamp is None:
        raise RowFaultError(NO_DATE)
    started_at = possible.check(moment_of(stamp) if isinstance(stamp, str) else unix_moment(stamp))
    track = track_told(row.track_metadata)
    info = row.track_metadata.additional_info
    if info is None:
        return Listen(track, started_at)
    return Listen(track, started_at, ms_played_told(info), device=device_told(info))


def device_told(info: Info) -> str | None:
    """What played it, in the client's own words: the player, or else the program that told of it."""
    for name in (info.media_player, info.submission_client):
        if isinstance(name, str) and name.strip():
            return name
    return None


def track_told(metadata: Metadata) -> Track:
    """The track that these words name.

    Raises:
        RowFaultError: they name none, or are too long.
    """
    info = metadata.additional_info or Info()
    duration_ms = _number(info.duration_ms)
    if duration_ms is None and (seconds := _number(info.duration)) is not None:
        duration_ms = seconds * 1_000
    return track_of(
        metadata.artist_name,
        metadata.track_name,
        metadata.release_name,
        _uri(info),
        None if duration_ms is None else round(duration_ms),
    )


def _uri(info: Info) -> str | None:
    if isinstance(info.spotify_id, str) and (match := _SPOTIFY_TRACK.match(info.spotify_id)):
        return f"spotify:track:{match[1]}"
    if isinstance(info.recording_mbid, str) and 0 < len(info.recording_mbid) < LONGEST_NAME // 2:
        return f"https://musicbrainz.org/recording/{info.recording_mbid}"
    return None


def ms_played_told(info: Info) -> int | None:
    """How long it sounded, if a client said so.

    Raises:
        RowFaultError: it cannot be true.
    """
    ms_played = _number(info.ms_played)
    if ms_played is None and (played := _number(info.duration_played)) is not None:
        ms_played = played * 1_000 if played <= _MOST_SECONDS_PLAYED else played
    return None if ms_played is None else play_length(ms_played)


def _number(value: Any) -> float | None:
    """A number that a client sent as a number or as text; None for anything else."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def _ids(row: _Listen) -> Iterator[str]:
    metadata = row.track_metadata or Metadata()
    info, mapped = metadata.additional_info or Info(), metadata.mbid_mapping or _Mapped()
    for id_ in (
        row.recording_msid,
        metadata.recording_msid,
        info.recording_msid,
        info.recording_mbid,
        mapped.recording_mbid,
    ):
        if isinstance(id_, str):
            yield id_


def _feedback(file: str, block: Block[_Opinion], possible: Window, recordings: Recordings) -> Batch:
    batch = Batch(file, ORIGIN, block.count, skipped=block.skipped, bytes_read=block.bytes_read)
    for number, row in zip(block.numbers, block.rows, strict=True):
        try:
            verdict = _VERDICTS.get(row.score or 0)
            if verdict is None:
                raise RowFaultError(NO_VERDICT, row.score)
            track = track_told(row.track_metadata) if row.track_metadata else _known(row, recordings)
            at = None if row.created is None else possible.check(unix_moment(row.created))
            batch.feedback.append(Feedback(verdict, track, at=at))
        except RowFaultError as fault:
            batch.skipped.append(fault.at(file, number))
    return batch


def _known(row: _Opinion, recordings: Recordings) -> Track:
    for id_ in (row.recording_msid, row.recording_mbid):
        if id_ and (track := recordings.get(id_)):
            return track
    raise RowFaultError(UNKNOWN_RECORDING, row.recording_msid or row.recording_mbid or "")
