from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables import tables
from tests.taste.contamination.records import (
    BEGINS,
    DAY_MS,
    HOUR_MS,
    Record,
    children,
    guest,
    own_life,
    party,
    sleep,
)

from earmark.taste.contamination.config import ContaminationConfig
from earmark.taste.contamination.finding import Suspecting
from earmark.taste.contamination.grounds import Vectors
from earmark.taste.contamination.suspicion import Kind

NOTHING = {"song": pl.Int32, "artist": pl.Int32, "tag": pl.String}


def found(record, **more):
    return Suspecting().find(record.listens(), record.songs(), **more)


def scores(suspicions, planted):
    """Precision and recall by listen."""
    got = {(one.started_at, one.song) for suspicion in suspicions for one in suspicion.listens}
    right = len(got & set(planted))
    return right / max(len(got), 1), right / len(planted)


@pytest.mark.parametrize("seed", range(5))
def test_an_own_life_is_not_suspected(seed):
    assert found(own_life(seed)) == ()


def test_nothing_played_is_nothing_suspected():
    assert found(Record([], {1: (1, "One", "Song")})) == ()
    assert found(Record([(1, BEGINS, 200_000)], {1: (1, "One", "Song")})) == ()


def test_private_plays_are_nobodys_business():
    record = own_life(1)
    sleep(record)
    assert Suspecting().find(record.listens(private=True), record.songs()) == ()


def test_children_are_found_by_words_and_told_so():
    record = own_life(3)
    planted = children(record, title="Lullaby number {}")
    (suspicion,) = found(record)
    assert suspicion.kind is Kind.CHILDREN
    assert scores([suspicion], planted) == (1, 1)
    assert suspicion.figures.words == ("lullaby",)
    assert "“lullaby”" in suspicion.why


def test_a_circle_of_its_own_is_found_without_words_and_called_what_is_known():
    record = own_life(3)
    planted = children(record, title="Untitled {}")
    (suspicion,) = found(record)
    assert suspicion.kind is Kind.SHARED
    assert scores([suspicion], planted) == (1, 1)


def test_tags_tell_as_titles_do():
    record = own_life(3)
    planted = children(record, title="Untitled {}")
    tags = pl.DataFrame(
        [(None, 2_000 + number, "Kinderlieder") for number in range(4)], NOTHING, orient="row"
    )
    (suspicion,) = found(record, tags=tags)
    assert suspicion.kind is Kind.CHILDREN
    assert suspicion.figures.named == 1
    assert scores([suspicion], planted) == (1, 1)


def test_an_album_by_one_artist_that_is_always_played_alone_is_ones_own():
    record = own_life(4)
    children(record, title="Untitled {}")
    record.names |= {
        song: (2_000, "Singer", title) for song, (_, _, title) in record.names.items() if song >= 2_000
    }
    assert found(record) == ()


def test_a_word_in_a_title_proves_nothing():
    record = own_life(5)
    for song in range(1, 200, 9):
        artist, name, _ = record.names[song]
        record.names[song] = (artist, name, "Lullaby of White Noise and Rain")
    assert found(record) == ()


def test_another_persons_weeks_are_told_from_the_owners():
    record = own_life(6)
    planted = guest(record)
    suspicions = found(record)
    assert {suspicion.kind for suspicion in suspicions} == {Kind.SHARED}
    precision, recall = scores(suspicions, planted)
    assert precision > 0.95
    assert recall > 0.9


def test_a_party_is_found():
    record = own_life(7)
    planted = party(record)
    (suspicion,) = found(record)
    assert suspicion.kind is Kind.PARTY
    precision, recall = scores([suspicion], planted)
    assert precision == 1
    assert recall > 0.95
    assert suspicion.why.startswith("This looks like a party: 1 evening, 20:00–")


def test_all_at_once_are_told_apart_and_no_listen_stands_twice():
    record = own_life(8)
    planted = {
        Kind.PARTY: party(record),
        Kind.SLEEP: sleep(record),
        Kind.CHILDREN: children(record, title="Nursery rhyme {}"),
        Kind.SHARED: guest(record),
    }
    suspicions = found(record)
    listens = [one for suspicion in suspicions for one in suspicion.listens]
    assert len(listens) == len(set(listens))
    assert [one.since for one in suspicions] == sorted(one.since for one in suspicions)
    for kind, some in planted.items():
        precision, recall = scores([one for one in suspicions if one.kind is kind], some)
        assert precision > 0.9
        assert recall > 0.9


