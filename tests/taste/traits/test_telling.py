from __future__ import annotations

import re

import polars as pl
import pytest
from tests.tables import DAY_MS, NOON, tables

from earmark.taste.traits.known_plays import SongFacts
from earmark.taste.traits.measuring import traits_of_many
from earmark.taste.traits.telling import traits_of_one
from earmark.taste.traits.trait import TraitName, TraitsConfig

ANN, BEN = 1, 2
CONFIG = TraitsConfig(least_plays=4, least_others=2)
QUIET, LOUD = 10, 20
SONGS = {QUIET: 1, LOUD: 2, 30: 3}


def by(listener, song, **more):
    return {"listener": listener, "song": song, **more}


def facts(**more):
    sounds = tables.sounds(
        {
            QUIET: (None, {"energy": 0.2, "tempo": 80.0, "instrumentalness": 0.9, "valence": 0.5}),
            LOUD: (None, {"energy": 0.8, "tempo": 140.0, "instrumentalness": 0.1}),
        }
    )
    return SongFacts(tables.songs(SONGS), sounds=sounds, **more)


def ann():
    """Six quiet plays a year ago, one of them of nothing known; then four loud ones."""
    old = [by(ANN, QUIET, days=400 + day) for day in range(5)] + [by(ANN, 30, days=399)]
    return tables.listens(old + [by(ANN, LOUD, days=day) for day in range(4)])


def told(listens, facts_=None, community=None, **more):
    found = traits_of_one(listens, facts_ or facts(), community, config=CONFIG, **more)
    return found, {trait.name: trait for trait in found.traits}


def test_a_trait_is_the_mean_over_plays_now_and_before_with_the_plays_behind_it():
    found, by_name = told(ann())
    energy = by_name[TraitName.ENERGY]
    assert found.plays == 10
    assert (energy.ever.value, energy.ever.plays) == (pytest.approx((5 * 0.2 + 4 * 0.8) / 9), 9)
    assert (energy.lately.value, energy.lately.plays) == (pytest.approx(0.8), 4)
    assert (energy.before.value, energy.before.plays) == (pytest.approx(0.2), 5)
    assert by_name[TraitName.INSTRUMENTAL].ever.value == pytest.approx(5 / 9)
    assert energy.said == (
        "The mean energy of the music is 0.47 (0 to 1), over 9 plays of known energy; "
        "in the last 90 days 0.80 (4 plays), before 0.20 (5 plays)."
    )


def test_too_few_plays_give_no_figure_and_say_so():
    _, by_name = told(ann())
    era = by_name[TraitName.ERA]
    assert era.ever.value is None
    assert era.said == "Too little is known to tell the era trait: 0 plays of a known year of release."
    known = facts(years=pl.DataFrame({"song": [QUIET], "year": [1990]}, {"song": pl.Int32, "year": pl.Int32}))
    era = told(ann(), known)[1][TraitName.ERA]
    assert (era.ever.value, era.lately.value) == (1990, None)
    assert "lately" not in era.said
    assert "last" not in era.said


def test_skips_and_private_plays_do_not_count():
    rows = [by(ANN, LOUD, days=day) for day in range(5)]
    more = [by(ANN, QUIET, days=9, ms=4_000), by(ANN, QUIET, days=9.5, private=True)]
    assert told(tables.listens(rows + more))[0].traits == told(tables.listens(rows))[0].traits


def test_a_song_is_new_for_ninety_days_and_the_first_ninety_days_say_nothing():
    rows = [by(ANN, QUIET, days=day) for day in (400, 380, 300, 200)]  # known since the beginning
    rows += [by(ANN, LOUD, days=day) for day in (150, 100, 61, 59)]  # new until 90 days after
    new = told(tables.listens(rows))[1][TraitName.NEW]
    assert (new.ever.value, new.ever.plays) == (pytest.approx(3 / 6), 6)


