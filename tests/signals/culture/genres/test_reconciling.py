from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.signals.culture.genres import GenreTree, ReconcilingConfig, meaning, reconcile

TREE = GenreTree.load()
PLAIN = ReconcilingConfig(damping=0, upward=0, shrink=0)
Row = tuple[int, int | None, str, str, float]


def tags(*rows: Row) -> pl.DataFrame:
    schema = {
        "artist": pl.Int32,
        "song": pl.Int32,
        "source": pl.String,
        "tag": pl.String,
        "weight": pl.Float32,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def weights(frame: pl.DataFrame, artist: int, song: int | None = None) -> dict[str, float]:
    of = frame.filter(pl.col("artist") == artist, pl.col("song").eq_missing(pl.lit(song, pl.Int32)))
    return dict(of.select("genre", "weight").iter_rows())


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("Jazz;Rock", {"rock": 0.5, "jazz": 0.5}),
        ("Pop, Rock", {"rock": 0.5, "pop": 0.5}),
        ("Pop\x00Rock", {"rock": 0.5, "pop": 0.5}),
        ("Pop/Rock", {"pop rock": 1.0}),
        ("Rock; Jazz", {"rock": 0.5, "jazz": 0.5}),
        ("Indie/Alternative", {"indie rock": 1.0}),
        ("Rock / Polka", {"rock": 0.5, "polka": 0.5}),
        ("(17)", {"rock": 1.0}),
        ("17", {"rock": 1.0}),
        ("(17)(8)", {"rock": 0.5, "jazz": 0.5}),
        ("(4)Eurodisco", {"disco": 0.5, "euro disco": 0.5}),
        ("(999)", {}),
        ("1975", {}),
        ("Jazz; somebody's unheard of thing", {"jazz": 0.5}),
        ("seen live", {}),
        ("sad polka", {"polka": 0.7}),
        ("", {}),
        (";;;", {}),
    ],
)
def test_a_field_of_a_file_is_split_into_what_it_names(tag: str, said: dict[str, float]) -> None:
    assert {one.genre: pytest.approx(one.share) for one in meaning(tag, TREE)} == said


def test_spellings_of_several_sources_become_one_genre_with_who_said_it() -> None:
    made = reconcile(
        tags(
            (1, None, "lastfm", "Hip-Hop", 60),
            (1, None, "lastfm", "hiphop", 40),
            (1, None, "files", "Rap", 3),
        ),
        TREE,
        PLAIN,
    )
    assert made.rows() == [(1, None, "hip hop", 1.0, ["files", "lastfm"], ["Hip-Hop", "hiphop", "Rap"])]


def test_noise_does_not_weigh_however_often_it_is_said() -> None:
    quiet = tags((1, None, "lastfm", "polka", 3))
    loud = tags(
        (1, None, "lastfm", "polka", 3), (1, None, "lastfm", "seen live", 900), (1, None, "lastfm", "sad", 9)
    )
    assert reconcile(loud, TREE).equals(reconcile(quiet, TREE))


def test_a_second_source_makes_surer_and_a_single_word_little() -> None:
    once = weights(reconcile(tags((1, None, "a", "polka", 1)), TREE), 1)["polka"]
    often = weights(reconcile(tags((1, None, "a", "polka", 9)), TREE), 1)["polka"]
    both = weights(reconcile(tags((1, None, "a", "polka", 9), (1, None, "b", "polka", 9)), TREE), 1)["polka"]
    assert once == pytest.approx(0.5)
    assert once < often < both < 1


def test_what_is_said_of_a_genre_is_said_more_faintly_of_those_above() -> None:
    made = weights(reconcile(tags((1, None, "a", "bebop", 9)), TREE), 1)
    assert made["jazz"] == pytest.approx(0.3 * made["bebop"], rel=1e-6)
    assert "country" not in made


def test_a_genre_that_everybody_has_says_less_than_a_rare_one() -> None:
    rows: list[Row] = [(artist, None, "a", "rock", 5) for artist in range(20)]
    made = weights(reconcile(tags(*rows, (0, None, "a", "klezmer", 5)), TREE), 0)
    assert made["klezmer"] > made["rock"]


def test_songs_and_their_artist_stand_apart_and_places_are_no_genres() -> None:
    made = reconcile(tags((1, 7, "files", "German Rap", 1), (1, None, "files", "polka", 1)), TREE)
    assert "german hip hop" in weights(made, 1, 7)
    assert "polka" not in weights(made, 1, 7)
    assert "german" not in weights(made, 1, 7)


def test_nothing_said_makes_an_empty_frame_of_the_same_columns() -> None:
    some = reconcile(tags((1, None, "a", "polka", 1)), TREE)
    none = reconcile(tags((1, None, "a", "seen live", 1), (2, None, "a", "polka", 0)), TREE)
    assert none.is_empty()
    assert none.schema == some.schema


ROWS = st.tuples(
    st.integers(1, 3),
    st.none() | st.integers(1, 2),
    st.sampled_from(["files", "lastfm"]),
    st.sampled_from(["rock", "Hip-Hop", "polka; jazz", "seen live", "swedish death metal", "(8)", "?"]),
    st.sampled_from([0.0, 1.0, 2.0, 50.0]),
)


@settings(max_examples=40)
@given(st.lists(ROWS, max_size=12, unique_by=lambda row: row[:4]), st.randoms(use_true_random=False))
def test_the_order_of_tags_does_not_matter_and_weights_are_shares(rows: list[Row], random) -> None:  # type: ignore[no-untyped-def]
    made = reconcile(tags(*rows), TREE)
    shuffled: Sequence[Row] = random.sample(rows, len(rows))
    assert reconcile(tags(*shuffled), TREE).equals(made)
    assert made["weight"].is_between(0, 1).all()
    assert all(genre in TREE for genre in made["genre"])
    assert made.select("artist", "song", "genre").is_unique().all()
    assert made["tags"].list.len().is_between(1, 5).all()