def test_hours_are_the_listeners_own():
    record = own_life(9, evenings=10.0)  # nineteen o'clock in Tokyo
    sleep(record, hour=13.5)  # half past ten in the evening there
    (suspicion,) = found(record, time_zone="Asia/Tokyo")
    assert (suspicion.kind, suspicion.figures.begins) == (Kind.SLEEP, "22:30")


def test_a_clock_in_another_zone_hides_no_sleep():
    record = own_life(9, evenings=10.0)
    planted = sleep(record, hour=13.5)
    suspicions = found(record, time_zone="UTC")
    assert scores(suspicions, planted) == (1, 1)


def test_quiet_music_and_songs_apart_make_it_surer():
    record = own_life(2)
    sleep(record, hours=4.0, nights=2)
    songs = record.songs()["song"].to_list()
    sounds = tables.sounds({song: (None, {"energy": 0.1 if song >= 1_000 else 0.7}) for song in songs})
    random = np.random.default_rng(1)
    own, other = random.normal(size=8), random.normal(size=8)
    at = np.array(
        [(other if song >= 1_000 else own) + random.normal(0, 0.1, 8) for song in songs], np.float32
    )
    plain = found(record)[0]
    louder = found(record, sounds=sounds)[0]
    farther = found(record, vectors=Vectors(np.array(songs, np.int32), at))[0]
    assert (louder.figures.energy, louder.figures.energy_elsewhere) == (
        pytest.approx(0.1),
        pytest.approx(0.7),
    )
    assert "energy 0.10, 0.70 otherwise" in louder.why
    assert farther.figures.apart > farther.figures.usually_apart + 0.2
    assert louder.confidence > plain.confidence
    assert farther.confidence > plain.confidence


def test_what_is_less_sure_than_asked_is_not_told():
    record = own_life(2)
    sleep(record)
    strict = Suspecting(ContaminationConfig(sure=1.0))
    assert strict.find(record.listens(), record.songs()) == ()


def test_several_listeners_are_refused():
    record = own_life(1)
    two = pl.concat([record.listens(), record.listens().with_columns(listener=pl.lit(2, pl.Int32))])
    with pytest.raises(ValueError, match="one listener"):
        Suspecting().find(two, record.songs())


def test_vectors_must_fit():
    with pytest.raises(ValueError, match="ascending"):
        Vectors(np.array([2, 1], np.int32), np.ones((2, 3), np.float32))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.integers(0, 40 * 24),
            st.one_of(st.none(), st.integers(0, 24 * HOUR_MS)),
            st.integers(0, 3),
        ),
        max_size=60,
    )
)
def test_whatever_was_played_suspicions_are_of_it_and_sure_between_zero_and_one(plays):
    rows = {(BEGINS + hours * HOUR_MS, song): (song, ms, ending) for song, hours, ms, ending in plays}
    listens = pl.DataFrame(
        [(1, song, song, at, ms, ending, False) for (at, _), (song, ms, ending) in sorted(rows.items())],
        {"listener": pl.Int32, "song": pl.Int32, "item": pl.Int32, "started_at": pl.Int64, "ms_played": pl.Int32,
         "ending": pl.UInt8, "private": pl.Boolean},
        orient="row",
    )  # fmt: skip
    suspicions = Suspecting().find(listens, tables.songs({song: song % 2 for song in range(1, 7)}))
    told = [(one.started_at, one.song) for suspicion in suspicions for one in suspicion.listens]
    assert len(told) == len(set(told))
    assert set(told) <= set(rows)
    for one in suspicions:
        assert 0.5 <= one.confidence <= 1
        assert one.since <= one.until
        assert one.figures.listens == len(one.listens)
        assert one.figures.days * DAY_MS > 0


def test_the_order_of_songs_and_their_ids_change_nothing():
    record = own_life(3)
    children(record, title="Untitled {}")
    renamed = {song: 9_999 - song for song in record.names}
    other = Record(
        [(renamed[song], at, ms) for song, at, ms in record.rows],
        {renamed[song]: named for song, named in record.names.items()},
    )
    one, two = found(record), found(other)
    assert [(x.kind, x.since, x.until, len(x.listens)) for x in one] == [
        (x.kind, x.since, x.until, len(x.listens)) for x in two
    ]
