from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError
from tests.ranking.models import SIGNALS, small_model
from tests.tables import tables

from earmark.engines import local
from earmark.engines.local import (
    SOUND_INDEX,
    LearnSettings,
    Start,
    continuation_pools,
    discovery_pools,
    fit,
    histories_of,
    learn,
    rank_in_parts,
    sounds_to_hide,
    versions,
)
from earmark.errors import EarmarkError
from earmark.evaluation.continuation import challenges
from earmark.evaluation.splits import FoundLater, cut, hold_out
from earmark.ranking.features import Feature
from earmark.ranking.fusion import FusionConfig
from earmark.ranking.order import OrderConfig
from earmark.ranking.recommender import PRIORS, Purpose, RankingConfig, Recommender
from earmark.ranking.sound_index import SoundIndex
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.next_track.model import NextTrackConfig
from earmark.store.snapshot import Frames

RANKING = RankingConfig(order=OrderConfig(fusion=FusionConfig(least_hits=3)))
SETTINGS = LearnSettings(signals=SIGNALS, ranking=RANKING, next_track=NextTrackConfig(moments=100))
"""Few moments: an order of the next track is learned in tests of its own."""


@pytest.fixture(scope="module")
def frames() -> Frames:
    """Twenty listeners with long histories, and forty long playlists beside the short ones."""
    world = tables.world(5, n_listeners=20, n_songs=300, n_artists=60, n_listens=4_000)
    random = np.random.default_rng(2)
    songs = world.songs["song"].to_numpy()
    lists = {
        200 + n: (None, random.choice(songs, int(random.integers(10, 28)), replace=False).tolist())
        for n in range(40)
    }
    playlists, playlist_songs = tables.playlists(lists)
    return replace(
        world,
        playlists=pl.concat([world.playlists, playlists]),
        playlist_songs=pl.concat([world.playlist_songs, playlist_songs]),
    )


class Watched:
    """Who remembers how far each stage came."""

    def __init__(self) -> None:
        self.done: dict[str, list[int | None]] = {}

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = ""):
        del unit
        self.done[name] = [total, 0]

        def advance(n: int) -> None:
            self.done[name][1] += n

        yield advance


# --- signals from frames ---


def test_everybody_and_every_playlist_is_learned_from(frames):
    signals, histories = fit(frames, SETTINGS)
    assert histories.listeners.tolist() == frames.listeners["listener"].to_list()
    assert signals.members.playlists.shape == (64, 300)
    assert signals.members.listeners.shape == (20, 300)
    expected = histories_of(frames, histories.listeners, signals.columns, SETTINGS.evidence)
    for field in fields(Histories):
        one, other = (getattr(some, field.name) for some in (histories, expected))
        np.testing.assert_array_equal(*(getattr(m, "toarray", lambda m=m: m)() for m in (one, other)))
    names = frames.playlists["name"].to_list()
    assert signals.words.rows(["rain"]).nnz > 0
    assert len(names) == 64


def test_the_seed_of_a_build_is_the_seed_of_its_factors(frames):
    one, again, other = (fit(frames, SETTINGS.model_copy(update={"seed": seed}))[0] for seed in (1, 1, 2))
    vectors = [some.factors.item_factors.tolist() for some in (one, again, other)]
    assert vectors[0] == vectors[1] != vectors[2]


def test_vectors_of_an_earlier_build_are_put_in_the_order_of_the_new_columns():
    then = Columns.of(tables.songs(dict.fromkeys((1, 2, 3, 4), 1)))
    vectors = np.arange(8, dtype=np.float32).reshape(4, 2) + 1
    now = Columns.of(tables.songs(dict.fromkeys((9, 3, 1, 7, 4), 1)))
    found = Start(then, vectors).at(now)
    assert found.dtype == np.float32
    expected = [
        vectors[then.songs.tolist().index(song)].tolist() if song in then.songs else [0, 0]
        for song in now.songs.tolist()
    ]
    assert found.tolist() == expected
    assert Start(then, vectors).at(Columns.of(tables.songs({}))).shape == (0, 2)


# --- pools of what is held out ---


