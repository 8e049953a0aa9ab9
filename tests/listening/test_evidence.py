from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.tables import tables

from earmark.listening.evidence import GRAIN, EvidenceConfig, heard, judged, sounded, weigh
from earmark.listening.feedback import Verdict
from earmark.listening.listens import Ending

CONFIG = EvidenceConfig()
ANN, BEN = 1, 2
SONGS = {10: 1, 11: 1, 12: 1, 20: 2, 21: 2, 30: 3}


@pytest.fixture(scope="module")
def weighed():
    """What ``weigh`` says, as ``{(listener, song): row}``."""

    def table(listens=(), feedback=(), own=(), config=CONFIG):
        found = weigh(
            tables.listens(listens),
            tables.feedback(feedback),
            tables.pairs(own),
            tables.songs(SONGS),
            config,
        )
        rows = {(row["listener"], row["song"]): row for row in found.iter_rows(named=True)}
        assert list(rows) == sorted(rows)
        return rows

    return table


def by(listener, song, **more):
    return {"listener": listener, "song": song, **more}


# --- decay ---


def test_a_play_halves_with_each_half_life_before_the_listeners_own_last_listen(weighed):
    # Ben paused for two years: his last listen counts as much as Ann's.
    found = weighed(
        [
            by(ANN, 10),
            by(ANN, 11, days=365),
            by(ANN, 12, days=30),
            by(BEN, 20, days=730),
            by(BEN, 21, days=1095),
        ]
    )
    assert found[ANN, 10]["strength"] == 1
    assert found[ANN, 11]["strength"] == pytest.approx(0.5, abs=1e-6)
    assert found[ANN, 12]["recent"] == pytest.approx(0.5, abs=1e-6)
    assert found[BEN, 20]["strength"] == 1
    assert found[BEN, 21]["strength"] == pytest.approx(0.5, abs=1e-6)


def test_plays_add_up_and_the_weight_is_the_logarithm(weighed):
    found = weighed([by(ANN, 10), by(ANN, 10), by(ANN, 10, days=365)])[ANN, 10]
    assert (found["plays"], found["skips"]) == (3, 0)
    assert found["strength"] == pytest.approx(2.5, abs=1e-6)
    assert found["weight"] == pytest.approx(math.log(3.5), abs=1e-6)


def test_a_private_listen_is_not_the_last_listen(weighed):
    found = weighed([by(ANN, 10, days=365), by(ANN, 11, private=True)])
    assert found[ANN, 10]["strength"] == 1
    assert (ANN, 11) not in found


# --- skips ---


@pytest.mark.parametrize(
    ("ms", "ending", "counts"),
    [
        (30_000, Ending.UNKNOWN, True),
        (29_999, Ending.UNKNOWN, False),
        (29_999, Ending.STOPPED, False),
        (29_999, Ending.COMPLETED, True),
        (30_000, Ending.SKIPPED, True),
        (5_000, Ending.SKIPPED, False),
        (None, Ending.UNKNOWN, True),
        (None, Ending.COMPLETED, True),
        (None, Ending.STOPPED, True),
        (None, Ending.SKIPPED, False),
    ],
)
def test_what_sounded_and_what_was_skipped(weighed, ms, ending, counts):
    rows = [by(ANN, 10, ms=ms, ending=int(ending))]
    assert tables.listens(rows).select(sounded(CONFIG)).item() is counts
    found = weighed(rows)[ANN, 10]
    assert (found["plays"], found["skips"]) == ((1, 0) if counts else (0, 1))
    assert found["strength"] == (1 if counts else 0)


def test_two_skips_and_no_play_speak_against(weighed):
    skip = by(ANN, 10, ms=2_000)
    assert weighed([skip])[ANN, 10]["weight"] == 0
    assert weighed([skip, skip])[ANN, 10]["weight"] == CONFIG.against
    assert weighed([skip, skip, skip, by(ANN, 10)])[ANN, 10]["weight"] == pytest.approx(math.log(2))


