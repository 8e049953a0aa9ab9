from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError
from tests.ranking.models import everybody, heard_model, learned_from, small_model, some_playlists
from tests.ranking.test_artists import songs_twin
from tests.tables import tables

from earmark.ranking.asked import Asked
from earmark.ranking.generators import CandidatesConfig, Generator, candidates
from earmark.ranking.recommender import RankingConfig
from earmark.signals.collaborative.histories import Histories

CONFIG = CandidatesConfig()
NARROW = CandidatesConfig(depth=30, artists=3, songs_each=2, artists_alike=4, popular=30)
ROWS = [everybody, lambda model, _: some_playlists(model)]
DEPTHS = dict.fromkeys(Generator, CONFIG.depth) | {Generator.POPULAR: CONFIG.popular}


def lists_of(found, generator, depth) -> list[list[int]]:
    """The list of one generator for every row, as the places in the pool tell it."""
    named = []
    for start, stop in pairwise(found.indptr):
        place, songs = found.ranks[generator, start:stop], found.songs[start:stop]
        order = np.argsort(place, kind="stable")
        named.append(songs[order][place[order] < depth].tolist())
    return named


def without(lists, unheld) -> list[list[int]]:
    return [[int(song) for song in songs if song >= 0 and song not in unheld] for songs in lists]