def test_candidates_of_held_out_listeners_are_marked_where_they_were_found(frames):
    past, truth = cut(frames, 0.8, SETTINGS.evidence, most_listeners=99, seed=1)
    signals, everyone = fit(past, SETTINGS)
    model = Recommender(signals, SETTINGS.ranking)
    told: list[int] = []
    pools = discovery_pools(model, everyone, truth, told.append)
    assert sum(told) == len(pools) == len(truth.listeners) > 5
    for row in range(len(truth.listeners)):
        mine = slice(*pools.indptr[row : row + 2])
        found = truth.songs[truth.indptr[row] : truth.indptr[row + 1]]
        loved = model.columns.songs[pools.songs[mine][pools.loved[mine]]]
        candidates = set(model.columns.songs[pools.songs[mine]].tolist())
        assert sorted(loved.tolist()) == sorted(set(found.tolist()) & candidates)
    assert 5 < pools.loved.sum() < len(pools.loved)


def test_candidates_of_beginnings_are_marked_where_they_stand_further_down(frames):
    past, lists = hold_out(frames, most=99, seed=1)
    signals, _ = fit(past, SETTINGS)
    model = Recommender(signals, SETTINGS.ranking)
    asked = challenges(lists.names, lists.songs, model.columns, seed=1)
    told: list[int] = []
    pools = continuation_pools(model, asked, told.append)
    assert sum(told) == len(pools) == len(asked) > 8
    for row in range(len(asked)):
        mine = slice(*pools.indptr[row : row + 2])
        wanted = asked.truth.items[asked.truth.indptr[row] : asked.truth.indptr[row + 1]].tolist()
        loved = pools.songs[mine][pools.loved[mine]].tolist()
        assert loved == sorted(set(wanted) & set(pools.songs[mine].tolist()))
        assert not set(asked.seeds[row].tolist()) & set(pools.songs[mine].tolist())


def test_rows_in_parts_are_the_rows_at_once(frames, monkeypatch):
    past, truth = cut(frames, 0.8, SETTINGS.evidence, most_listeners=99, seed=1)
    model, everyone = small_model(0)
    whole = rank_in_parts(model, everyone, 20)
    signals, listeners = fit(past, SETTINGS)
    of_parts = Recommender(signals, SETTINGS.ranking)
    pools = discovery_pools(of_parts, listeners, truth, lambda _: None)
    monkeypatch.setattr(local, "ROWS_AT_ONCE", 3)
    np.testing.assert_array_equal(rank_in_parts(model, everyone, 20), whole)
    assert whole.tolist() == model.discover(everyone, 20).songs.tolist()
    told: list[int] = []
    again = discovery_pools(of_parts, listeners, truth, told.append)
    assert max(told) == 3
    assert again.songs.tolist() == pools.songs.tolist()
    np.testing.assert_allclose(again.features, pools.features, rtol=1e-5, atol=1e-6)


def test_nobody_is_ranked_for_as_nobody():
    model, everyone = small_model(0)
    assert rank_in_parts(model, everyone.rows(0, 0), 7).shape == (0, 7)


# --- learning ---


def test_both_orders_are_learned_and_judged_on_what_was_held_out(frames):
    watched = Watched()
    learned = learn(frames, SETTINGS, watched)
    assert set(learned.scores) == set(Purpose) == set(learned.model.orders)
    discovery, continuation = (learned.scores[purpose] for purpose in Purpose)
    assert set(discovery.values) == {"recall@30", "recall@100", "recall@500", "ndcg@30"}
    assert set(continuation.values) == {"r_precision", "ndcg@500", "clicks"}
    # A fifth of the playlists that are long enough and nobody's, one challenge each.
    sizes = frames.playlist_songs.group_by("playlist").agg(pl.col("song").n_unique())
    long = sizes.filter(pl.col("song") >= 10).join(
        frames.playlists.filter(pl.col("listener").is_null()), on="playlist"
    )
    assert continuation.n_rows == len(long) // 5
    for purpose, order in learned.model.orders.items():
        assert order.fusion.learned_from > 0
        assert order.fusion.weights.tolist() != list(PRIORS[purpose].values())
    assert all("rank fusion has the last word" in note for note in learned.notes[:2])
    assert [note.partition(":")[0] for note in learned.notes[:2]] == ["discovery", "continuation"]
    # The model that is left knows everything that was held out.
    assert learned.model.members.playlists.shape[0] == len(frames.playlists)
    stages = {name: done for name, done in watched.done.items() if done[0] is not None}
    assert len(stages) == 2
    assert all(total == done for total, done in stages.values())


