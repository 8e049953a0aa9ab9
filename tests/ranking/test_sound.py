from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.ranking.models import heard_model, signals_of, small_model
from tests.tables import tables

from earmark.errors import NotLearnedError
from earmark.ranking.cold import ColdConfig, ColdFactors
from earmark.ranking.placing import MOST_ROWS, teaching_rows
from earmark.ranking.signals import HALF, SignalsConfig
from earmark.ranking.sound import ENERGY, TEMPO, Sounds
from earmark.ranking.sounds_like import SoundSpace, SpaceConfig
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.matrix import joint_matrix

COLUMNS = Columns.of(tables.songs({song: 1 + song % 3 for song in range(1, 30)}))


def sounds_of(rows) -> Sounds:
    return Sounds.of(tables.sounds(rows), COLUMNS)


# --- what was heard ---


def test_every_song_that_was_heard_stands_by_its_column():
    told = {"tempo": 120.0, "energy": 0.25, "tonic": 9, "minor": True, "added_at": 77}
    sounds = sounds_of(
        {3: ([1.0, 2.0], told), 8: ([3.0, 2.5], {"tonic": 2, "minor": False}), 99: ([0, 0], {})}
    )
    assert sounds.columns.tolist() == sorted(COLUMNS.find(np.array([3, 8])).tolist())
    row = sounds.row_of[COLUMNS.find(np.array([3]))[0]]
    assert sounds.figures[row, [TEMPO, ENERGY]].tolist() == pytest.approx([np.log2(120), 0.25])
    assert np.isnan(np.delete(sounds.figures[row], [TEMPO, ENERGY])).all()
    assert sorted(sounds.keys.tolist()) == [2, 21]
    assert sounds.heard.sum() == 2
    columns = COLUMNS.find(np.array([3, 8, 1]))
    assert sounds.first_had(columns).tolist() == [77, 0, 0]


def test_vectors_are_those_that_were_heard_from_their_middle_at_length_one():
    vectors = np.random.default_rng(1).normal([5, -3, 0, 100], [1, 2, 0.01, 50], (20, 4))
    sounds = sounds_of({song + 1: (vector.tolist(), {}) for song, vector in enumerate(vectors)})
    heard = COLUMNS.songs[sounds.columns] - 1
    away = vectors[heard] - vectors.mean(axis=0)
    np.testing.assert_allclose(sounds.vectors, away / np.linalg.norm(away, axis=1, keepdims=True), atol=1e-6)


def test_a_song_that_another_net_heard_has_figures_and_no_vector():
    sounds = sounds_of({1: (None, {"energy": 0.5}), 2: ([1.0, 0.0], {}), 3: ([0.0, 1.0], {})})
    row = sounds.row_of[COLUMNS.find(np.array([1]))[0]]
    assert not sounds.vectors[row].any()
    assert sounds.figures[row, ENERGY] == 0.5


def test_nothing_heard_is_nothing():
    for sounds in (Sounds.of(tables.sounds({}), COLUMNS), Sounds.none(len(COLUMNS))):
        assert len(sounds) == 0
        assert not sounds.heard.any()
        assert sounds.content().features.shape[0] == len(COLUMNS)


def test_sounds_and_space_come_back_as_they_were_saved(tmp_path):
    model, _ = heard_model(0)
    sounds, space = model.signals.sounds, model.signals.space
    sounds.save(tmp_path)
    space.save(tmp_path)
    again = Sounds.load(tmp_path, len(model.columns))
    for name in ("columns", "vectors", "figures", "keys", "added_at"):
        np.testing.assert_array_equal(getattr(again, name), getattr(sounds, name))
    back = SoundSpace.load(tmp_path)
    np.testing.assert_array_equal(back.vectors, space.vectors)
    assert back.taught_by == space.taught_by > 0
    np.save(tmp_path / "keys.npy", sounds.keys[1:])
    with pytest.raises(NotLearnedError):
        Sounds.load(tmp_path, len(model.columns))
    np.save(tmp_path / "keys.npy", sounds.keys)
    with pytest.raises(NotLearnedError):
        Sounds.load(tmp_path, int(sounds.columns[-1]))


# --- the space ---


