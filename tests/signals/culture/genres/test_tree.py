import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import EarmarkError, UnknownNameError
from earmark.signals.culture.genres import GenreTree, Kind
from earmark.signals.culture.genres.spelling import key, readings
from earmark.signals.culture.genres.terms import (
    GENRES,
    ID3,
    TERMS,
    Entry,
    Term,
    read_genres,
    read_id3,
    read_terms,
)

TREE = GenreTree.load()


@pytest.mark.parametrize(
    ("tag", "genre"),
    [
        ("Hip-Hop", "hip hop"),
        ("hiphop", "hip hop"),
        ("Hip-Hop/Rap", "hip hop"),
        ("dnb", "drum and bass"),
        ("Drum & Bass", "drum and bass"),
        ("drum 'n' bass", "drum and bass"),
        ("RnB", "r&b"),
        ("R'n'B", "r&b"),
        ("rhythm and blues", "r&b"),
        ("prog", "progressive rock"),
        ("Prog-Rock", "progressive rock"),
        ("metal progressif", "progressive metal"),
        ("synth pop", "synth-pop"),
        ("SYNTHPOP", "synth-pop"),
        ("post rock", "post-rock"),
        ("folk music", "folk"),
        ("singer-songwriters", "singer-songwriter"),
        ("tech house", "tech house"),
        ("raï", "rai"),
        ("música popular brasileira", "mpb"),
        ("rock’n’roll", "rock and roll"),
        ("rock n roll", "rock and roll"),
    ],
)
def test_a_genre_is_known_in_any_spelling(tag: str, genre: str) -> None:
    assert TREE.canonical(tag) == genre
    assert TREE.kind(tag) is Kind.GENRE


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("female vocalists", Kind.TRAIT),
        ("Female Vocalist", Kind.TRAIT),
        ("seen live", Kind.NOISE),
        ("favourites", Kind.NOISE),
        ("melancholic", Kind.MOOD),
        ("80s", Kind.ERA),
        ("Germany", Kind.PLACE),
        ("german", Kind.PLACE),
        ("synths", Kind.INSTRUMENT),
    ],
)
def test_what_is_no_genre_is_of_its_kind(tag: str, kind: Kind) -> None:
    assert TREE.kind(tag) is kind
    assert TREE.canonical(tag) is None


@pytest.mark.parametrize("tag", ["", "   ", "!!!", "songs my aunt hummed", "x" * 10_000, "𝕬", "\x00", "और"])
def test_what_is_in_no_vocabulary_is_nothing(tag: str) -> None:
    assert TREE.term(tag) is None
    assert TREE.composed(tag) is None


def test_every_genre_is_its_own_canonical_name_and_hangs_from_a_root() -> None:
    assert len(TREE) > 900
    for genre in TREE.genres:
        assert TREE.canonical(genre) == genre
        above = TREE.ancestors(genre)
        assert genre not in above
        assert all(near <= far for near, far in pairwise(above.values()))
        assert not above or any(not TREE.parents(name) for name in above)


def test_no_two_terms_claim_the_same_spelling() -> None:
    owners: dict[str, Term] = {}
    for entry in (*read_genres(), *read_terms()):
        for spelling in (entry.term.name, *entry.others):
            assert owners.setdefault(key(spelling), entry.term) == entry.term, spelling


def test_a_genre_may_have_several_parents() -> None:
    assert {"ambient dub", "dub techno"} <= set(TREE.parents("ambient dub techno"))
    assert TREE.ancestors("ambient dub techno")["electronic"] == 2
    assert TREE.ancestors("ambient dub techno")["reggae"] == 4


def test_distance_counts_steps_by_way_of_the_nearest_that_is_common() -> None:
    assert TREE.distance("black metal", "black metal") == 0
    assert TREE.distance("black metal", "metal") == TREE.distance("metal", "black metal") == 1
    assert TREE.distance("black metal", "death metal") == 2
    assert TREE.distance("jazz", "country") == 2
    assert TREE.distance("bebop", "country") == 3


@given(st.sampled_from(TREE.genres), st.sampled_from(TREE.genres))
def test_distance_is_the_same_both_ways_and_zero_only_to_itself(a: str, b: str) -> None:
    assert TREE.distance(a, b) == TREE.distance(b, a)
    assert (TREE.distance(a, b) == 0) == (a == b)


def test_a_tag_is_taken_apart_into_what_shades_and_what_is_shaded() -> None:
    found = TREE.composed("Melancholic Brooklyn Dub-Techno")
    assert found is not None
    assert found.genre == "dub techno"
    assert [(term.name, term.kind) for term in found.modifiers] == [
        ("melancholic", Kind.MOOD),
        ("new york", Kind.PLACE),
    ]


@pytest.mark.parametrize("tag", ["i hate techno", "seen live rock", "aunt metal"])
def test_a_genre_after_words_that_say_nothing_of_music_is_not_meant(tag: str) -> None:
    assert TREE.composed(tag) is None


@given(st.text(max_size=60))
def test_any_text_may_be_asked_about(tag: str) -> None:
    found = TREE.canonical(tag)
    assert found is None or found in TREE
    assert TREE.composed(tag) is None or TREE.composed(tag).genre in TREE  # type: ignore[union-attr]
    assert all(readings(tag))


def test_an_unknown_genre_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownNameError, match="aunt metal"):
        TREE.parents("aunt metal")
    with pytest.raises(UnknownNameError, match="aunt metal"):
        TREE.distance("rock", "aunt metal")


def entry(name: str, *parents: str, kind: Kind = Kind.GENRE) -> Entry:
    return Entry(Term(name, kind), (), parents)


def test_a_vocabulary_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(EarmarkError, match="twice"):
        GenreTree([entry("polka"), entry("Polka", kind=Kind.MOOD)])
    with pytest.raises(EarmarkError, match=r"'waltz'.*not in the tree"):
        GenreTree([entry("polka", "waltz")])
    with pytest.raises(EarmarkError, match="circle"):
        GenreTree([entry("polka", "waltz"), entry("waltz", "polka")])


def test_a_damaged_vocabulary_says_where(tmp_path) -> None:  # type: ignore[no-untyped-def]
    deep = tmp_path / "genres.txt"
    deep.write_text("rock\n  too deep\n")
    with pytest.raises(EarmarkError, match=r"genres\.txt, line 2"):
        list(read_genres(deep))
    homeless = tmp_path / "terms.txt"
    homeless.write_text("[colour]\nblue\n")
    with pytest.raises(EarmarkError, match=r"terms\.txt, line 2"):
        list(read_terms(homeless))
    with pytest.raises(EarmarkError, match=r"absent\.txt"):
        list(read_genres(tmp_path / "absent.txt"))
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"rock\xff")
    with pytest.raises(EarmarkError, match=r"broken\.txt"):
        list(read_genres(broken))


def test_id3_numbers_have_names_that_are_known_or_mean_nothing() -> None:
    names = read_id3()
    assert (len(names), names[17], names[80], names[147]) == (192, "rock", "folk", "synth-pop")
    assert sum(TREE.kind(name) is not None for name in names) > 170


def test_the_vocabulary_is_small_and_says_whose_it_is() -> None:
    assert sum(path.stat().st_size for path in (GENRES, TERMS, ID3)) < 200_000
    assert "MIT License" in GENRES.read_text(encoding="utf-8")
    assert "Apache-2.0" in TERMS.read_text(encoding="utf-8")


def test_loading_is_quick() -> None:
    def cost() -> float:
        began = time.process_time()
        GenreTree.load()
        return time.process_time() - began

    assert min(cost() for _ in range(5)) < 0.1