def test_the_same_frames_give_the_same_model(frames):
    one, other = (learn(frames, SETTINGS) for _ in range(2))
    assert one.notes == other.notes
    np.testing.assert_array_equal(one.model.factors.item_factors, other.model.factors.item_factors)
    for purpose in Purpose:
        np.testing.assert_array_equal(
            one.model.orders[purpose].fusion.weights, other.model.orders[purpose].fusion.weights
        )
        for name, values in one.scores[purpose].values.items():
            np.testing.assert_array_equal(values, other.scores[purpose].values[name])


def test_held_out_scores_are_of_vectors_that_never_saw_what_is_held_out(frames):
    cold = learn(frames, SETTINGS)
    known = Start(cold.model.columns, cold.model.factors.item_factors)
    warm = learn(frames, SETTINGS, start=known)
    for purpose in Purpose:
        for name, values in cold.scores[purpose].values.items():
            np.testing.assert_array_equal(values, warm.scores[purpose].values[name])
    assert warm.model.factors.item_factors.tolist() != cold.model.factors.item_factors.tolist()


def test_playlists_alone_teach_how_they_go_on(frames):
    nobody = replace(
        frames,
        listens=frames.listens.clear(),
        feedback=frames.feedback.clear(),
        listeners=frames.listeners.clear(),
        playlists=frames.playlists.with_columns(listener=pl.lit(None, pl.Int32)),
    )
    learned = learn(nobody, SETTINGS)
    assert set(learned.scores) == {Purpose.CONTINUATION}
    assert learned.model.orders[Purpose.DISCOVERY].fusion.weights.tolist() == list(
        PRIORS[Purpose.DISCOVERY].values()
    )
    assert len(learned.histories) == 0


def test_listeners_alone_teach_what_they_find(frames):
    alone = replace(frames, playlists=frames.playlists.clear(), playlist_songs=frames.playlist_songs.clear())
    assert set(learn(alone, SETTINGS).scores) == {Purpose.DISCOVERY}
    none = SETTINGS.model_copy(update={"held_out_playlists": 0})
    assert set(learn(frames, none).scores) == {Purpose.DISCOVERY}


def test_too_little_to_hold_out_is_said(frames):
    short = replace(
        frames,
        listens=frames.listens.filter(pl.int_range(pl.len()).over("listener") < 40),
        playlists=frames.playlists.head(4),
        playlist_songs=frames.playlist_songs.join(frames.playlists.head(4), on="playlist", how="semi"),
    )
    learned = learn(short, SETTINGS)
    assert learned.scores == {}
    assert "no held-out scores" in learned.notes[0]
    for purpose in Purpose:
        assert learned.model.orders[purpose].fusion.weights.tolist() == list(PRIORS[purpose].values())


def test_nothing_at_all_is_refused(frames):
    nothing = replace(frames, listens=frames.listens.clear(), playlist_songs=frames.playlist_songs.clear())
    with pytest.raises(EarmarkError, match="nothing to learn from") as caught:
        learn(nothing, SETTINGS)
    assert "earmark import" in caught.value.remedy


def test_what_is_found_later_is_found_by_the_model_far_above_chance():
    # Two camps of listeners, each of whom goes on to find songs of their own camp.
    random = np.random.default_rng(3)
    listens = []
    for listener in range(1, 41):
        mine = 30 * (listener % 2) + random.permutation(30)
        days = 400
        for place, song in enumerate(np.repeat(mine[:24], 3)):
            listens.append({"listener": listener, "song": int(song) + 1, "days": days - place})
    playlists, playlist_songs = tables.playlists({})
    frames = Frames(
        listens=tables.listens(listens),
        playlists=playlists,
        playlist_songs=playlist_songs,
        songs=tables.songs({song: song for song in range(1, 61)}),
        listeners=tables.listeners(range(1, 41)),
        feedback=tables.feedback([]),
    )
    learned = learn(frames, SETTINGS)
    # Of some forty open songs, ten are of the listener's camp: chance would find four in ten of those within ten.
    truth: FoundLater = cut(frames, 0.8, SETTINGS.evidence, most_listeners=99, seed=1)[1]
    assert (np.diff(truth.indptr) >= 4).all()
    assert learned.scores[Purpose.DISCOVERY].intervals(1)["ndcg@30"].low > 0.5


# --- settings ---


