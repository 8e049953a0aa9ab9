from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from pydantic import ValidationError
from tests.ranking.models import RANKING, learned_from, small_model
from tests.tables import tables

from earmark.errors import NotLearnedError
from earmark.ranking.blend import Blend
from earmark.ranking.features import Feature
from earmark.ranking.recommender import RankingConfig, Recommender
from earmark.signals.collaborative.histories import Histories

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [5, 80])
def test_lists_hold_open_songs_once_best_first(seed, n):
    model, histories = small_model(seed)
    ranked = model.rank(histories, n)
    closed = histories.closed.toarray() > 0
    assert ranked.songs.shape == (len(histories), n)
    for row, songs in enumerate(ranked.songs.tolist()):
        given = [song for song in songs if song >= 0]
        assert songs == given + [-1] * (n - len(given))
        assert len(set(given)) == len(given) > 0
        assert not closed[row, given].any()
        scores = ranked.scores[row, : len(given)]
        assert (np.diff(scores) <= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_that_somebody_holds_is_ranked_by_the_blend(seed):
    # The world is smaller than the net is wide: the pool must hold every open song.
    model, histories = small_model(seed)
    candidates, features = model.features(histories)
    scores = features @ model.blend.weights.astype(np.float32)
    ranked = model.rank(histories, 80)
    closed = histories.closed.toarray() > 0
    for row in range(len(histories)):
        mine = candidates.rows == row
        expected = sorted(zip((-scores[mine]).tolist(), candidates.songs[mine].tolist(), strict=True))
        songs = ranked.songs[row][ranked.songs[row] >= 0].tolist()
        assert songs == [song for _, song in expected]
        assert set(songs) == set(np.flatnonzero((model.popularity > 0) & ~closed[row]).tolist())


def test_a_song_that_nobody_holds_is_nobodys_candidate():
    # Song 900 was played in private, 903 broken off: that they exist says what one listener did.
    frames = tables.world(1)
    secret = [{"listener": 3, "song": 900, "private": True}, {"listener": 5, "song": 903, "ms": 1_000}]
    artists = dict(frames.songs.select("song", "artist").rows()) | {900: 1, 903: 1}
    frames = type(frames)(
        **{field.name: getattr(frames, field.name) for field in fields(frames)}
        | {"songs": tables.songs(artists), "listens": frames.listens.vstack(tables.listens(secret))}
    )
    model, histories = learned_from(frames)
    known = model.columns.songs[np.unique(model.rank(histories, 80).songs)]
    assert not {900, 903} & set(known.tolist())


@pytest.mark.parametrize("seed", SEEDS)
def test_known_artists_are_those_whom_the_listener_plays_whatever_the_weights(seed):
    learned, histories = small_model(seed)
    artist = learned.columns.artist_of
    strength = histories.strength.toarray()
    contrary = np.zeros(len(Feature))
    contrary[[Feature.ARTIST_PLAYS, Feature.ARTIST_SKIPS, Feature.FACTORS]] = -1, 1, 1
    for blend in (Blend(), Blend(contrary)):
        model = Recommender(
            learned.columns, learned.members, learned.neighbours, learned.factors, config=RANKING, blend=blend
        )
        ranked = model.rank(histories, 80)
        rows, place = np.nonzero(ranked.songs >= 0)
        songs = ranked.songs[rows, place]
        plays = [
            strength[row, artist == artist[song]].sum() > 0 for row, song in zip(rows, songs, strict=True)
        ]
        assert ranked.known_artist[rows, place].tolist() == plays
        assert 0 < sum(plays) < len(plays)
        assert ranked.bond_share.min() >= 0
        assert ranked.bond_share.max() <= 1


def test_the_bonds_share_is_of_what_both_parts_bring():
    model, histories = small_model(0)
    candidates, features = model.features(histories)
    bond, together = model.blend.parts(features, RANKING.depth)
    share = {
        (int(row), int(song)): a / (a + b) if a + b else 0
        for row, song, a, b in zip(candidates.rows, candidates.songs, bond, together, strict=True)
    }
    ranked = model.rank(histories, 20)
    for row, place in zip(*np.nonzero(ranked.songs >= 0), strict=True):
        song = int(ranked.songs[row, place])
        assert ranked.bond_share[row, place] == pytest.approx(share[int(row), song], abs=1e-6)


def test_who_has_no_history_gets_what_most_rows_hold():
    model, histories = small_model(0)
    nobody = Histories(
        np.array([999], np.int32),
        *(getattr(histories, field.name)[[0]] * 0 for field in fields(histories)[1:]),
    )
    for field in fields(nobody)[1:]:
        getattr(nobody, field.name).eliminate_zeros()
    ranked = model.rank(nobody, 10)
    assert (ranked.songs >= 0).all()
    assert not ranked.known_artist.any()
    assert (ranked.bond_share == 0).all()


def test_a_listener_alone_and_among_others_gets_the_same():
    model, histories = small_model(2)
    whole = model.rank(histories, 30)
    for row in range(len(histories)):
        alone = model.rank(histories.rows(row, row + 1), 30)
        for field in fields(whole):
            np.testing.assert_allclose(
                getattr(alone, field.name)[0], getattr(whole, field.name)[row], rtol=1e-5, atol=1e-6
            )


def test_nobody_at_all_gets_no_lists():
    model, histories = small_model(2)
    assert model.rank(histories.rows(0, 0), 30).songs.shape == (0, 30)


def test_popularity_counts_listeners_and_playlists():
    model, histories = small_model(0)
    assert model.listeners_holding.tolist() == (histories.plays.toarray() > 0).sum(0).tolist()
    assert model.playlists_holding.tolist() == model.members.playlists.toarray().sum(0).tolist()
    assert (model.popularity == model.listeners_holding + model.playlists_holding).all()


def test_most_held_songs_reach_past_those_that_a_listener_knows():
    ranking = RankingConfig(depth=30, popular=30)
    model, histories = learned_from(tables.world(0, n_songs=300, n_artists=90), ranking)
    popular = model._popular(histories.closed)
    order = np.argsort(-model.popularity, kind="stable")[:120].tolist()
    for row in range(len(histories)):
        closed = set(histories.closed[[row]].indices.tolist())
        assert popular[row].tolist() == [song for song in order if song not in closed][:30]


def test_a_saved_model_gives_the_same_lists_and_evidence(tmp_path):
    model, histories = small_model(1)
    weighted = Recommender(
        model.columns,
        model.members,
        model.neighbours,
        model.factors,
        config=RANKING,
        blend=Blend(np.linspace(-1, 1, len(Feature))),
    )
    weighted.save(tmp_path)
    loaded = Recommender.load(tmp_path, RANKING)
    one, other = weighted.rank(histories, 50), loaded.rank(histories, 50)
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    rows = np.repeat(np.arange(len(histories), dtype=np.int32), 5)
    songs = one.songs[:, :5].ravel()
    for a, b in zip(
        weighted.evidence(histories, rows, songs), loaded.evidence(histories, rows, songs), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    model, _ = small_model(1)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) >= 10
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_every_missing_file_is_named(tmp_path):
    model, _ = small_model(1)
    model.save(tmp_path)
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        kept = path.read_bytes()
        path.unlink()
        with pytest.raises(NotLearnedError, match=path.name):
            Recommender.load(tmp_path, RANKING)
        path.write_bytes(kept)


def test_notes_say_when_there_were_too_few_rows_for_the_factors():
    model, _ = small_model(0)
    assert model.notes == ()
    model.factors.note = "Fewer."
    assert model.notes == ("Fewer.",)
    model.factors.note = None


def test_a_net_too_narrow_is_refused():
    with pytest.raises(ValidationError):
        RankingConfig(depth=29)
