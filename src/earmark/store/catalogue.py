"""From what a source calls a track, an episode or a chapter to the record's ids, in bulk.

Items that a transaction meets get a code at once, one dictionary look-up each. `Catalogue.resolve` then works
on the distinct ones only, and of these on those that no transaction has met before (`earmark.store.remembered`): names
become keys (`earmark.music.names`), keys are looked up together, and what is new is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from earmark.music.items import Chapter, Episode, Item, Track
from earmark.music.names import artist_key, song_key, track_key
from earmark.store.remembered import Ids, Remembered, forgettings
from earmark.store.rows import BULK, fetch, insert, new_ids, put
from earmark.store.wanted import Row, wanted_keys, wanted_tracks

Key = tuple[int, str]
"""The row above (an artist for a song, a song for a track, else 0) and the key under it."""

Facts = tuple[str | None, str | None, int | None]
"""Release, URI and duration in ms, as far as they are known."""

_NO_FACTS: Final[Facts] = (None, None, None)
_FIND_ALL: Final = """
    SELECT w.n, a.id, s.id, length(s.title), i.id, i.release, i.uri, i.duration_ms FROM wanted_track w
    LEFT JOIN artist a ON a.key = w.artist
    LEFT JOIN song s ON s.artist_id = a.id AND s.key = w.song
    LEFT JOIN item i ON i.song_id = s.id AND i.key = w.track"""
"""Tracks with their songs and artists, as far as they are there."""
_FIND_ARTIST: Final = "SELECT w.n, a.id FROM wanted_key w CROSS JOIN artist a WHERE a.key = w.key"
_FIND_SONG: Final = """
    SELECT w.n, s.id, length(s.title) FROM wanted_key w CROSS JOIN song s
    WHERE s.artist_id = w.parent AND s.key = w.key"""
_FIND_TRACK: Final = """
    SELECT w.n, i.id, i.release, i.uri, i.duration_ms FROM wanted_key w CROSS JOIN item i
    WHERE i.song_id = w.parent AND i.key = w.key"""
_FIND_SPOKEN: Final = """
    SELECT w.n, i.id, i.release, i.uri, i.duration_ms FROM wanted_key w CROSS JOIN item i
    WHERE i.song_id IS NULL AND i.kind = '{kind}' AND i.key = w.key"""
_FILL_GAPS: Final = """
    UPDATE item SET
        release = coalesce(release, ?), uri = coalesce(uri, ?), duration_ms = coalesce(duration_ms, ?)
    WHERE id = ?"""


class _Spoken(NamedTuple):
    """An episode or a chapter, and the show or the book that it belongs to."""

    creator: str
    title: str
    uri: str | None


class _Known:
    """Rows of one kind that this transaction has met, by key."""

    def __init__(self, connection: Connection, table: str, find: str) -> None:
        self._connection = connection
        self._table = table
        self._find = find
        self.ids: dict[Key, int] = {}
        self._absent: set[Key] = set()
        self._childless: set[int] = set()

    def met(self, key: Key, number: int | None) -> None:
        """Note what the record was found to hold under a key; None if nothing."""
        if number is None:
            self._absent.add(key)
        else:
            self.ids[key] = number

    def none_under(self, parents: Iterable[int]) -> None:
        """Note that these rows above have just been made."""
        self._childless.update(parents)

    def look_up(self, keys: Iterable[Key]) -> tuple[list[tuple[Key, Row]], list[Key]]:
        """Of the keys not met before: those in the record, with what it says of them, and the new ones."""
        unmet = [key for key in dict.fromkeys(keys) if key not in self.ids]
        found = self._ask([key for key in unmet if key not in self._absent and key[0] not in self._childless])
        return found, [key for key in unmet if key not in self.ids]

    def _ask(self, keys: Sequence[Key]) -> list[tuple[Key, Row]]:
        if not keys:
            return []
        parents, names = zip(*keys, strict=True)
        said_of = fetch(self._connection, self._find, wanted=wanted_keys(parents, names))
        found = [(keys[n], said) for n, *said in said_of]
        self.ids.update((key, said[0]) for key, said in found)
        return [(key, tuple(said[1:])) for key, said in found]

    def add(self, new: Sequence[Key], described: Callable[[Key], Row]) -> list[tuple[Key, Row]]:
        """Add rows to the table; ``described`` is what stands in each after its id.

        Where another writer added the same key meanwhile, theirs is the one: then the keys are returned with what the
        record says of them.
        """
        if not new:
            return []
        self._absent.difference_update(new)
        numbered = dict(zip(new, new_ids(self._connection, self._table, len(new)), strict=True))
        # In one order, so that two writers who add the same names do not wait for each other.
        rows = [(numbered[key], *described(key)) for key in sorted(new)]
        if insert(self._connection, self._table, rows, if_absent=True) == len(rows):
            self.ids.update(numbered)
            return []
        return self._ask(new)


class _Codes(dict[Item, int]):
    """A number for each distinct item, in the order in which they appear."""

    def __missing__(self, item: Item) -> int:
        code = self[item] = len(self)
        return code


class Catalogue:
    """The items of one transaction. ``item_ids`` and ``song_ids`` answer by code, once resolved."""

    def __init__(self, connection: Connection, remembered: Remembered) -> None:
        self._connection = connection
        self._remembered = remembered
        self._forgettings: int | None = None
        self._met: dict[Item, Ids] = {}
        self._codes = _Codes()
        self._item_ids: list[int] = []
        self._song_ids: list[int] = []
        self._artists = _Known(connection, "artist", _FIND_ARTIST)
        self._songs = _Known(connection, "song", _FIND_SONG)
        self._tracks = _Known(connection, "item", _FIND_TRACK)
        self._episodes = _Known(connection, "item", _FIND_SPOKEN.format(kind="episode"))
        self._chapters = _Known(connection, "item", _FIND_SPOKEN.format(kind="chapter"))
        self._facts: dict[int, Facts] = {}
        self._title_lengths: dict[Key, int] = {}
        self._artist_key: Callable[[str], str] = cache(artist_key)
        self._song_key: Callable[[str], str] = cache(song_key)
        self._track_key: Callable[[str], str] = cache(track_key)

    def codes(self, items: Iterable[Item]) -> Iterator[int]:
        """The code of each item."""
        return map(self._codes.__getitem__, items)

    @property
    def item_ids(self) -> NDArray[np.int32]:
        """Item ids by code."""
        return np.array(self._item_ids, np.int32)

    @property
    def song_ids(self) -> NDArray[np.int32]:
        """Song ids by code. An episode or chapter is its own only version: its item id, negated."""
        return np.array(self._song_ids, np.int32)

    def resolve(self) -> None:
        """Find or make the rows of every item that got a code."""
        pending = list(islice(self._codes, len(self._item_ids), None))
        if not pending:
            return
        if self._forgettings is None:
            self._forgettings = forgettings(self._connection)
        known = self._remembered.as_of(self._forgettings)
        ids = {item: known[item] for item in pending if item in known}
        unknown = self._found([item for item in pending if item not in ids])
        self._met.update(unknown)
        ids.update(unknown)
        self._item_ids.extend(ids[item][0] for item in pending)
        self._song_ids.extend(ids[item][1] for item in pending)

    def remember(self) -> None:
        """Spare later transactions the search for what this one met."""
        if self._forgettings is not None:
            self._remembered.keep(self._forgettings, self._met)

    def _found(self, pending: Sequence[Item]) -> dict[Item, Ids]:
        """The ids of each item, whose rows are made where there are none."""
        item_of: dict[Item, int] = {}
        song_of: dict[Item, int] = {}
        tracks = [item for item in pending if isinstance(item, Track)]
        self._meet(tracks)
        songs = self._songs_of(tracks)
        song_of.update(zip(tracks, songs, strict=True))
        item_of.update(zip(tracks, self._tracks_of(tracks, songs), strict=True))
        episodes = [item for item in pending if isinstance(item, Episode)]
        told = [_Spoken(episode.show, episode.title, episode.uri) for episode in episodes]
        item_of.update(zip(episodes, self._spoken("episode", self._episodes, told), strict=True))
        chapters = [item for item in pending if isinstance(item, Chapter)]
        told = [_Spoken(chapter.book, chapter.title, chapter.uri) for chapter in chapters]
        item_of.update(zip(chapters, self._spoken("chapter", self._chapters, told), strict=True))
        return {item: (item_of[item], song_of.get(item, -item_of[item])) for item in pending}

    def _meet(self, tracks: Sequence[Track]) -> None:
        """Ask what the record holds of these tracks, their songs and their artists, in one question for many."""
        keys = list(
            dict.fromkeys(
                (self._artist_key(track.artist), self._song_key(track.title), self._track_key(track.title))
                for track in tracks
            )
        )
        for first in range(0, len(keys), BULK):
            self._meet_keys(keys[first : first + BULK])

    def _meet_keys(self, keys: Sequence[tuple[str, str, str]]) -> None:
        wanted = wanted_tracks(*zip(*keys, strict=True))
        for n, artist, song, letters, item, *facts in fetch(self._connection, _FIND_ALL, wanted=wanted):
            artist_key, song_key, track_key = keys[n]
            self._artists.met((0, artist_key), artist)
            if artist is not None:
                self._songs.met((artist, song_key), song)
            if song is not None:
                self._title_lengths[artist, song_key] = letters
                self._tracks.met((song, track_key), item)
            if item is not None:
                self._facts[item] = (facts[0], facts[1], facts[2])

    def tracks(self, tracks: Sequence[Track]) -> tuple[list[int], list[int]]:
        """The item id and the song id of each track."""
        codes = list(self.codes(tracks))
        self.resolve()
        return [self._item_ids[code] for code in codes], [self._song_ids[code] for code in codes]

    def artists(self, names: Sequence[str]) -> list[int]:
        """The artist id of each name; the first spelling seen is the one shown."""
        keys = [(0, self._artist_key(name)) for name in names]
        shown = dict(zip(reversed(keys), reversed(names), strict=True))
        _, new = self._artists.look_up(keys)
        if not self._artists.add(new, lambda key: (key[1], shown[key])):
            self._songs.none_under(self._artists.ids[key] for key in new)
        return [self._artists.ids[key] for key in keys]

    def _songs_of(self, tracks: Sequence[Track]) -> list[int]:
        """The song id of each track; the shortest title seen is the plainest, so it is the one shown."""
        artists = self.artists([track.artist for track in tracks])
        keys = [(artist, self._song_key(track.title)) for artist, track in zip(artists, tracks, strict=True)]
        shown: dict[Key, str] = {}
        for key, track in zip(keys, tracks, strict=True):
            if key not in shown or len(track.title) < len(shown[key]):
                shown[key] = track.title
        found, new = self._songs.look_up(keys)
        self._title_lengths.update((key, length) for key, (length,) in found)
        self._title_lengths.update((key, len(shown[key])) for key in new)
        theirs = self._songs.add(new, lambda key: (*key, shown[key]))
        if not theirs:
            self._tracks.none_under(self._songs.ids[key] for key in new)
        self._title_lengths.update((key, length) for key, (length,) in theirs)
        plainer = [key for key, title in shown.items() if len(title) < self._title_lengths[key]]
        put(
            self._connection,
            "UPDATE song SET title = ? WHERE id = ?",
            ((shown[key], self._songs.ids[key]) for key in plainer),
        )
        self._title_lengths.update((key, len(shown[key])) for key in plainer)
        return [self._songs.ids[key] for key in keys]

    def _tracks_of(self, tracks: Sequence[Track], songs: Sequence[int]) -> list[int]:
        keys = [(song, self._track_key(track.title)) for song, track in zip(songs, tracks, strict=True)]
        return self._items(
            self._tracks,
            keys,
            facts=[(track.release, track.uri, track.duration_ms) for track in tracks],
            described=lambda at: ("track", keys[at][0], keys[at][1], None, tracks[at].title),
        )

    def _spoken(self, kind: str, known: _Known, told: Sequence[_Spoken]) -> list[int]:
        keys = [(0, f"{self._artist_key(one.creator)}\n{self._track_key(one.title)}") for one in told]
        return self._items(
            known,
            keys,
            facts=[(None, one.uri, None) for one in told],
            described=lambda at: (kind, None, keys[at][1], told[at].creator, told[at].title),
        )

    def _items(
        self, known: _Known, keys: Sequence[Key], facts: Sequence[Facts], described: Callable[[int], Row]
    ) -> list[int]:
        """Find or make items; ``described(i)`` is kind, song, key, creator and title of ``keys[i]``."""
        learned: dict[Key, Facts] = {}
        first_at: dict[Key, int] = {}
        for at, (key, told) in enumerate(zip(keys, facts, strict=True)):
            first_at.setdefault(key, at)
            learned[key] = _completed(learned.get(key, _NO_FACTS), told)
        found, new = known.look_up(keys)
        self._facts.update((known.ids[key], stored) for key, stored in found)
        theirs = known.add(new, lambda key: (*described(first_at[key]), *learned[key]))
        self._facts.update((known.ids[key], learned[key]) for key in new)
        self._facts.update((known.ids[key], stored) for key, stored in theirs)
        self._fill_gaps((known.ids[key], told) for key, told in learned.items())
        return [known.ids[key] for key in keys]

    def _fill_gaps(self, told: Iterable[tuple[int, Facts]]) -> None:
        filled: list[Row] = []
        for item, facts in told:
            known = self._facts[item]
            if None in known and (fuller := _completed(known, facts)) != known:
                self._facts[item] = fuller
                filled.append((*facts, item))
        put(self._connection, _FILL_GAPS, filled)


def _completed(known: Facts, told: Facts) -> Facts:
    if known == _NO_FACTS:
        return told
    return (
        told[0] if known[0] is None else known[0],
        told[1] if known[1] is None else known[1],
        told[2] if known[2] is None else known[2],
    )
