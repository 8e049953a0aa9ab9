"""Genres of artists whom nobody tagged, from who listens and which playlists hold them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.ranking.models import signals_of
from tests.tables import tables

from earmark.engines.expected import EXPECTED_GENRES, ExpectingConfig, expected_genres
from earmark.errors import NotLearnedError
from earmark.ranking.signals import Signals
from earmark.signals.culture.genres import reconcile, shipped
from earmark.signals.culture.keeping import load_table, save_table
from earmark.store.culture_frames import TAGS
from earmark.store.snapshot import Frames

UNTAGGED = (10, 11, 20, 21, 30, 31)
PLAYED = 62
"""Artists from here on nobody plays."""


@pytest.fixture(scope="module")
def scenes() -> tuple[Frames, Signals]:
    """Even listeners play artists of even numbers, who are called techno, and odd ones the others, called folk."""
    frames = tables.two_sounds()
    tags = [
        (artist, None, "people", "folk" if artist % 2 else "techno", 20.0)
        for artist in frames.songs["artist"].to_list()
        if artist not in UNTAGGED and artist < PLAYED
    ]
    frames = replace(frames, tags=pl.DataFrame(tags, TAGS, orient="row"))
    return frames, signals_of(frames)[0]


def expected(frames: Frames, signals: Signals, **settings: float) -> pl.DataFrame:
    genres = reconcile(frames.tags, shipped())
    return expected_genres(frames, signals, genres, ExpectingConfig(**settings), sure=0.8, seed=1)  # type: ignore[arg-type]


def test_who_is_played_by_the_same_people_is_expected_to_be_of_one_kind(
    scenes: tuple[Frames, Signals],
) -> None:
    found = expected(*scenes)
    likeliest = dict(
        found.unique("artist", keep="first", maintain_order=True).select("artist", "genre").rows()
    )

    assert likeliest == {artist: "folk" if artist % 2 else "techno" for artist in UNTAGGED}
    assert found["probability"].is_between(0.3, 1).all()


def test_nothing_is_expected_of_who_is_tagged_however_faintly_or_unknown(
    scenes: tuple[Frames, Signals],
) -> None:
    frames, signals = scenes
    assert set(expected(frames, signals)["artist"]) == set(UNTAGGED)

    rarely = pl.DataFrame([(UNTAGGED[0], None, "people", "klezmer", 1.0)], TAGS, orient="row")
    frames = replace(frames, tags=pl.concat([frames.tags, rarely]))
    assert set(expected(frames, signals)["artist"]) == set(UNTAGGED[1:])


def test_a_playlist_s_name_is_enough_for_one_whom_nobody_plays(scenes: tuple[Frames, Signals]) -> None:
    frames, _ = scenes
    songs = frames.songs["song"].to_list()
    lists = {900 + at: (None, [song for song in songs if song % 2 and song % 3 != at]) for at in range(3)}
    playlists, held = tables.playlists(lists, dict.fromkeys(lists, "Folk"))
    frames = replace(frames, playlists=playlists, playlist_songs=held)

    found = expected(frames, signals_of(frames)[0])

    newest = found.filter(pl.col("artist") >= PLAYED)
    assert set(newest.select("artist", "genre").rows()) == {(63, "folk"), (65, "folk")}


def test_genres_of_few_and_unlikely_ones_are_not_told(scenes: tuple[Frames, Signals]) -> None:
    assert expected(*scenes, least_artists=50).is_empty()
    assert expected(*scenes, least=1.0)["probability"].min() in (None, 1.0)
    assert expected(*scenes, most=1)["artist"].is_unique().all()


def test_without_any_tag_nothing_is_expected(scenes: tuple[Frames, Signals]) -> None:
    frames, signals = scenes
    assert expected(replace(frames, tags=frames.tags.clear()), signals).is_empty()


def test_what_is_saved_is_read_again_and_damage_is_named(
    scenes: tuple[Frames, Signals], tmp_path: Path
) -> None:
    found = expected(*scenes)
    save_table(tmp_path, EXPECTED_GENRES, found)
    assert load_table(tmp_path, EXPECTED_GENRES).equals(found)

    (tmp_path / "expected-genres.parquet").write_bytes(b"PAR1")
    with pytest.raises(NotLearnedError, match=r"expected-genres\.parquet"):
        load_table(tmp_path, EXPECTED_GENRES)