def test_a_play_so_old_that_it_decayed_to_nothing_still_sounded(weighed):
    old = [by(ANN, 10, days=1000), by(ANN, 10, ms=1, days=1), by(ANN, 10, ms=1, days=1), by(ANN, 11)]
    found = weighed(old, config=EvidenceConfig(half_life_days=10))[ANN, 10]
    assert (found["plays"], found["skips"], found["strength"], found["weight"]) == (1, 2, 0, 0)


# --- verdicts ---


def test_love_save_and_own_playlists_add_up(weighed):
    found = weighed(
        [by(ANN, 10)],
        [(ANN, "love", 10, None, 5), (ANN, "save", 10, None, None), (ANN, "save", 11, None, 3)],
        own=[(ANN, 10), (ANN, 12), (ANN, 12)],
    )
    assert found[ANN, 10]["strength"] == 1 + CONFIG.loved + 2 * CONFIG.saved
    assert found[ANN, 10]["recent"] == found[ANN, 10]["strength"]
    assert found[ANN, 11]["strength"] == found[ANN, 12]["strength"] == CONFIG.saved
    assert found[ANN, 12]["plays"] == 0
    assert found[ANN, 12]["weight"] == pytest.approx(math.log1p(CONFIG.saved))


def test_hate_beats_plays_and_everything_else(weighed):
    said = [(ANN, "hate", 10, None, None), (ANN, "save", 10, None, None)]
    found = weighed([by(ANN, 10)] * 40, said, own=[(ANN, 10)])[ANN, 10]
    assert found["weight"] == CONFIG.hated < 0
    assert (found["strength"], found["recent"], found["plays"]) == (0, 0, 40)


def test_hating_an_artist_is_hating_every_song(weighed):
    found = weighed([by(ANN, 10), by(ANN, 20)], [(ANN, "hate", None, 1, None)])
    assert {key: row["weight"] < 0 for key, row in found.items()} == {
        (ANN, 10): True, (ANN, 11): True, (ANN, 12): True, (ANN, 20): False,
    }  # fmt: skip


def test_what_is_excluded_teaches_nothing(weighed):
    listens = [by(ANN, song) for song in SONGS]
    own = [(ANN, song) for song in SONGS]
    found = weighed(listens, [(ANN, "exclude", None, 1, None), (ANN, "exclude", 20, None, None)], own)
    assert set(found) == {(ANN, 21), (ANN, 30)}


def test_a_verdict_is_the_listeners_own(weighed):
    found = weighed(
        [by(ANN, 10), by(BEN, 10)], [(ANN, "hate", 10, None, None), (BEN, "exclude", 20, None, None)]
    )
    assert found[ANN, 10]["weight"] == CONFIG.hated
    assert found[BEN, 10]["weight"] == pytest.approx(math.log(2))


def test_judged_finds_songs_and_whole_artists():
    said = tables.feedback(
        [(ANN, "hide", 10, None, None), (ANN, "hide", None, 2, None), (BEN, "love", 10, None, None)]
    )
    songs = tables.songs(SONGS)
    assert judged((Verdict.HIDE,), said, songs).rows() == [(ANN, 10), (ANN, 20), (ANN, 21)]
    assert judged((Verdict.LOVE, Verdict.HATE), said, songs).rows() == [(BEN, 10)]
    assert judged((Verdict.SAVE,), said, songs).rows() == []


def test_whatever_was_touched_counts_as_heard():
    found = heard(
        tables.listens([by(ANN, 10, private=True), by(ANN, 11, ms=1), by(ANN, 12), by(ANN, 12)]),
        tables.feedback(
            [(ANN, "exclude", 12, None, None), (ANN, "save", 20, None, None), (ANN, "love", None, 3, None)]
        ),
        tables.pairs([(BEN, 30)]),
    )
    assert found.rows() == [(ANN, 10), (ANN, 11), (ANN, 12), (ANN, 20), (BEN, 30)]


def test_nothing_said_and_nothing_played_is_nothing(weighed):
    assert weighed() == {}


