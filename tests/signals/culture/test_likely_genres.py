import polars as pl
import pytest

from earmark.signals.culture.genres import GenreTree
from earmark.signals.culture.likely_genres import LikelyGenresConfig, likely_genres, tag_counts

TREE = GenreTree.load()
CONFIG = LikelyGenresConfig(least_strength=0.05)
"""Of twenty artists little follows strongly."""
NOTHING = pl.DataFrame(schema={"artist": pl.Int32, "genre": pl.String})


def frame(*rows: tuple[int, str, float]) -> pl.DataFrame:
    schema = {"artist": pl.Int32, "tag": pl.String, "weight": pl.Float32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def two_scenes() -> pl.DataFrame:
    """Artists 0 to 9 play techno, 10 to 19 bluegrass; each lacks one of four tags of its scene."""
    scenes = (["techno", "minimal techno", "acid", "dark"], ["bluegrass", "banjo", "old-time", "rural"])
    return frame(
        *(
            (10 * scene + artist, tag, 1.0 + (artist + at) % 3)
            for scene, tags in enumerate(scenes)
            for artist in range(10)
            for at, tag in enumerate(tags)
            if artist % 4 != at
        )
    )


def genres_said() -> pl.DataFrame:
    said = two_scenes().filter(pl.col("tag").is_in(["techno", "minimal techno", "bluegrass"]))
    return said.select("artist", genre="tag")


def test_tags_of_one_meaning_are_one_and_noise_is_none() -> None:
    tags = frame((1, "Hip-Hop", 2), (1, "hiphop", 3), (2, "rap", 1), (1, "seen live", 9), (2, "seen live", 9))
    artists, called, counts = tag_counts(tags, TREE, CONFIG)
    assert called == ["hip hop"]
    assert counts.toarray().tolist() == [[5], [1]]
    assert artists.tolist() == [1, 2]


def test_what_follows_from_the_other_tags_is_likely_and_what_is_said_is_not_told_again() -> None:
    found = likely_genres(two_scenes(), genres_said(), TREE, CONFIG)
    lacks_techno = [0, 4, 8]
    assert set(found.filter(pl.col("genre") == "techno")["artist"]) == set(lacks_techno)
    assert found.join(genres_said(), on=["artist", "genre"], how="semi").is_empty()
    assert not found["genre"].is_in(["dark", "rural", "banjo"]).any(), "moods and instruments are no genres"
    assert found.filter(pl.col("artist") < 10, pl.col("genre") == "bluegrass").is_empty()


def test_only_the_strongest_are_told() -> None:
    every = likely_genres(two_scenes(), NOTHING, TREE, CONFIG)
    one = likely_genres(two_scenes(), NOTHING, TREE, LikelyGenresConfig(least_strength=0.05, most=1))
    sure = likely_genres(two_scenes(), NOTHING, TREE, LikelyGenresConfig(least_strength=0.12))
    assert every["artist"].value_counts()["count"].max() == 3
    assert one["artist"].is_unique().all()
    assert one.join(every, on=["artist", "genre", "strength"], how="anti").is_empty()
    assert 0 < len(sure) < len(every)
    assert sure["strength"].min() >= 0.12  # type: ignore[operator]


def test_the_order_of_rows_changes_no_byte() -> None:
    shuffled = two_scenes().sample(fraction=1, shuffle=True, seed=3)
    one, other = (likely_genres(tags, genres_said(), TREE, CONFIG) for tags in (two_scenes(), shuffled))
    assert one.equals(other)
    assert len(one)


def test_only_tags_of_most_artists_are_held() -> None:
    tags = frame(
        (1, "jazz", 1), (2, "jazz", 1), (1, "folk", 9), (2, "blues", 2), (3, "jazz", 1), (3, "blues", 1)
    )
    assert tag_counts(tags, TREE, LikelyGenresConfig(most_tags=1))[1] == ["jazz"]


@pytest.mark.parametrize("tags", [frame(), frame((1, "jazz", 1), (2, "seen live", 1)), frame((1, "jazz", 0))])
def test_of_too_little_nothing_is_likely(tags: pl.DataFrame) -> None:
    assert likely_genres(tags, NOTHING, TREE, CONFIG).is_empty()