def test_the_space_is_the_sound_and_what_listeners_make_of_it():
    model, histories = heard_model(1)
    signals = model.signals
    sounds, space = signals.sounds, signals.space
    unheard = ~sounds.vectors.any(axis=1)
    np.testing.assert_allclose(np.linalg.norm(space.vectors[~unheard], axis=1), 1, rtol=1e-5)
    assert not space.vectors[unheard].any()
    joint = joint_matrix(histories, signals.members)
    confidences = joint * np.float32(signals.factors.config.alpha)
    vectors = signals.fold_in(joint, signals.words.rows([""] * len(histories) + names_of(1)))
    head = ColdFactors(ColdConfig(pull=SpaceConfig().pull)).fit(sounds.content(), confidences, vectors)
    mapped = sounds.vectors @ head.feature_factors
    held = (confidences > 0).toarray().any(0)[sounds.columns]
    assert space.taught_by == held.sum()
    share = held.sum() / (held.sum() + SpaceConfig().trusted)
    expected = share * cosines(mapped) + (1 - share) * cosines(sounds.vectors)
    heard = ~unheard
    np.testing.assert_allclose(cosines(space.vectors)[heard][:, heard], expected[heard][:, heard], atol=2e-4)


def names_of(seed: int) -> list[str]:
    return tables.world(seed).playlists["name"].to_list()


def cosines(vectors):
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit @ unit.T


def test_where_nobody_holds_what_was_heard_the_sound_alone_speaks():
    frames = tables.heard(tables.world(2), 2)
    new = frames.songs["song"].max()
    frames = tables.only_heard(frames, list(range(new - 11, new + 1)))
    frames = replace(frames, feedback=frames.feedback.clear())
    signals, histories = signals_of(frames)
    assert signals.space.taught_by == 0
    np.testing.assert_allclose(cosines(signals.space.vectors), cosines(signals.sounds.vectors), atol=1e-5)
    # Words place them all the same, if somebody holds a song of the artist.
    told_of = joint_matrix(histories, signals.members).toarray().any(0)
    columns, at = signals.columns, signals.sounds.columns
    known = [bool(told_of[columns.artist_of == columns.artist_of[one]].any()) for one in at]
    assert signals.factors.placed.tolist() == at[known].tolist()
    assert (signals.renown[at] > 0).tolist() == known
    assert set(known) == {True, False}


# --- songs that nobody holds ---


def test_songs_of_the_library_that_nobody_holds_are_placed_and_nothing_else_moves():
    model, _ = heard_model(0)
    signals = model.signals
    heard_unheld = signals.sounds.columns[signals.popularity[signals.sounds.columns] == 0]
    assert len(signals.factors.placed) > 8
    # Of some that nobody plays somebody loves the artist: these have vectors that were learned.
    assert set(signals.factors.placed.tolist()) < set(heard_unheld.tolist())
    assert signals.factors.item_factors[heard_unheld].any(axis=1).all()
    others = np.setdiff1d(np.flatnonzero(signals.popularity == 0), heard_unheld)
    assert (signals.renown[others] == 0).all()
    assert (signals.renown[heard_unheld] == HALF).all()
    held = signals.popularity > 0
    np.testing.assert_array_equal(signals.renown[held], signals.popularity[held])


def test_listeners_are_folded_in_as_if_no_song_had_been_placed():
    frames = tables.heard(tables.world(1), 1)
    placed, histories = signals_of(frames)
    weights, called = histories.weight, placed.words.rows([""] * len(histories))
    with_placed = placed.fold_in(weights, called)
    new = placed.factors.placed
    assert len(new)
    placed.factors.place(np.empty(0, np.int32), np.empty((0, 8), np.float32))
    placed.factors.column_factors[new] = 0
    np.testing.assert_allclose(placed.fold_in(weights, called), with_placed, atol=1e-6)


def test_the_same_sound_is_placed_near_what_the_same_people_like():
    frames = tables.two_sounds(n_new=4)
    signals, histories = signals_of(frames, SignalsConfig())
    columns = signals.columns
    new = signals.factors.placed
    assert len(new) == 4
    vectors = signals.fold_in(histories.weight, signals.words.rows([""] * len(histories)))
    fits = vectors @ signals.factors.item_factors[new].T
    for row, listener in enumerate(histories.listeners.tolist()):
        for at, song in enumerate(columns.songs[new].tolist()):
            assert (fits[row, at] > np.median(fits[row])) == (listener % 2 == song % 2), (listener, song)


def test_rows_that_teach_are_evenly_chosen():
    joint = joint_matrix(small_model(0)[1], small_model(0)[0].members)
    assert teaching_rows(joint) is joint
    many = joint[np.arange(MOST_ROWS + 500) % joint.shape[0]]
    taught = teaching_rows(many)
    assert taught.shape == (MOST_ROWS, joint.shape[1])
    np.testing.assert_array_equal(taught[[0]].toarray(), many[[0]].toarray())
    np.testing.assert_array_equal(taught[[-1]].toarray(), many[[-1]].toarray())
