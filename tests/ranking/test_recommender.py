from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy import sparse
from tests.ranking.models import RANKING, SIGNALS, everybody, small_model, some_playlists
from tests.ranking.test_ranker import grown

from earmark.errors import NotLearnedError
from earmark.ranking.asked import Asked
from earmark.ranking.features import Feature
from earmark.ranking.fusion import FUSED, LISTENERS, PLAYLISTS, Fusion
from earmark.ranking.generators import CandidatesConfig
from earmark.ranking.order import Order
from earmark.ranking.recommender import BEGINNING, Purpose, Ranked, RankingConfig, Recommender
from earmark.signals.collaborative.histories import Histories

SEEDS = range(3)
ROWS = {Purpose.DISCOVERY: everybody, Purpose.CONTINUATION: lambda model, _: some_playlists(model)}
BOTH = pytest.mark.parametrize("purpose", list(Purpose))


def with_trees(model: Recommender) -> Recommender:
    """The same, with trees (learned from anything) that see the ten best of each row."""
    orders = {purpose: Order(order.fusion, grown(), reranked=10) for purpose, order in model.orders.items()}
    return Recommender(model.signals, RANKING, orders)


MODELS = [lambda model: model, with_trees]


@BOTH
@pytest.mark.parametrize("kind", MODELS, ids=["fusion", "trees"])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [5, 80])
def test_lists_hold_open_songs_once_best_first(seed, n, kind, purpose):
    model, histories = small_model(seed)
    asked = ROWS[purpose](model, histories)
    ranked = kind(model).rank(asked, purpose, n)
    closed = asked.histories.closed.toarray() > 0
    assert ranked.songs.shape == (len(asked), n)
    for row, songs in enumerate(ranked.songs.tolist()):
        given = [song for song in songs if song >= 0]
        assert songs == given + [-1] * (n - len(given))
        assert len(set(given)) == len(given) > 0
        assert not closed[row, given].any()
        scores = ranked.scores[row, : len(given)]
        assert (np.diff(scores) <= 0).all()
        assert not ranked.scores[row, len(given) :].any()


@BOTH
@pytest.mark.parametrize("kind", MODELS, ids=["fusion", "trees"])
@pytest.mark.parametrize("seed", SEEDS)
def test_everything_that_somebody_holds_is_put_in_the_order_of_the_purpose(seed, kind, purpose):
    # The world is smaller than the net is wide: the pool must hold every open song.
    learned, histories = small_model(seed)
    model = kind(learned)
    asked = ROWS[purpose](model, histories)
    pairs, known = model.known(asked)
    scores = model.orders[purpose].score(known, pairs.indptr)
    ranked = model.rank(asked, purpose, 80)
    closed = asked.histories.closed.toarray() > 0
    for row in range(len(asked)):
        mine = pairs.rows == row
        expected = sorted(zip((-scores[mine]).tolist(), pairs.songs[mine].tolist(), strict=True))
        songs = ranked.songs[row][ranked.songs[row] >= 0].tolist()
        assert songs == [song for _, song in expected]
        assert set(songs) == set(np.flatnonzero((model.popularity > 0) & ~closed[row]).tolist())


