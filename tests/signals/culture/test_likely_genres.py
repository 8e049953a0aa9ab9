import numpy as np
import polars as pl
import pytest

from earmark.errors import NotLearnedError, TooLittleError, UnknownNameError
from earmark.signals.culture.genres import GenreTree
from earmark.signals.culture.tag_space import TagSpace, TagSpaceConfig

TREE = GenreTree.load()


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


SPACE = TagSpace().fit(two_scenes(), TREE)


def test_tags_of_one_meaning_are_one_and_noise_is_none() -> None:
    space = TagSpace().fit(
        frame((1, "Hip-Hop", 2), (1, "hiphop", 3), (2, "rap", 1), (1, "seen live", 9), (2, "seen live", 9)),
        TREE,
    )
    assert space.tags == ("hip hop",)
    assert space.counts.toarray().tolist() == [[5], [1]]
    assert space.artists.tolist() == [1, 2]


def test_those_who_lack_a_tag_are_found_by_their_others() -> None:
    found = [artist for artist, _ in SPACE.find("techno", 10)]
    assert sorted(found) == list(range(10))
    assert [artist for artist, _ in SPACE.find("techno", 3)] == found[:3]


def test_what_an_artist_is_likely_called_is_new_to_it() -> None:
    lacks_techno = dict(SPACE.likely(4, 3))
    assert max(lacks_techno, key=lacks_techno.__getitem__) == "techno"
    assert "minimal techno" not in lacks_techno
    assert list(SPACE.likely(999)) == []


def test_completed_rows_hold_what_was_said_and_what_follows() -> None:
    completed = SPACE.completed()
    assert completed.shape == SPACE.counts.shape
    said, filled = SPACE.counts.toarray() > 0, completed.toarray()
    assert (filled[said] > 0).all()
    assert filled[4, SPACE.tags.index("techno")] > filled[4, SPACE.tags.index("bluegrass")]
    assert np.diff(SPACE.completed(most=2).indptr).max() == 2


def test_the_order_of_rows_changes_no_byte() -> None:
    other = TagSpace().fit(two_scenes().sample(fraction=1, shuffle=True, seed=3), TREE)
    assert other.tags == SPACE.tags
    assert other.completed().data.tobytes() == SPACE.completed().data.tobytes()


def test_only_tags_of_most_artists_are_held() -> None:
    space = TagSpace(TagSpaceConfig(most_tags=1)).fit(
        frame((1, "jazz", 1), (2, "jazz", 1), (1, "folk", 9)), TREE
    )
    assert space.tags == ("jazz",)


def test_bad_input_is_named() -> None:
    with pytest.raises(NotLearnedError):
        TagSpace().completed()
    with pytest.raises(TooLittleError):
        TagSpace().fit(frame((1, "jazz", 1), (2, "seen live", 1)), TREE)
    with pytest.raises(TooLittleError):
        TagSpace().fit(frame(), TREE)
    with pytest.raises(UnknownNameError, match="polka"):
        SPACE.find("polka", 3)