@pytest.mark.parametrize("config", [CONFIG, NARROW])
@pytest.mark.parametrize("which", ROWS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("of", [small_model, heard_model])
def test_every_generator_names_open_songs_that_somebody_or_the_library_holds(of, seed, which, config):
    model, histories = of(seed)
    asked = which(model, histories)
    found = candidates(asked, config)
    closed = asked.histories.closed.toarray() > 0
    assert not closed[found.rows, found.songs].any()
    unheld = model.popularity[found.songs] == 0
    assert set(found.songs[unheld].tolist()) <= set(model.signals.sounds.columns.tolist())
    assert unheld.any() == (of is heard_model)
    depth = np.array([config.depth] * 7 + [config.popular, config.depth])
    assert found.ranks.shape == (len(Generator), len(found))
    assert (found.ranks <= depth[:, None]).all()
    # Whatever is in the pool was named by somebody, and everybody names something.
    assert (found.ranks < depth[:, None]).any(0).all()
    silent = {Generator.WORDS} if which is everybody else set()
    silent |= {Generator.SOUNDS} if of is small_model else set()
    names = (found.ranks < depth[:, None]).any(1)
    assert {one for one in Generator if not names[one]} == silent


@pytest.mark.parametrize("which", ROWS)
def test_signals_put_their_own_best_first(which):
    model, histories = small_model(1)
    asked = which(model, histories)
    found = candidates(asked, CONFIG)
    signals, closed = model.signals, asked.histories.closed
    unheld = set(np.flatnonzero(model.popularity == 0).tolist())
    best = {
        Generator.NEIGHBOURS: signals.neighbours.score(asked.taste, closed, 60),
        Generator.NEIGHBOURS_LATELY: signals.neighbours.score(asked.lately, closed, 60),
        Generator.FACTORS: signals.factors.score(asked.vectors, closed, 60),
        Generator.LIKE_MINDED: signals.likeminded.score(asked.nearest, closed, 60),
        Generator.WORDS: signals.words.score(asked.namesakes, closed, 60),
    }
    for generator, (lists, _) in best.items():
        assert lists_of(found, generator, CONFIG.depth) == without(lists, unheld), generator
    of_late = lists_of(found, Generator.NEIGHBOURS_LATELY, CONFIG.depth)
    assert of_late != lists_of(found, Generator.NEIGHBOURS, CONFIG.depth)


@pytest.mark.parametrize("config", [CONFIG, NARROW])
@pytest.mark.parametrize("which", ROWS)
@pytest.mark.parametrize("seed", range(2))
def test_known_artists_are_those_whom_the_row_holds_lately_counting_twice(seed, which, config):
    model, histories = small_model(seed)
    asked = which(model, histories)
    artist_of, n_artists = model.columns.artist_of, len(model.columns.artist_ids)
    plays = asked.histories.strength.toarray() + asked.histories.recent.toarray()
    liking = np.stack([plays[:, artist_of == one].sum(1) for one in range(n_artists)], 1).astype(np.float32)
    closed = asked.histories.closed.toarray() > 0
    expected = songs_twin(liking, closed, model, config.depth, config.artists, config.songs_each)
    assert lists_of(candidates(asked, config), Generator.KNOWN_ARTISTS, config.depth) == without(expected, ())


@pytest.mark.parametrize("config", [CONFIG, NARROW])
@pytest.mark.parametrize("which", ROWS)
@pytest.mark.parametrize("seed", range(2))
def test_artists_alike_are_those_whose_vectors_fit_known_or_not(seed, which, config):
    model, histories = small_model(seed)
    asked = which(model, histories)
    fits = asked.vectors @ model.signals.artist_factors.T
    closed = asked.histories.closed.toarray() > 0
    expected = songs_twin(fits, closed, model, config.depth, config.artists_alike, config.songs_each)
    found = lists_of(candidates(asked, config), Generator.ARTISTS_ALIKE, config.depth)
    assert found == without(expected, ())
    artist_of = model.columns.artist_of
    held = [set(artist_of[asked.taste[[row]].indices].tolist()) for row in range(len(asked))]
    assert any(set(artist_of[songs].tolist()) - known for songs, known in zip(found, held, strict=True))


def test_most_held_songs_reach_past_those_that_a_listener_knows():
    ranking = RankingConfig(candidates=NARROW)
    model, histories = learned_from(tables.world(0, n_songs=300, n_artists=90), ranking)
    found = lists_of(candidates(everybody(model, histories), NARROW), Generator.POPULAR, 30)
    order = np.argsort(-model.popularity, kind="stable")[:120].tolist()
    for row in range(len(histories)):
        closed = set(histories.closed[[row]].indices.tolist())
        assert found[row] == [song for song in order if song not in closed][:30]


def test_whoever_knows_all_hits_is_given_none_of_them():
    model, _ = learned_from(tables.world(0, n_songs=300, n_artists=90))
    hits = model.signals.most_held[:120]
    asked = Asked.playlists(model.signals, [hits], [""])
    found = candidates(asked, NARROW)
    assert not set(found.songs.tolist()) & set(hits.tolist())
    assert lists_of(found, Generator.POPULAR, 30) == [[]]
    assert len(found) > 10


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
    secrets = model.columns.find(np.array([900, 903]))
    assert (model.popularity[secrets] == 0).all()
    for asked in (everybody(model, histories), some_playlists(model)):
        assert not np.isin(candidates(asked, CONFIG).songs, secrets).any()
    # Not even where it is all that is shown.
    shown = Asked.playlists(model.signals, [secrets[:1]], [""])
    assert not np.isin(candidates(shown, CONFIG).songs, secrets).any()


def test_of_whom_nothing_is_known_only_hits_are_named():
    model, histories = small_model(0)
    empty = [getattr(histories, field.name)[[0]] * 0 for field in fields(histories)[1:]]
    for matrix in empty:
        matrix.eliminate_zeros()
    nobody = Asked.listeners(model.signals, Histories(np.array([999], np.int32), *empty))
    unnamed = Asked.playlists(model.signals, [np.arange(0)], ["never heard of"])
    for asked in (nobody, unnamed):
        found = candidates(asked, CONFIG)
        for generator in set(Generator) - {Generator.POPULAR}:
            assert lists_of(found, generator, CONFIG.depth) == [[]]
        held = [song for song in model.signals.most_held.tolist() if model.popularity[song] > 0]
        assert lists_of(found, Generator.POPULAR, CONFIG.popular) == [held[: CONFIG.popular]]


def test_a_name_alone_leads_to_songs():
    model, _ = small_model(1)
    asked = Asked.playlists(model.signals, [np.arange(0)], ["gym"])
    found = candidates(asked, CONFIG)
    named = [one for one in Generator if lists_of(found, one, DEPTHS[one])[0]]
    assert named == [Generator.FACTORS, Generator.ARTISTS_ALIKE, Generator.WORDS, Generator.POPULAR]


@pytest.mark.parametrize("wrong", [{"depth": 29}, {"popular": 29}, {"artists": 0}, {"hops": 2}])
def test_a_net_too_narrow_is_refused(wrong):
    with pytest.raises(ValidationError):
        CandidatesConfig(**wrong)


@pytest.mark.parametrize("which", ROWS)
def test_songs_that_nobody_holds_are_named_by_how_their_vectors_fit(which):
    model, histories = heard_model(1)
    asked = which(model, histories)
    placed, closed = model.factors.placed, asked.histories.closed.toarray() > 0
    fits = asked.vectors @ model.factors.item_factors[placed].T
    named = lists_of(candidates(asked, CONFIG), Generator.SOUNDS, CONFIG.depth)
    for row, songs in enumerate(named):
        open_ = [
            int(placed[at]) for at in np.argsort(-fits[row], kind="stable") if not closed[row, placed[at]]
        ]
        assert songs == (open_ if asked.vectors[row].any() else [])