def test_each_purpose_has_an_order_of_its_own():
    learned, _ = small_model(0)
    # One net for both, so that the orders alone differ.
    alike = RankingConfig(candidates=CandidatesConfig(depth=60))
    model = Recommender(learned.signals, alike)
    asked = some_playlists(model)
    assert model.orders[Purpose.DISCOVERY].fusion.weights.tolist() == list(LISTENERS.values())
    assert model.orders[Purpose.CONTINUATION].fusion.weights.tolist() == list(PLAYLISTS.values())
    lists = [model.rank(asked, purpose, 60).songs.tolist() for purpose in Purpose]
    assert lists[0] != lists[1]
    swapped = Recommender(
        model.signals,
        alike,
        {Purpose.DISCOVERY: model.orders[Purpose.CONTINUATION]},
    )
    assert swapped.rank(asked, Purpose.DISCOVERY, 60).songs.tolist() == lists[1]
    # What is not given is the prior.
    assert swapped.rank(asked, Purpose.CONTINUATION, 60).songs.tolist() == lists[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_known_artists_are_those_whom_the_listener_plays_whatever_the_weights(seed):
    learned, histories = small_model(seed)
    artist = learned.columns.artist_of
    strength = histories.strength.toarray()
    contrary = np.zeros(FUSED)
    contrary[[Feature.ARTIST_PLAYS, Feature.ARTIST_SKIPS, Feature.FACTORS]] = -1, 1, 1
    for order in (
        learned.orders[Purpose.DISCOVERY],
        Order(Fusion(contrary)),
        Order(Fusion(contrary), grown(), 10),
    ):
        model = Recommender(learned.signals, RANKING, {Purpose.DISCOVERY: order})
        ranked = model.discover(histories, 80)
        rows, place = np.nonzero(ranked.songs >= 0)
        songs = ranked.songs[rows, place]
        plays = [
            strength[row, artist == artist[song]].sum() > 0 for row, song in zip(rows, songs, strict=True)
        ]
        assert ranked.known_artist[rows, place].tolist() == plays
        assert 0 < sum(plays) < len(plays)
        assert ranked.bond_share.min() >= 0
        assert ranked.bond_share.max() <= 1


@BOTH
@pytest.mark.parametrize("kind", MODELS, ids=["fusion", "trees"])
def test_the_bonds_share_is_of_what_both_parts_bring(kind, purpose):
    learned, histories = small_model(0)
    model = kind(learned)
    asked = ROWS[purpose](model, histories)
    pairs, known = model.known(asked)
    bond, together = model.orders[purpose].fusion.parts(known, RANKING.candidates.depth)
    share = {
        (int(row), int(song)): a / (a + b) if a + b else 0
        for row, song, a, b in zip(pairs.rows, pairs.songs, bond, together, strict=True)
    }
    ranked = model.rank(asked, purpose, 20)
    for row, place in zip(*np.nonzero(ranked.songs >= 0), strict=True):
        song = int(ranked.songs[row, place])
        assert ranked.bond_share[row, place] == pytest.approx(share[int(row), song], abs=1e-6)


# --- little to go by ---


def nobody(histories: Histories) -> Histories:
    """One listener of whom nothing is on record."""
    empty = [getattr(histories, field.name)[[0]] * 0 for field in fields(histories)[1:]]
    for matrix in empty:
        matrix.eliminate_zeros()
    return Histories(np.array([999], np.int32), *empty)


NARROW = RankingConfig(candidates=CandidatesConfig(popular=30))


def test_of_whom_nothing_is_known_gets_what_most_rows_hold():
    learned, histories = small_model(0, n_songs=300)
    model = Recommender(learned.signals, NARROW)
    ranked = model.discover(nobody(histories), 40)
    assert set(ranked.songs[0, :30].tolist()) == set(model.signals.most_held[:30].tolist())
    assert (ranked.songs[0, 30:] == -1).all()
    assert not ranked.known_artist.any()
    assert (ranked.bond_share == 0).all()


@pytest.mark.parametrize("name", ["", "never heard of"])
def test_a_playlist_without_songs_or_a_known_name_goes_on_with_what_most_rows_hold(name):
    learned, _ = small_model(0, n_songs=300)
    model = Recommender(learned.signals, NARROW)
    ranked = model.rank(Asked.playlists(model.signals, [np.arange(0)], [name]), Purpose.CONTINUATION, 40)
    assert set(ranked.songs[0, :30].tolist()) == set(model.signals.most_held[:30].tolist())
    assert (ranked.songs[0, 30:] == -1).all()


def test_a_known_name_alone_goes_on_with_songs_of_its_kind():
    model, _ = small_model(1)
    nothing = [np.arange(0)] * 2
    ranked = model.rank(Asked.playlists(model.signals, nothing, ["Gym", ""]), Purpose.CONTINUATION, 5)
    assert ranked.songs[0].tolist() != ranked.songs[1].tolist()
    asked = Asked.playlists(model.signals, nothing, ["Gym", ""])
    first = set(model.signals.words.score(asked.namesakes, None, 10)[0][0].tolist())
    assert len(set(ranked.songs[0].tolist()) & first) > len(set(ranked.songs[1].tolist()) & first)


def test_an_unknown_name_changes_nothing():
    model, _ = small_model(1)
    lists = [np.array([3, 8, 20])] * 2
    ranked = model.rank(
        Asked.playlists(model.signals, lists, ["", "never heard of"]), Purpose.CONTINUATION, 50
    )
    assert ranked.songs[0].tolist() == ranked.songs[1].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_playlist_of_one_song_goes_on_with_what_is_held_with_it(seed):
    model, _ = small_model(seed)
    lists = model.members.playlists.toarray()
    beside, by_chance = [], []
    for song in np.flatnonzero(lists.sum(0) >= 4):
        asked = Asked.playlists(model.signals, [np.array([song])], [""])
        ranked = model.rank(asked, Purpose.CONTINUATION, 10).songs[0]
        together = lists[lists[:, song] > 0].sum(0) > 0
        beside.append(together[ranked].mean())
        by_chance.append(together[np.delete(np.arange(60), song)].mean())
    assert len(beside) >= 5
    assert np.mean(beside) > np.mean(by_chance) + 0.2


@BOTH
def test_nobody_at_all_gets_no_lists(purpose):
    model, histories = small_model(2)
    none = Asked.listeners(model.signals, histories.rows(0, 0))
    for kind in MODELS:
        assert kind(model).rank(none, purpose, 30).songs.shape == (0, 30)


# --- rows do not know of each other ---


@BOTH
@pytest.mark.parametrize("kind", MODELS, ids=["fusion", "trees"])
def test_a_row_alone_and_among_others_gets_the_same(kind, purpose):
    learned, histories = small_model(2)
    model = kind(learned)
    lists = [np.array([1, 2, 3]), np.array([4]), np.arange(0), np.arange(20)]
    names = ["gym", "", "rain", "nothing"]

    def asked(rows: slice) -> Asked:
        if purpose == Purpose.DISCOVERY:
            return Asked.listeners(model.signals, histories.rows(rows.start, rows.stop))
        return Asked.playlists(model.signals, lists[rows], names[rows])

    whole = model.rank(asked(slice(0, 8)), purpose, 30)
    for row in range(len(whole.songs)):
        alone = model.rank(asked(slice(row, row + 1)), purpose, 30)
        assert alone.songs[0].tolist() == whole.songs[row].tolist()
        for field in fields(whole):
            np.testing.assert_allclose(
                getattr(alone, field.name)[0], getattr(whole, field.name)[row], rtol=1e-4, atol=1e-5
            )


def test_closed_songs_make_room_for_the_next():
    model, histories = small_model(0)
    before = model.discover(histories, 60).songs
    shut = sparse.lil_array(histories.closed)
    for row in range(len(histories)):
        shut[row, before[row, 0]] = 1
    after = model.discover(replace(histories, closed=sparse.csr_array(shut)), 60).songs
    for row in range(len(histories)):
        assert before[row, 0] not in after[row]
        assert set(after[row].tolist()) == set(before[row].tolist()) - {int(before[row, 0])}


# --- on disk ---


def test_a_saved_model_gives_the_same_lists_and_evidence(tmp_path):
    model, histories = small_model(1)
    weighted = Recommender(
        model.signals,
        RANKING,
        {
            Purpose.DISCOVERY: Order(
                Fusion(np.linspace(-1, 1, FUSED)), grown(), RANKING.order.ranker.reranked
            ),
            Purpose.CONTINUATION: Order(Fusion(np.linspace(1, 0, FUSED))),
        },
    )
    weighted.save(tmp_path)
    loaded = Recommender.load(tmp_path, SIGNALS, RANKING)
    for purpose in Purpose:
        one, other = (some.rank(ROWS[purpose](some, histories), purpose, 50) for some in (weighted, loaded))
        for field in fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    rows = np.repeat(np.arange(len(histories), dtype=np.int32), 5)
    songs = weighted.discover(histories, 5).songs.ravel()
    for a, b in zip(
        weighted.evidence(histories, rows, songs), loaded.evidence(histories, rows, songs), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    model, _ = small_model(1)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with_trees(model).save(tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) >= 25
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_every_missing_or_cut_off_file_is_named(tmp_path):
    model, _ = small_model(1)
    with_trees(model).save(tmp_path)
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        kept = path.read_bytes()
        path.write_bytes(kept[: len(kept) // 2])
        with pytest.raises(NotLearnedError, match=path.name):
            Recommender.load(tmp_path, SIGNALS, RANKING)
        path.unlink()
        with pytest.raises(NotLearnedError, match=path.name):
            Recommender.load(tmp_path, SIGNALS, RANKING)
        path.write_bytes(kept)


def test_notes_say_when_there_were_too_few_rows_for_the_factors():
    model, _ = small_model(0)
    assert model.notes == ()
    model.factors.note = "Fewer."
    assert model.notes == ("Fewer.",)
    model.factors.note = None


def test_the_model_is_known_by_its_signals():
    model, _ = small_model(0)
    assert model.columns is model.signals.columns
    assert model.members is model.signals.members
    assert model.factors is model.signals.factors
    assert model.popularity is model.signals.popularity
    assert isinstance(model.config, RankingConfig)


def shortened(histories: Histories, n: int) -> Histories:
    """Every other listener likes no more than their first n songs."""
    short = []
    for name in ("weight", "strength", "recent", "plays"):
        dense = getattr(histories, name).toarray()
        for row in range(0, len(dense), 2):
            dense[row, np.flatnonzero(histories.weight.toarray()[row] > 0)[n:]] = 0
        short.append(sparse.csr_array(dense))
    weight, strength, recent, plays = short
    return replace(histories, weight=weight, strength=strength, recent=recent, plays=plays)


@pytest.mark.parametrize("n", [0, 1, BEGINNING])
def test_listeners_of_whom_hardly_anything_is_known_are_asked_about_as_beginnings_of_playlists(n):
    model, everyone = small_model(0)
    histories = shortened(everyone, n)
    likes = np.diff(histories.taste.indptr)
    asked = Asked.listeners(model.signals, histories)
    by = {purpose: model.rank(asked, purpose, 30) for purpose in Purpose}
    found = model.discover(histories, 30)
    assert (likes <= BEGINNING).any()
    assert (likes > BEGINNING).any()
    for row, n_liked in enumerate(likes.tolist()):
        expected = by[Purpose.CONTINUATION if n_liked <= BEGINNING else Purpose.DISCOVERY]
        for field in fields(Ranked):
            whole, one = (getattr(some, field.name)[row] for some in (found, expected))
            np.testing.assert_allclose(whole, one, rtol=1e-6)
