"""What artists are called, from tags, texts and the names of playlists, counted by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log1p

import numpy as np
import polars as pl
import pytest
from tests.tables import tables

from earmark.engines.called import artists_called, terms_in
from earmark.signals.culture.genres import shipped
from earmark.store.culture_frames import MENTIONS, TAGS, no_mentions, no_tags


def test_names_of_playlists_say_genres_as_written_and_nothing_else() -> None:
    tree = shipped()
    for name, terms in (
        ("Dub Techno mornings", ["dub techno"]),
        ("my jams", []),
        ("march 2016", []),
        ("HIP-HOP and jazz", ["hip hop", "jazz"]),
        ("post rock", ["post-rock"]),
        ("happy", []),
        ("", []),
        ("!!! ☔", []),
    ):
        assert list(terms_in(name, tree)) == terms, name


def test_weights_are_logarithms_of_all_that_is_said() -> None:
    frames = tables.world(0)
    artists = np.unique(frames.songs["artist"].to_numpy())
    first, second = artists[:2].tolist()
    song = frames.songs.filter(pl.col("artist") == second)["song"][0]
    lists = pl.DataFrame(
        {"playlist": [1, 2, 3], "listener": None, "followers": None, "name": ["jazz", "Jazz!", "late jazz"]},
        frames.playlists.schema,
    )
    tags = pl.DataFrame(
        [(first, None, "people", "dub techno", 7.0), (first, None, "files", "dub techno", 1.0)],
        TAGS,
        orient="row",
    )
    said = [
        (1, "a", "x", 1, first, None, None, 1, probability, None, "", [{"term": "foggy", "weight": 2.0}])
        for probability in (0.9, 0.4)
    ]
    frames = replace(
        frames,
        playlists=lists,
        playlist_songs=pl.DataFrame(
            {"playlist": [1, 2, 3], "position": [0, 0, 0], "song": [song] * 3}, frames.playlist_songs.schema
        ),
        tags=tags,
        mentions=pl.DataFrame(said, MENTIONS, orient="row"),
    )
    matrix, terms = artists_called(frames, artists, shipped(), sure=0.5)
    assert terms == ["dub techno", "foggy", "jazz"]
    found = {terms[at]: value for at, value in zip(matrix[[0]].indices, matrix[[0]].data, strict=True)}
    assert found == pytest.approx({"dub techno": log1p(8), "foggy": log1p(1.8)}, rel=1e-6)
    assert matrix[[1]].data.tolist() == pytest.approx([log1p(1.5)])
    nothing = replace(frames, tags=no_tags(), mentions=no_mentions(), playlists=lists.clear())
    assert artists_called(nothing, artists, shipped(), sure=0.5)[0].shape == (len(artists), 0)
