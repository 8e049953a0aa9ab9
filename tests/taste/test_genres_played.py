"""Micro-genres of one listener: shares, trends and proofs, against sums by hand."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.taste.genres_played import DAY_MS, Trend, genres_played
from earmark.taste.microgenres.genre import MicroGenre, OwnTerm

NOW = 1_700_000_000_000
GENRES = [
    MicroGenre(n, name, "deep", name.split()[-1], None, (OwnTerm("fog", 3.0, 0.5),), 0.0, 0.0, 9, ())
    for n, name in ((4, "deep dub"), (5, "deep folk"))
]
GENRE_OF = {1: 4, 2: 4, 3: 5}


def plays(rows: list[tuple[int, float]]) -> pl.DataFrame:
    """Rows of (song, days ago); song n is by artist n % 2."""
    made = [
        (song, song % 2, f"Artist {song % 2}", f"Song {song}", int(NOW - days * DAY_MS), 0.5 ** (days / 365))
        for song, days in rows
    ]
    names = ("song", "artist", "artist_name", "title", "started_at", "worth")
    types = (pl.Int32, pl.Int32, pl.String, pl.String, pl.Int64, pl.Float64)
    return pl.DataFrame(made, dict(zip(names, types, strict=True)), orient="row")


def told(rows: list[tuple[int, float]], **edits: frozenset[int] | dict[int, str]) -> dict[int, object]:
    given_ = {"names": {}, "boosted": frozenset(), "muted": frozenset(), "rejected": frozenset(), **edits}
    return {one.id: one for one in genres_played(plays(rows), GENRE_OF, GENRES, **given_)}  # type: ignore[arg-type]


def test_each_song_counts_for_its_micro_genre() -> None:
    found = told([(1, 0), (1, 0), (2, 0), (3, 0), (9, 0)])
    assert {number: (one.plays, one.songs, one.artists) for number, one in found.items()} == {
        4: (3, 2, 2),
        5: (1, 1, 1),
    }
    assert found[4].share == pytest.approx(3 / 5)
    assert [(proof.name, proof.by, proof.plays) for proof in found[4].top_songs] == [
        ("Song 1", "Artist 1", 2),
        ("Song 2", "Artist 0", 1),
    ]
    assert found[4].said.startswith("deep dub: 3 of 5 plays (60% of attention now), most of Artist 1")


def test_trends_are_told_where_enough_was_played_and_more_than_chance() -> None:
    before = [(1, 200 + n / 10) for n in range(50)] + [(3, 200 + n / 10) for n in range(50)]
    rising = told([*before, *[(1, n / 2) for n in range(45)], *[(3, n / 2) for n in range(5)]])
    assert (rising[4].trend, rising[5].trend) == (Trend.RISING, Trend.FADING)
    assert (rising[4].lately, rising[4].before) == (0.9, 0.5)
    steady = told([*before, *[(1, n / 2) for n in range(26)], *[(3, n / 2) for n in range(24)]])
    assert {one.trend for one in steady.values()} == {Trend.STEADY}
    few = told([*before, *[(1, n / 2) for n in range(20)]])
    assert {one.trend for one in few.values()} == {None}


def test_edits_show_and_what_is_rejected_is_not_told_of() -> None:
    rows = [(1, 0), (3, 0), (3, 1), (9, 0)]
    found = told(rows, names={5: "mine"}, boosted=frozenset({5}), muted=frozenset({4}))
    assert (found[5].name, found[5].found_as, found[5].boosted, found[4].muted) == (
        "mine",
        "deep folk",
        True,
        True,
    )
    assert set(told(rows, rejected=frozenset({5}))) == {4}
    assert told(rows, rejected=frozenset({5}))[4].share == pytest.approx(1 / 2)
    assert told([]) == {}


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 9]), st.floats(0, 400)), max_size=60))
def test_shares_add_up_and_proofs_are_among_the_plays(rows: list[tuple[int, float]]) -> None:
    found = told(rows)
    assert sum(one.plays for one in found.values()) == sum(song in GENRE_OF for song, _ in rows)
    assert sum(one.share for one in found.values()) <= 1 + 1e-9
    for one in found.values():
        assert sum(proof.plays for proof in one.top_artists) <= one.plays
        assert all(0 <= share <= 1 for share in (one.lately or 0, one.before or 0))
