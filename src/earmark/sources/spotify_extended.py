"""Spotify's extended streaming history: every play ever, with how it ended.

What its fields mean, where that is not obvious:

- ``ts`` is when the play ended. It began ``ms_played`` earlier.
- ``offline_timestamp`` is when a play began on the device: seconds, in the endsong years milliseconds, also
  0, null, a float or text. Offline plays are reported when the device is back online, so for them, and only
  for them, it is believed where it says that the play began well before ``ts`` does. A device must go online
  every 30 days, so anything older is a broken clock.
- ``master_metadata_*`` is null on rows of podcasts and audiobooks.
- ``reason_end`` was ``none`` for years, and ``skipped`` null.

The row holds addresses and device names too; fields that are not listed in `_Row` are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from earmark.listening.listens import LONGEST_PLAY_MS, Ending, Listen, Origin, UnixMs
from earmark.music.items import Chapter, Episode, Item
from earmark.sources.batch import Batch
from earmark.sources.checks import (
    NO_DATE,
    NO_TITLE,
    UNREADABLE_DATE,
    RowFaultError,
    Window,
    clean,
    play_length,
    track_of,
)
from earmark.sources.files import SourceFile
from earmark.sources.gathering import gathered
from earmark.sources.json_rows import Block, read_rows
from earmark.sources.times import iso_moment, unix_moment

ORIGIN: Final = Origin("spotify-extended", 1_000)

_ENDINGS: Final[dict[str | None, Ending]] = {
    "trackdone": Ending.COMPLETED,
    "fwdbtn": Ending.SKIPPED,
    "backbtn": Ending.SKIPPED,
    "clickrow": Ending.SKIPPED,
    "clickside": Ending.SKIPPED,
    "endplay": Ending.STOPPED,
    "logout": Ending.STOPPED,
    "remote": Ending.STOPPED,
    "playbtn": Ending.STOPPED,
    "trackerror": Ending.STOPPED,
    "unexpected-exit": Ending.STOPPED,
    "unexpected-exit-while-paused": Ending.STOPPED,
}
"""Every other reason ("unknown", "none", empty, null) says nothing."""

_UPLOAD_DELAY_MS: Final = 5 * 60_000
_LONGEST_OFFLINE_MS: Final = 30 * 86_400_000
_MOST_REMEMBERED: Final = 1 << 16


class _Row(msgspec.Struct, gc=False):
    ts: str | None = None
    ms_played: int | float | None = None
    title: str | None = msgspec.field(name="master_metadata_track_name", default=None)
    artist: str | None = msgspec.field(name="master_metadata_album_artist_name", default=None)
    release: str | None = msgspec.field(name="master_metadata_album_album_name", default=None)
    uri: str | None = msgspec.field(name="spotify_track_uri", default=None)
    episode_name: str | None = None
    episode_show_name: str | None = None
    spotify_episode_uri: str | None = None
    audiobook_title: str | None = None
    audiobook_uri: str | None = None
    audiobook_chapter_title: str | None = None
    audiobook_chapter_uri: str | None = None
    reason_end: str | None = None
    skipped: bool | int | None = None
    offline: bool | int | None = None
    offline_timestamp: int | float | str | None = None
    incognito_mode: bool | int | None = None
    platform: str | None = None


def read_extended(file: SourceFile, window: Window, items: Items) -> Iterator[Batch]:
    """The plays of one ``Streaming_History_*.json`` or ``endsong_*.json``; ``items`` serves all files of a download.

    Raises:
        UnreadableInputError: it is not JSON, or its compressed data is damaged.
    """
    yield from gathered(_batch(file.name, block, window, items) for block in read_rows(file, _Row))


def _batch(name: str, block: Block[_Row], window: Window, items: Items) -> Batch:
    listens: list[Listen] = []
    skipped = block.skipped
    earliest, latest = window.earliest, window.latest
    count = block.count
    for number, row in zip(block.numbers, block.rows, strict=True):
        try:
            ts = row.ts
            if ts is None:
                raise RowFaultError(NO_DATE)
            ended_at = iso_moment(ts)
            ms_played = row.ms_played
            if type(ms_played) is not int or not 0 <= ms_played <= LONGEST_PLAY_MS:
                ms_played = play_length(ms_played)
            started_at = ended_at - ms_played
            if row.offline and row.offline_timestamp:
                started_at = _began_offline(row.offline_timestamp, started_at)
            if not earliest <= started_at <= latest:
                window.check(started_at)
            item = items[row.artist, row.title, row.release, row.uri] if row.title else _spoken(row)
            ending = _ENDINGS.get(row.reason_end, Ending.UNKNOWN)
            if row.skipped and ending is not Ending.COMPLETED:
                ending = Ending.SKIPPED
            private = bool(row.incognito_mode)
            listens.append(Listen(item, UnixMs(started_at), ms_played, ending, private, device=row.platform))
        except RowFaultError as fault:
            skipped.append(fault.at(name, number))
        except (ValueError, OverflowError):
            skipped.append(RowFaultError(UNREADABLE_DATE, row.ts).at(name, number))
    return Batch(name, ORIGIN, count, listens, skipped=skipped, bytes_read=block.bytes_read)


class Items(dict[tuple[str | None, str | None, str | None, str | None], Item]):
    """Tracks by the names a row gives them: each is checked and built once, however often it is played."""

    def __missing__(self, key: tuple[str | None, str | None, str | None, str | None]) -> Item:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        track = self[key] = track_of(*key)
        return track


def _spoken(row: _Row) -> Item:
    """What a row plays that names no track."""
    if episode := clean(row.episode_name):
        return Episode(clean(row.episode_show_name) or episode, episode, clean(row.spotify_episode_uri))
    chapter, book = clean(row.audiobook_chapter_title), clean(row.audiobook_title)
    if chapter or book:
        uri = clean(row.audiobook_chapter_uri) or clean(row.audiobook_uri)
        return Chapter(book or chapter or "", chapter or book or "", uri)
    raise RowFaultError(NO_TITLE, row.artist or "")


def _began_offline(stamp: float | str, started_at: int) -> int:
    """When an offline play began: by the device's clock where that is believable, else as ``ts`` has it."""
    try:
        device = unix_moment(float(stamp))
    except (ValueError, OverflowError):
        return started_at
    delay = started_at - device
    return device if _UPLOAD_DELAY_MS < delay < _LONGEST_OFFLINE_MS else started_at