def test_hours_and_weekdays_are_the_listeners_own():
    assert NOON // DAY_MS * DAY_MS + 22 * 3_600_000 + 800_000 == NOON  # 22:13 UTC, a Tuesday
    listens = tables.listens([by(ANN, QUIET, days=7 * week) for week in range(5)])
    here, there = told(listens)[0], told(listens, time_zone="Asia/Tokyo")[0]
    assert (here.hours.ever[22], here.weekdays.ever[1]) == (1, 1)
    assert (there.hours.ever[7], there.weekdays.ever[2]) == (1, 1)
    assert there.weekdays.said == "Most played weekdays, over 5 plays: Wednesday (100%)."


def test_others_are_those_below_and_oneself_is_not_among_them():
    quiet = [by(who, QUIET, days=day) for who in (3, 4) for day in range(5)]
    loud = [by(5, LOUD, days=day) for day in range(5)]
    few = [by(6, LOUD, days=1)]
    everybody = pl.concat([ann(), tables.listens(quiet + loud + few)])
    community = traits_of_many(everybody, facts(), config=CONFIG)
    energy = told(ann(), community=community)[1][TraitName.ENERGY]
    assert (energy.percentile, energy.others) == (pytest.approx(2 / 3), 3)
    assert energy.said.endswith("; of 3 others, 67% are below that.")
    alone = told(ann(), community=community.filter(pl.col("listener") == ANN))[1][TraitName.ENERGY]
    assert (alone.percentile, alone.others) == (None, 0)


def test_many_are_measured_as_each_alone():
    world = tables.world(3, n_listens=900)
    known = SongFacts(world.songs, holders=world.songs.select("song", holders=pl.col("song") % 7))
    zones = {3: "America/New_York", 5: "Europe/Berlin"}
    many = traits_of_many(world.listens, known, time_zones=zones, config=CONFIG)
    for row in many.iter_rows(named=True):
        listener = row["listener"]
        mine = world.listens.filter(pl.col("listener") == listener)
        found, by_name = told(mine, known, time_zone=zones.get(listener, "UTC"))
        assert found.plays == row["plays"]
        assert found.hours.ever == pytest.approx(row["hours"])
        for name in TraitName:
            assert by_name[name].ever.value == pytest.approx(row[name])
            assert by_name[name].ever.plays == row[f"{name}_plays"]


def test_mainstream_is_the_tenth_that_is_held_most():
    songs = {song: song for song in range(1, 21)}
    holders = pl.DataFrame(
        {"song": list(songs), "holders": list(range(1, 21))}, {"song": pl.Int32, "holders": pl.Int64}
    )
    known = SongFacts(tables.songs(songs), holders=holders)
    rows = [by(ANN, song, days=song) for song in (20, 19, 18, 1)]
    assert told(tables.listens(rows), known)[1][TraitName.MAINSTREAM].ever.value == 0.5


def test_languages_are_told_of_known_lyrics_alone():
    languages = pl.DataFrame(
        {"song": [QUIET, LOUD], "language": ["de", "en"]}, {"song": pl.Int32, "language": pl.String}
    )
    spread = told(ann(), facts(languages=languages))[0].languages
    assert spread.names == ("de", "en")
    assert spread.ever == pytest.approx((5 / 9, 4 / 9))
    assert (spread.lately, spread.before) == ((0, 1), (1, 0))
    assert (
        spread.said
        == "Most played languages, over 9 plays of songs whose lyrics are known: de (56%), en (44%)."
    )
    assert told(ann())[0].languages.said == (
        "Nothing can be told of languages: there are no plays of songs whose lyrics are known."
    )


def test_no_plays_say_so_everywhere():
    found = told(tables.listens([]))[0]
    assert found.plays == 0
    assert all(trait.ever.value is None and "Too little is known" in trait.said for trait in found.traits)
    assert found.hours.ever == ()


def test_numbers_in_sentences_are_figures():
    for trait in told(ann())[0].traits:
        plays = {trait.ever.plays, trait.lately.plays, trait.before.plays}
        for number in re.findall(r"(\d[\d,]*) plays?", trait.said):
            assert int(number.replace(",", "")) in plays


def test_several_listeners_are_refused():
    with pytest.raises(ValueError, match="one listener"):
        told(tables.listens([by(ANN, QUIET), by(BEN, QUIET)]))