@pytest.mark.parametrize(
    "wrong",
    [{"cut": 1.0}, {"cut": 0.0}, {"held_out": 0}, {"held_out_playlists": -1}, {"seed": -1}, {"blend": {}}],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        LearnSettings(**wrong)


def test_versions_are_of_what_could_change_a_number():
    assert {"earmark", "lightgbm", "numpy", "scipy"} <= set(versions())
    assert "implicit" not in versions()


# --- what was heard ---


def test_of_songs_that_were_heard_some_that_several_hold_are_hidden(frames):
    heard = tables.heard(frames, 5)
    hidden = sounds_to_hide(heard, SETTINGS)
    assert len(sounds_to_hide(frames, SETTINGS)) == 0
    assert len(sounds_to_hide(heard, SETTINGS.model_copy(update={"hidden_sounds": 0.0}))) == 0
    alone = set(hidden.tolist()) & set(heard.sounds["song"].to_list())
    assert 5 < len(alone) <= 0.2 * len(heard.sounds) + 5
    # What else is hidden is all that there is by some artists.
    songs = heard.songs.with_columns(gone=pl.col("song").is_in(hidden.tolist()))
    whole = songs.group_by("artist").agg(pl.col("gone").all(), n=pl.len()).filter("gone")
    assert whole["n"].max() > 1
    beside = songs.filter(pl.col("gone") & ~pl.col("song").is_in(list(alone)))
    assert not beside.is_empty()
    assert set(beside["artist"]) <= set(whole["artist"])
    assert sounds_to_hide(heard, SETTINGS).tolist() == hidden.tolist()
    assert sounds_to_hide(heard, SETTINGS.model_copy(update={"seed": 2})).tolist() != hidden.tolist()
    _, histories = fit(heard, SETTINGS)
    listed = heard.playlist_songs.group_by("song").agg(pl.col("playlist").n_unique()).rows()
    drawn = np.array(sorted(alone))
    columns = Columns.of(heard.songs).find(drawn)
    held = (histories.plays.toarray() != 0).sum(0)[columns] + [
        dict(listed).get(song, 0) for song in drawn.tolist()
    ]
    # Broken off plays count as holding here, too, so it may be a little less.
    assert np.median(held) >= 3


def test_orders_learn_what_sound_is_worth_and_are_judged_on_what_was_not_hidden(frames, monkeypatch):
    heard = tables.heard(frames, 5)
    pools = []
    learn_order = local.learn_order

    def watched(prior, pool, *more, **how):
        pools.append(pool)
        return learn_order(prior, pool, *more, **how)

    monkeypatch.setattr(local, "learn_order", watched)
    much = SETTINGS.model_copy(update={"hidden_sounds": 0.4})
    learned = learn(heard, much)
    discovery = pools[0]
    new = discovery.features[:, Feature.NEW] > 0
    assert new.sum() > 50
    past, truth = cut(heard, SETTINGS.cut, SETTINGS.evidence, most_listeners=2_000, seed=1)
    hidden = sounds_to_hide(hold_out(past, most=1_000, seed=1)[0], much)
    columns = Columns.of(heard.songs).find(hidden)
    assert (discovery.loved & new & np.isin(discovery.songs, columns)).sum() > 0
    # A hidden song that a listener had played before the cut is not asked for again.
    known = histories_of(past, truth.listeners, learned.model.columns, SETTINGS.evidence)
    rows = np.repeat(np.arange(len(discovery)), discovery.sizes)
    assert not known.closed.toarray()[rows, discovery.songs].any()
    judged = truth.without(hidden)
    assert len(judged.songs) < len(truth.songs)
    assert learned.scores[Purpose.DISCOVERY].n_rows == (np.diff(judged.indptr) > 0).sum()
    assert len(learned.model.factors.placed) >= 10


def test_what_was_heard_is_saved_with_what_was_learned(frames, tmp_path):
    learned = learn(tables.heard(frames, 5), SETTINGS)
    learned.save(tmp_path)
    again = Recommender.load(tmp_path, SETTINGS.signals, SETTINGS.ranking)
    space = learned.model.signals.space.vectors
    np.testing.assert_array_equal(again.signals.space.vectors, space)
    assert again.factors.placed.tolist() == learned.model.factors.placed.tolist()
    index = SoundIndex.load(tmp_path / SOUND_INDEX, space)
    row = int(np.flatnonzero(space.any(axis=1))[3])
    found, _ = index.nearest(space[row], 1, lambda rows: np.ones(len(rows), np.bool_))
    assert found.tolist() == [row]
    some = learned.histories.rows(0, 3)
    assert again.discover(some, 20).songs.tolist() == learned.model.discover(some, 20).songs.tolist()
