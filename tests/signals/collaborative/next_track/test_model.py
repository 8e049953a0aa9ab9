from __future__ import annotations

import numpy as np
import pytest
from tests.signals.collaborative.next_track.listeners import habitual, plays_of
from tests.tables import tables

from earmark.errors import NotLearnedError
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.next_track.activation import activation
from earmark.signals.collaborative.next_track.model import NextTrack, NextTrackConfig, draw_plays
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Plays
from earmark.signals.collaborative.next_track.trees import FILE, TreesConfig

SMALL = NextTrackConfig(
    moments=600, least_moments=200, least_plays=50, trees=TreesConfig(trees=20, least_in_leaf=20)
)


@pytest.fixture(scope="module")
def everyone() -> list[Plays]:
    return [habitual(seed) for seed in range(4)]


@pytest.fixture(scope="module")
def model(everyone: list[Plays]) -> NextTrack:
    return NextTrack.fit(everyone, SMALL, seed=1)


def at_the_end(plays: Plays) -> Moment:
    return Moment.of(plays, len(plays), plays.started[-1] + 300)


def bytes_of(model: NextTrack, folder) -> dict[str, bytes]:
    model.save(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_song_that_always_follows_is_the_most_active():
    plays = plays_of([1, 2, 3, 4, 5, 6, 7, 8] * 4 + [1, 2, 3])
    level = activation(at_the_end(plays))
    assert plays.songs[level.argmax()] == 4


def test_what_was_played_in_this_sitting_is_less_active():
    once = plays_of([1, 2, 3], started=[0, 10_000, 20_000])
    fresh, sated = (activation(Moment.of(once, 3, now))[2] for now in (23_000, 20_201))
    weightless = activation(Moment.of(once, 3, 20_201 + 1_800))[2]
    assert sated < weightless
    assert fresh < weightless


def test_proposals_are_known_songs_without_repetition_best_first(model, everyone):
    for plays in everyone:
        proposed = model.propose(at_the_end(plays), 15)
        assert len(set(proposed.songs.tolist())) == 15
        assert (np.diff(proposed.scores) <= 0).all()
        heard = set(plays.heard.song.tolist())
        assert set(proposed.songs.tolist()) <= heard


def test_a_song_that_never_sounded_is_not_proposed(model):
    plays = plays_of([1, 2, 3] * 10 + [4], skipped=[30])
    assert set(plays.songs[model.propose(at_the_end(plays), 20).songs].tolist()) == {1, 2, 3}


def test_learned_trees_find_the_next_song_of_listeners_they_never_saw(model):
    def found(one: NextTrack) -> float:
        ranks = []
        for seed in (11, 12, 13):
            plays = habitual(seed)
            for play in plays.heard.at[-60:].tolist():
                songs = one.propose(Moment.of(plays, play, plays.asked_at(play)), 20).songs
                ranks += [1 / (1 + place) for place in np.flatnonzero(songs == plays.song[play])] or [0.0]
        return float(np.mean(ranks))

    assert model.trees is not None
    # Four steps of five go on in a known order, whose song then stands first.
    assert found(model) > 0.6
    assert found(model) > found(NextTrack(SMALL)) - 0.02


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_plays_and_seed_give_the_same_bytes_at_any_number_of_threads(
    model, everyone, tmp_path, threads
):
    again = NextTrack.fit(everyone, SMALL, seed=1, threads=threads)
    assert bytes_of(again, tmp_path / "again") == bytes_of(model, tmp_path / "first")
    other = NextTrack.fit(everyone, SMALL, seed=2, threads=threads)
    assert bytes_of(other, tmp_path / "other") != bytes_of(model, tmp_path / "first")


def test_a_model_is_read_back_as_it_was_written(model, everyone, tmp_path):
    model.save(tmp_path)
    back = NextTrack.load(tmp_path)
    assert (back.config, back.moments, back.notes) == (model.config, model.moments, ())
    moment = at_the_end(everyone[0])
    for one, other in zip(
        vars(model.propose(moment, 20)).values(), vars(back.propose(moment, 20)).values(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_with_too_little_to_learn_from_activation_gives_the_order_and_it_is_said(everyone, tmp_path):
    model = NextTrack.fit(everyone, NextTrackConfig(moments=100), seed=1)
    assert model.trees is None
    assert "activation alone" in model.notes[0]
    moment = at_the_end(everyone[0])
    proposed = model.propose(moment, 5)
    assert proposed.scores.tolist() == sorted(activation(moment), reverse=True)[:5]
    model.save(tmp_path)
    back = NextTrack.load(tmp_path)
    assert back.notes == model.notes
    assert back.propose(moment, 5).songs.tolist() == proposed.songs.tolist()


def test_nobody_at_all_is_too_little(tmp_path):
    model = NextTrack.fit([], SMALL, seed=1)
    assert model.moments == 0
    assert len(model.propose(Moment.of(Plays.none(), 0, 0.0), 20).songs) == 0


@pytest.mark.parametrize("file", ["config.json", "moments.npy", FILE])
def test_a_damaged_part_is_named(model, tmp_path, file):
    model.save(tmp_path)
    path = tmp_path / file
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(NotLearnedError, match=file):
        NextTrack.load(tmp_path)


def test_trees_that_look_at_other_things_are_refused(model, everyone, tmp_path):
    model.save(tmp_path)
    from hashlib import sha256

    trees = (tmp_path / FILE).read_text().partition("\n")[2].replace("base_level", "bass_level")
    (tmp_path / FILE).write_text(f"{sha256(trees.encode()).hexdigest()}\n{trees}")
    with pytest.raises(NotLearnedError, match="next track"):
        NextTrack.load(tmp_path).propose(at_the_end(everyone[0]), 5)


def test_listeners_are_drawn_from_those_who_played_enough():
    rows = [
        {"listener": who, "song": 10 + at % 7, "days": 1 + at / 100}
        for who in range(1, 9)
        for at in range(120 if who % 2 else 20)
    ]
    songs = tables.songs(dict.fromkeys(range(10, 17), 1))

    def drawn(seed: int, most: int) -> list[int]:
        config = NextTrackConfig(listeners=most)
        found = draw_plays(
            tables.listens(rows), tables.feedback([]), songs, EvidenceConfig(), config, seed=seed
        )
        assert all(len(plays) == 120 for plays in found)
        return [len(plays) for plays in found]

    assert len(drawn(1, 100)) == 4
    assert len(drawn(1, 2)) == 2
