from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from tests.taste.microgenres.scenes import CALLED, CONFIG, TREE, made

from earmark.errors import NotLearnedError
from earmark.taste.microgenres.model import MicroGenres


def test_scenes_are_found_and_named_by_what_is_their_own() -> None:
    scenes = made()

    found = scenes.fit()

    assert len(found) == len(CALLED)
    for genre in found.genres:
        inside = scenes.scene[found.place == found.genres.index(genre)]
        assert len(set(inside)) == 1
        core, *others = CALLED[int(inside[0])]
        assert genre.core == core
        assert genre.modifier in others
        assert genre.name == f"{genre.modifier} {genre.core}"
        assert genre.parent == core
        assert genre.size == len(inside) == 20
        assert "seen live" not in {own.term for own in genre.terms}
        assert set(genre.artists) <= set(scenes.artists[found.place == found.genres.index(genre)].tolist())


def test_who_belongs_where_adds_up_to_one() -> None:
    scenes = made()

    found = scenes.fit()

    assert found.membership.shape == (80, 4)
    np.testing.assert_allclose(found.membership.sum(axis=1), 1, atol=1e-6)
    assert (found.membership.toarray().argmax(axis=1) == found.place).all()
    assert np.diff(found.membership.indptr).max() <= CONFIG.memberships


