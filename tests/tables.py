"""What the tests of learning share: a snapshot's tables from plain rows, and small random ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import polars as pl

from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Histories, read_histories
from earmark.signals.collaborative.matrix import Membership
from earmark.store.snapshot import SOUNDS, Frames

DAY_MS = 86_400_000
NOON = 1_700_000_000_000
NAMES = ("Rain", "rain songs", "Late rain", "late night", "Gym", "", "¡GYM!")
"""What playlists of a small random record are called."""


class Tables:
    """Tables in a snapshot's columns."""

    now = NOON

    def listens(self, rows: Iterable[dict]) -> pl.DataFrame:
        """Rows with ``listener``, ``song`` and maybe ``days`` (ago), ``ms``, ``ending``, ``private``."""
        return pl.DataFrame(
            [
                {
                    "listener": row["listener"],
                    "song": row["song"],
                    "item": row["song"],
                    "started_at": int(NOON - row.get("days", 0) * DAY_MS),
                    "ms_played": row.get("ms", 200_000),
                    "ending": row.get("ending", 0),
                    "private": row.get("private", False),
                }
                for row in rows
            ],
            {
                "listener": pl.Int32,
                "song": pl.Int32,
                "item": pl.Int32,
                "started_at": pl.Int64,
                "ms_played": pl.Int32,
                "ending": pl.UInt8,
                "private": pl.Boolean,
            },
        ).sort("listener", "started_at", "item")

    def feedback(self, rows: Iterable[tuple]) -> pl.DataFrame:
        """Rows ``(listener, verdict, song or None, artist or None, days ago or None)``."""
        made = [
            (listener, song, artist, verdict, None if days is None else int(NOON - days * DAY_MS))
            for listener, verdict, song, artist, days in rows
        ]
        schema = {
            "listener": pl.Int32,
            "song": pl.Int32,
            "artist": pl.Int32,
            "verdict": pl.String,
            "at": pl.Int64,
        }
        return pl.DataFrame(made, schema, orient="row").sort("listener", "verdict", "song", "artist")

    def pairs(self, rows: Iterable[tuple[int, int]]) -> pl.DataFrame:
        """Rows ``(listener, song)``."""
        return pl.DataFrame(list(rows), {"listener": pl.Int32, "song": pl.Int32}, orient="row")

    def songs(self, artists: dict[int, int]) -> pl.DataFrame:
        """The songs table of ``{song: artist}``."""
        return pl.DataFrame(
            [
                (song, artist, f"Artist {artist}", f"Song {song}", song, None, 180_000 + song % 240_000)
                for song, artist in sorted(artists.items())
            ],
            {
                "song": pl.Int32,
                "artist": pl.Int32,
                "artist_name": pl.String,
                "title": pl.String,
                "item": pl.Int32,
                "release": pl.String,
                "duration_ms": pl.Int32,
            },
            orient="row",
        )

    def playlists(
        self, rows: dict[int, tuple[int | None, list[int]]], names: dict[int, str] | None = None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The two playlist tables of ``{playlist: (owner, songs)}``; lists have a number for a name by default."""
        names = names or {playlist: f"List {playlist}" for playlist in rows}
        return (
            pl.DataFrame(
                [(playlist, owner, None, names[playlist]) for playlist, (owner, _) in sorted(rows.items())],
                {"playlist": pl.Int32, "listener": pl.Int32, "followers": pl.Int32, "name": pl.String},
                orient="row",
            ),
            pl.DataFrame(
                [
                    (playlist, position, song)
                    for playlist, (_, songs) in sorted(rows.items())
                    for position, song in enumerate(songs)
                ],
                {"playlist": pl.Int32, "position": pl.Int32, "song": pl.Int32},
                orient="row",
            ),
        )

    def sounds(self, rows: dict[int, tuple[list[float] | None, dict[str, object]]]) -> pl.DataFrame:
        """The sounds table of ``{song: (vector or None, other columns)}``; what is not said is null, ``added_at`` 0."""
        width = max((len(vector) for vector, _ in rows.values() if vector is not None), default=0)
        return pl.DataFrame(
            [
                {"song": song, **{name: told.get(name) for name in list(SOUNDS)[1:-1]},
                 "added_at": told.get("added_at", 0), "embedding": vector}
                for song, (vector, told) in sorted(rows.items())
            ],
            {**SOUNDS, "embedding": pl.Array(pl.Float32, width)},
        )  # fmt: skip

    def heard(self, frames: Frames, seed: int, *, n_new: int = 12, n_dimensions: int = 5) -> Frames:
        """The frames with a library: somebody holds most of its songs, nobody ``n_new``; artists have a sound."""
        random = np.random.default_rng([seed, 9])
        last, artists = int(frames.songs["song"].max()), frames.songs["artist"].unique().sort().to_list()
        new = {last + 1 + n: int(random.choice([*artists, 901, 902])) for n in range(n_new)}
        songs = pl.concat([frames.songs, self.songs(new)])
        of_artist = {artist: random.normal(size=n_dimensions) for artist in [*artists, 901, 902]}
        rows = {}
        for song, artist in songs.select("song", "artist").iter_rows():
            if song in new or random.random() < 0.7:
                vector = (of_artist[artist] + random.normal(0, 0.4, n_dimensions)).tolist()
                told = {"tempo": float(random.uniform(60, 180)), "energy": float(random.random()),
                        "added_at": NOON - int(random.integers(0, 200)) * DAY_MS}  # fmt: skip
                if random.random() < 0.6:
                    told |= {"tonic": int(random.integers(12)), "minor": bool(random.random() < 0.5)}
                if random.random() < 0.5:
                    told |= {"valence": float(random.random())}
                rows[song] = (vector if song in new or random.random() < 0.9 else None, told)
        return replace(frames, songs=songs, sounds=self.sounds(rows))

    def only_heard(self, frames: Frames, songs: list[int]) -> Frames:
        """The frames as if only these songs had been heard."""
        return replace(frames, sounds=frames.sounds.filter(pl.col("song").is_in(songs)))

    def two_sounds(self, *, n_listeners: int = 30, n_songs: int = 60, n_new: int = 4) -> Frames:
        """Even songs sound one way and odd ones another; even listeners play even songs, odd ones odd songs.

        Every song has an artist of its own; the last ``n_new`` songs nobody plays.
        """
        random = np.random.default_rng(4)
        songs = np.arange(2, 2 + n_songs + n_new)
        listens = [
            {"listener": listener, "song": int(song), "days": int(random.integers(1, 300))}
            for listener in range(n_listeners)
            for song in random.choice(songs[:n_songs][songs[:n_songs] % 2 == listener % 2], 12, replace=False)
            for _ in range(2)
        ]
        rows = {
            int(song): ((np.array([2.0, 0, -2]) * (-1) ** song + random.normal(0, 0.5, 3)).tolist(), {})
            for song in songs
        }
        playlists, playlist_songs = self.playlists({})
        return Frames(
            listens=self.listens(listens),
            playlists=playlists,
            playlist_songs=playlist_songs,
            songs=self.songs({int(song): int(song) for song in songs}),
            listeners=self.listeners(range(n_listeners)),
            feedback=self.feedback([]),
            sounds=self.sounds(rows),
        )

    def listeners(self, own: Iterable[int], community: Iterable[int] = ()) -> pl.DataFrame:
        """The listeners table."""
        rows = sorted([(one, False) for one in own] + [(one, True) for one in community])
        schema = {"listener": pl.Int32, "community": pl.Boolean}
        return pl.DataFrame(rows, schema, orient="row")

    def world(
        self, seed: int, *, n_listeners: int = 8, n_songs: int = 60, n_artists: int = 15, n_listens: int = 400
    ) -> Frames:
        """A small random record with private plays, skips, verdicts, own and found playlists."""
        random = np.random.default_rng(seed)
        listeners = 3 + 2 * np.arange(n_listeners)
        songs = 10 + 3 * np.arange(n_songs)
        artist = {int(song): int(random.integers(1, n_artists + 1)) for song in songs}
        taste = random.dirichlet(np.full(n_songs, 0.3), n_listeners)

        def some(listener: int, n: int) -> list[int]:
            return [int(song) for song in random.choice(songs, n, p=taste[listener])]

        listens = [
            {
                "listener": int(listeners[who]),
                "song": some(who, 1)[0],
                "days": int(random.integers(0, 900)) + round(float(random.random()), 6),
                "ms": [None, 5_000, 30_000, 200_000][random.choice(4, p=[0.1, 0.2, 0.1, 0.6])],
                "ending": int(random.choice(4, p=[0.7, 0.1, 0.1, 0.1])),
                "private": bool(random.random() < 0.1),
            }
            for who in random.integers(0, n_listeners - 1, n_listens)
        ]
        verdicts = {
            (
                int(random.choice(listeners)),
                str(random.choice(["love", "hate", "hide", "save", "exclude"])),
                *random.permutation([int(random.choice(songs)), 0]).tolist(),
            ): (None if random.random() < 0.4 else int(random.integers(0, 900)))
            for _ in range(2 * n_listeners)
        }
        feedback = [
            (listener, verdict, song or None, None if song else artist[int(other)], days)
            for (listener, verdict, song, other), days in verdicts.items()
        ]
        owners = [None] * 20 + [int(one) for one in random.choice(listeners, 4)]
        lists = {
            100 + number: (owner, some(int(random.integers(n_listeners)), int(random.integers(2, 12))))
            for number, owner in enumerate(owners)
        }
        names = {one: str(random.choice(NAMES)) for one in lists}
        playlists, playlist_songs = self.playlists(lists, names)
        return Frames(
            listens=self.listens(listens),
            playlists=playlists,
            playlist_songs=playlist_songs,
            songs=self.songs(artist),
            listeners=self.listeners(listeners[:-2].tolist(), listeners[-2:].tolist()),
            feedback=self.feedback(feedback),
        )


tables = Tables()


def learnable(frames: Frames) -> tuple[Columns, Histories, Membership]:
    """What a model learns from: columns, everybody's histories, and who holds what."""
    columns = Columns.of(frames.songs)
    histories = read_histories(
        frames.listeners["listener"].to_numpy(),
        frames.listens,
        frames.feedback,
        frames.own_playlists(),
        frames.songs,
        columns=columns,
        config=EvidenceConfig(),
    )
    return columns, histories, Membership.of(histories, frames.playlists, frames.playlist_songs, columns)