@pytest.mark.parametrize(
    "wrong", [{"half_life_days": 0}, {"loved": math.inf}, {"hated": 1}, {"against": math.nan}, {"else": 1}]
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        EvidenceConfig(**wrong)


# --- properties ---

LISTENS = st.fixed_dictionaries(
    {
        "listener": st.sampled_from([ANN, BEN]),
        "song": st.sampled_from(sorted(SONGS)),
        "days": st.integers(0, 8_000),
        "ms": st.sampled_from([None, 0, 29_999, 30_000, 86_400_000]),
        "ending": st.integers(0, 3),
        "private": st.booleans(),
    }
)
VERDICTS = st.tuples(
    st.sampled_from([ANN, BEN]),
    st.sampled_from([one.value for one in Verdict]),
    st.sampled_from([(song, None) for song in SONGS] + [(None, 1), (None, 2)]),
).map(lambda said: (said[0], said[1], *said[2], None))
OWN = st.tuples(st.sampled_from([ANN, BEN]), st.sampled_from(sorted(SONGS)))


def twin(listens, feedback, own):
    """The same by hand, listen by listen."""
    open_ = [row for row in listens if not row["private"]]

    def said(verdict, listener, song):
        return any(
            (who, what) == (listener, verdict) and (on == song or (on is None and artist == SONGS[song]))
            for who, what, on, artist, _ in feedback
        )

    table = {}
    for listener in (ANN, BEN):
        last = min((row["days"] for row in open_ if row["listener"] == listener), default=0)
        for song, of in SONGS.items():
            mine = [row for row in open_ if (row["listener"], row["song"]) == (listener, song)]
            plays = [
                row
                for row in mine
                if row["ending"] == 1 or (row["ending"] != 2 if row["ms"] is None else row["ms"] >= 30_000)
            ]
            siblings = sum(artist == of for artist in SONGS.values())
            added = CONFIG.saved * ((listener, song) in own)
            for verdict, worth in (("love", CONFIG.loved), ("save", CONFIG.saved)):
                added += worth * any(one[:3] == (listener, verdict, song) for one in feedback)
                of_artist = (listener, verdict, None, of)
                added += (
                    round(GRAIN * worth / siblings) / GRAIN * any(one[:4] == of_artist for one in feedback)
                )
            hated = said("hate", listener, song)
            if said("exclude", listener, song) or not (mine or added or hated):
                continue
            decayed = sum(round(GRAIN * 0.5 ** ((row["days"] - last) / 365)) for row in plays) / GRAIN
            strength = 0 if hated else decayed + added
            weight = math.log1p(strength)
            if hated:
                weight = CONFIG.hated
            elif not strength and not plays and len(mine) >= 2:
                weight = CONFIG.against
            table[listener, song] = (len(plays), len(mine) - len(plays), strength, weight)
    return table


@settings(deadline=None, max_examples=80)
@given(
    st.lists(LISTENS, max_size=25),
    st.lists(VERDICTS, max_size=4, unique_by=lambda said: said[:4]),
    st.lists(OWN, max_size=4),
    st.randoms(use_true_random=False),
)
def test_evidence_equals_its_twin_whatever_the_order_of_the_rows(weighed, listens, feedback, own, shuffle):
    found = weighed(listens, feedback, own)
    assert {
        key: (
            row["plays"],
            row["skips"],
            pytest.approx(row["strength"], abs=1e-5),
            pytest.approx(row["weight"], abs=1e-5),
        )
        for key, row in found.items()
    } == twin(listens, feedback, own)
    for rows in (listens, feedback, own):
        shuffle.shuffle(rows)
    assert weighed(listens, feedback, own) == found
    for row in found.values():
        assert all(math.isfinite(row[name]) for name in ("strength", "recent", "weight"))
        assert min(row["strength"], row["recent"]) >= 0


def test_the_order_of_the_rows_changes_no_bit():
    frames = tables.world(5, n_listens=3_000)
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=2) for frame in (frames.listens, frames.feedback)]
    first = weigh(frames.listens, frames.feedback, frames.own_playlists(), frames.songs, CONFIG)
    second = weigh(*shuffled, frames.own_playlists().reverse(), frames.songs.reverse(), CONFIG)
    assert first.equals(second)
    assert first.select(pl.all().is_null().any()).row(0) == (False,) * 7