def test_the_same_input_gives_the_same_bytes_which_load_again(tmp_path: Path) -> None:
    made().fit().save(tmp_path / "one")
    made().fit().save(tmp_path / "other")

    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    MicroGenres.load(tmp_path / "one").save(tmp_path / "again")
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("name", ["genres.json", "parts.npy", "place.npy", "sound_scale.npy", "config.json"])
def test_a_damaged_build_is_said_to_be(tmp_path: Path, name: str) -> None:
    made().fit().save(tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(NotLearnedError, match="cannot be read"):
        MicroGenres.load(tmp_path)


def test_arrays_of_another_build_are_found_out(tmp_path: Path) -> None:
    scenes = made()
    scenes.fit().save(tmp_path / "one")
    scenes.some(np.arange(40)).fit().save(tmp_path / "other")
    (tmp_path / "one" / "place.npy").write_bytes((tmp_path / "other" / "place.npy").read_bytes())

    with pytest.raises(NotLearnedError, match="artists"):
        MicroGenres.load(tmp_path / "one")


def test_songs_are_where_their_artist_is_unless_their_sound_says_otherwise() -> None:
    scenes = made()
    found = scenes.fit(config=CONFIG.model_copy(update={"song_pull": 40.0}))
    artist, other = (int(np.flatnonzero(scenes.scene == which)[0]) for which in (0, 1))
    silent = np.zeros_like(scenes.sound[0])

    parts = found.songs(
        scenes.artists[[artist, artist, artist, other]].astype(np.int64) * [1, 1, 1, 0] + [0, 0, 0, -5],
        sound=np.stack([silent, scenes.sound[artist], scenes.sound[other] * 1.0, silent]),
    ).toarray()

    assert parts[0].argmax() == parts[1].argmax() == found.place[artist]
    assert parts[2].argmax() == found.place[other]
    assert not parts[3].any()
    np.testing.assert_allclose(parts[:3].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("known", ["listening", "sound"])
def test_who_is_new_is_placed_by_who_listens_or_by_sound_alone(known: str) -> None:
    scenes = made()
    inside, new = np.arange(60), np.arange(60, 80)
    found = scenes.some(inside).fit(config=CONFIG.model_copy(update={"artists_per_genre": 15}))
    cores = [genre.core for genre in found.genres]

    parts = found.songs(scenes.artists[new], **{known: getattr(scenes, known)[new]}).toarray()

    placed = [cores[at] for at in parts.argmax(axis=1)]
    assert (
        np.mean(
            [core == CALLED[int(which)][0] for core, which in zip(placed, scenes.scene[new], strict=True)]
        )
        > 0.9
    )


def test_what_the_new_are_called_is_expected_from_who_listens() -> None:
    scenes = made()
    terms = scenes.terms.toarray()
    terms[60:] = 0
    by_terms_alone = CONFIG.model_copy(update={"listening": 0.0, "sound": 0.0})

    found = scenes.fit(terms=sp.csr_array(terms), config=by_terms_alone)

    cores = [found.genres[at].core for at in found.place[60:]]
    assert cores == [CALLED[int(which)][0] for which in scenes.scene[60:]]
    songs = found.songs(np.full(20, -1), listening=scenes.listening[60:]).toarray()
    assert (songs.argmax(axis=1) == found.place[60:]).all()


def test_when_there_are_fewer_the_largest_go_on() -> None:
    scenes = made()
    many = np.flatnonzero((scenes.scene < 2) | (np.arange(80) < 32))
    first = scenes.some(many).fit(config=CONFIG.model_copy(update={"artists_per_genre": 14}))
    largest = {genre.id for genre in sorted(first.genres, key=lambda genre: -genre.size)[:2]}

    second = scenes.some(many).fit(before=first, config=CONFIG.model_copy(update={"artists_per_genre": 28}))

    assert len(first) == 4
    assert {genre.id for genre in second.genres} == largest


def test_songs_of_other_vectors_are_refused() -> None:
    scenes = made()

    with pytest.raises(ValueError, match="sound"):
        scenes.fit().songs(scenes.artists[:2], sound=np.zeros((2, 3), np.float32))


def test_rows_that_do_not_fit_are_refused() -> None:
    scenes = made()

    with pytest.raises(ValueError, match="weight"):
        scenes.fit(weight=scenes.weight[1:])
    with pytest.raises(ValueError, match="below 0"):
        scenes.fit(weight=-scenes.weight)
    with pytest.raises(ValueError, match="names"):
        scenes.fit(term_names=scenes.term_names[1:])


NOTHING_SAID = sp.csr_array((80, 0), dtype=np.float32)


def test_without_any_text_two_of_its_artists_give_the_name() -> None:
    scenes = made()

    found = scenes.fit(terms=NOTHING_SAID, term_names=())

    assert len(found) == len(CALLED)
    for genre in found.genres:
        first, second = (f"Artist {artist}" for artist in genre.artists[:2])
        assert genre.name == f"like {first} and {second}"
        assert (genre.modifier, genre.core, genre.parent, genre.terms) == (None, None, None, ())


def test_without_listening_and_sound_what_artists_are_called_is_enough() -> None:
    scenes = made()

    found = scenes.fit(listening=None, sound=None)

    cores = {genre.core for genre in found.genres}
    assert cores == {called[0] for called in CALLED.values()}


def test_where_nothing_is_known_there_are_none() -> None:
    scenes = made()

    found = scenes.fit(listening=None, sound=None, terms=NOTHING_SAID, term_names=())

    assert found.genres == ()
    assert (found.place == -1).all()
    assert found.membership.shape == (80, 0)
    assert found.songs(scenes.artists).shape == (80, 0)


def test_no_artists_at_all(tmp_path: Path) -> None:
    found = made().some(np.arange(0)).fit()
    found.save(tmp_path)

    assert MicroGenres.load(tmp_path).genres == ()


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_handful_of_artists(n: int) -> None:
    found = made().some(np.arange(n)).fit()

    assert len(found) == 1
    assert found.genres[0].size == n
    assert found.genres[0].name.startswith("like Artist")


def test_artists_of_whom_nothing_is_known_belong_nowhere() -> None:
    scenes = made()
    scenes.listening[3] = scenes.sound[3] = 0
    terms = scenes.terms.toarray()
    terms[3] = 0

    found = scenes.fit(terms=sp.csr_array(terms))

    assert found.place[3] == -1
    assert not found.membership[[3]].toarray().any()


def test_names_and_ids_stay_from_build_to_build() -> None:
    scenes = made(40)
    config = CONFIG.model_copy(update={"artists_per_genre": 40})
    first = scenes.fit(config=config)
    rows = np.random.default_rng(5).permutation(len(scenes.artists))[: int(len(scenes.artists) * 0.95)]

    second = scenes.some(rows).fit(before=first, seed=9, config=config)

    of_first = {genre.id: genre for genre in first.genres}
    names = {int(a): first.genres[p].name for a, p in zip(first.artists, first.place, strict=True)}
    assert {genre.id for genre in second.genres} <= set(of_first)
    for artist, at in zip(second.artists, second.place, strict=True):
        assert second.genres[at].name == names[int(artist)] == of_first[second.genres[at].id].name


def test_a_name_that_is_no_longer_supported_changes_and_the_id_stays() -> None:
    scenes = made()
    first = scenes.fit()
    techno = next(genre for genre in first.genres if genre.core == "dub techno")
    term_names = tuple("minimal techno" if term == "dub techno" else term for term in scenes.term_names)

    second = scenes.fit(before=first, term_names=term_names)

    now = next(genre for genre in second.genres if genre.id == techno.id)
    assert now.core == "minimal techno"
    others = {genre.id: genre.name for genre in second.genres if genre.id != techno.id}
    assert others == {genre.id: genre.name for genre in first.genres if genre.id != techno.id}


def test_a_new_scene_gets_an_id_that_none_had() -> None:
    scenes = made()
    first = scenes.some(np.flatnonzero(scenes.scene < 3)).fit()

    second = scenes.fit(before=first)
    third = scenes.some(np.flatnonzero(scenes.scene < 3)).fit(before=second)
    fourth = scenes.fit(before=third)

    assert len(first) == 3
    fresh = {genre.id for genre in second.genres} - {genre.id for genre in first.genres}
    assert len(fresh) == 1
    again = {genre.id for genre in fourth.genres} - {genre.id for genre in third.genres}
    assert len(again) == 1
    assert again.isdisjoint(fresh)
    assert fourth.next_id > max(again)


def test_the_tree_is_the_shipped_one() -> None:
    assert all(TREE.canonical(called[0]) == called[0] for called in CALLED.values())
