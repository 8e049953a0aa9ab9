from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests.ranking.models import small_model
from tests.tables import NOON as NOW

from earmark.evaluation.breadth import narrowing, popularity_lift
from earmark.mixes import weekly
from earmark.mixes.selection import Ranking, WeeklyConfig, choose, hits
from earmark.mixes.weekly import compose
from earmark.ranking.breadth import Directions, OwnLevel
from earmark.ranking.reasons import Ground

CONFIG = WeeklyConfig(
    entries=12, known_artists=5, hits=4, learning_songs=8, shortest_minutes=40, longest_minutes=50
)
FREE = CONFIG.model_copy(update={"narrowing": 1.0, "popularity_lift": 99.0})


@pytest.fixture(scope="module", params=[0, 1])
def drafted(request):
    model, histories = small_model(request.param, n_songs=240)
    durations = np.where(np.arange(240) % 7, 60_000 * (2 + np.arange(240) % 5), 0)
    return model, histories, durations, list(compose(model, histories, durations, CONFIG, now=NOW))


def test_every_listener_gets_a_mix_of_open_songs(drafted):
    model, histories, _, drafts = drafted
    assert [draft.listener for draft in drafts] == histories.listeners.tolist()
    for row, draft in enumerate(drafts):
        assert len(draft.songs) == len(draft.reasons) == len(set(draft.songs)) == 12
        columns = model.columns.find(np.array(draft.songs))
        assert not histories.closed.toarray()[row, columns].any()
        assert max(Counter(model.columns.artists[columns].tolist()).values()) == 1


def test_a_mix_holds_what_was_chosen_the_strongest_first_and_each_reason_beside_its_song(drafted):
    model, histories, durations, _ = drafted
    drafts = list(compose(model, histories, durations, FREE, now=NOW))
    assert not any(draft.broadened for draft in drafts)
    ranked = model.discover(histories, CONFIG.ranked)
    hit = hits(model.popularity, CONFIG.hit_share)
    for row, draft in enumerate(drafts):
        songs = ranked.songs[row][ranked.songs[row] >= 0]
        seen = (
            model.columns.artist_of[songs],
            ranked.known_artist[row],
            hit[songs],
            model.popularity[songs] == 0,
            durations[songs],
        )
        places = choose(Ranking(*(one.tolist() for one in seen)), CONFIG)
        chosen = model.columns.songs[songs[places]].tolist()
        assert set(draft.songs) == set(chosen)
        assert draft.songs[0] == chosen[0]
        for song, reason in zip(draft.songs, draft.reasons, strict=True):
            assert song not in {seed.song for seed in reason.seeds}
            column = model.columns.find(np.array([song]))
            same = model.columns.artist_of == model.columns.artist_of[column]
            if reason.ground == Ground.ARTIST:
                assert reason.artist_plays == histories.plays.toarray()[row, same].sum()
            share = ranked.bond_share[row, ranked.songs[row].tolist().index(int(column[0]))]
            if reason.ground == Ground.TOGETHER and histories.plays.toarray()[row, same].any():
                assert share <= 0.5


def test_the_guard_brings_in_songs_until_a_mix_is_like_what_the_listener_plays(drafted):
    model, histories, durations, drafts = drafted
    directions = Directions.of(model.factors.item_factors)
    level = OwnLevel.of(histories, model.members, model.popularity, directions)
    lists, free = (
        np.stack([model.columns.find(np.array(draft.songs)) for draft in made])
        for made in (drafts, compose(model, histories, durations, FREE, now=NOW))
    )
    enough = level.songs >= CONFIG.learning_songs

    def beyond(made):
        narrow = narrowing(made, level, directions, 12) > 1e-5
        popular = popularity_lift(made, level, model.popularity, 12) > CONFIG.popularity_lift + 1e-5
        return enough & (narrow | popular)

    for row, draft in enumerate(drafts):
        assert draft.broadened == len({*lists[row]} - {*free[row]})
        assert beyond(free)[row] or not draft.broadened
    assert beyond(lists).sum() < beyond(free).sum()


def test_who_played_few_songs_is_told_that_we_are_still_learning(drafted):
    _, histories, _, drafts = drafted
    played = (histories.played.toarray() > 0).sum(1)
    assert [draft.still_learning for draft in drafts] == [bool(n < 8) for n in played]
    assert {draft.still_learning for draft in drafts} == {True, False}


def test_listeners_in_parts_get_the_same(drafted, monkeypatch):
    model, histories, durations, drafts = drafted
    monkeypatch.setattr(weekly, "LISTENERS_AT_ONCE", 3)
    assert list(compose(model, histories, durations, CONFIG, now=NOW)) == drafts


def test_a_small_catalogue_gives_short_mixes():
    model, histories = small_model(0)
    drafts = list(compose(model, histories, np.zeros(60, np.int64), WeeklyConfig(), now=NOW))
    for row, draft in enumerate(drafts):
        ranked = model.discover(histories, 500).songs[row]
        artists = model.columns.artist_of[ranked[ranked >= 0]].tolist()
        assert len(draft.songs) == min(30, sum(min(2, n) for n in Counter(artists).values()))
    assert min(len(draft.songs) for draft in drafts) < 30


def test_nobody_gets_nothing():
    model, histories = small_model(0)
    assert list(compose(model, histories.rows(0, 0), np.zeros(60, np.int64), WeeklyConfig(), now=NOW)) == []
