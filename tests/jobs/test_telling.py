"""What is known of an artist, with genres that nobody says told apart."""

from __future__ import annotations

import polars as pl

from earmark.engines.expected import EXPECTED_GENRES
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.telling import about_artist
from earmark.signals.culture.keeping import save_table


def test_micro_genres_have_the_names_of_what_was_planted(learned: House, made_world) -> None:
    build = OpenedBuild.live(learned)
    words = {word for name in made_world.catalogue.genre_names() for word in name.split()}
    names = [genre.name for genre in build.micro_genres.genres if genre.core is not None]

    assert len(names) > 0.8 * len(build.micro_genres)
    assert {word for name in names for word in name.split()} <= words


def test_what_nobody_says_is_told_as_likely_by_tags_or_else_by_listening(house: House) -> None:
    build = OpenedBuild.live(house)
    tagged, untagged, unknown = build.micro_genres.artists[:3].tolist()
    schema = {"artist": pl.Int32, "genre": pl.String, "probability": pl.Float32}
    expected = [(tagged, "techno", 0.9), (untagged, "folk", 0.75), (untagged, "pop", 0.4)]
    save_table(
        house.builds.path(build.manifest.id), EXPECTED_GENRES, pl.DataFrame(expected, schema, orient="row")
    )
    follows = [(tagged, "dream pop", 0.5)]
    build.culture.likely = pl.DataFrame(follows, build.culture.likely.schema, orient="row")

    told = {artist: about_artist(house, artist, build).likely for artist in (tagged, untagged, unknown)}

    assert told == {tagged: (("dream pop", 0.5),), untagged: (("folk", 0.75), ("pop", 0.4)), unknown: ()}
