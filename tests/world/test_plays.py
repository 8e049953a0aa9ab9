from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.listening.listens import Ending
from earmark.world import MadeListener, World, WorldConfig
from earmark.world.hours import HOUR_MS, week_patterns


@pytest.fixture(scope="module")
def everyone(world: World) -> list[MadeListener]:
    return list(world.listeners())


def skipped(listener: MadeListener) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(listener.plays.ending == Ending.SKIPPED)


def test_the_mean_number_of_plays_is_as_asked_and_their_spread_log_normal(
    everyone: list[MadeListener],
) -> None:
    counts = np.array([len(listener.plays) for listener in everyone])
    assert 250 < counts.mean() < 360
    assert np.median(counts) < 0.8 * counts.mean()
    assert 0.75 < np.log(counts).std() < 1.05


def test_a_few_tracks_hold_much_of_the_listening_but_not_most(
    everyone: list[MadeListener], world: World
) -> None:
    counts = np.zeros(world.catalogue.n_tracks)
    for listener in everyone:
        counts += np.bincount(listener.plays.track, minlength=len(counts))
    counts[::-1].sort()
    assert 0.15 < counts[: len(counts) // 100].sum() / counts.sum() < 0.7


def test_most_plays_repeat_a_song_heard_before(everyone: list[MadeListener], world: World) -> None:
    plays = sum(len(listener.plays) for listener in everyone)
    songs = sum(len(np.unique(world.catalogue.song[listener.plays.track])) for listener in everyone)
    assert 0.6 < 1 - songs / plays < 0.9


def test_repeats_favour_what_was_played_often_and_lately(everyone: list[MadeListener]) -> None:
    top, gaps = [], []
    for listener in everyone:
        track = listener.plays.track
        if len(track) < 400:
            continue
        counts = np.sort(np.bincount(track))[::-1]
        top.append(counts[:10].sum() / len(track))
        order = np.lexsort((np.arange(len(track)), track))
        again = np.diff(track[order]) == 0
        gaps.append(np.median(np.diff(order)[again]) / len(track))
    assert np.mean(top) > 0.2
    assert np.median(gaps) < 0.15


def test_between_five_and_thirty_percent_are_skipped_within_half_a_minute(
    everyone: list[MadeListener],
) -> None:
    skips = np.concatenate([skipped(listener) for listener in everyone])
    played = np.concatenate([listener.plays.ms_played for listener in everyone])
    assert 0.05 < skips.mean() < 0.3
    assert played[skips].max() < 30_000
    assert played[~skips].min() >= 30_000


def test_completed_plays_last_as_long_as_their_track(everyone: list[MadeListener], world: World) -> None:
    for listener in everyone[:50]:
        plays = listener.plays
        full = world.catalogue.duration_ms[plays.track]
        completed = plays.ending == Ending.COMPLETED
        assert (plays.ms_played[completed] == full[completed]).all()
        assert (plays.ms_played <= full).all()


def test_what_fits_less_is_skipped_more(everyone: list[MadeListener], world: World) -> None:
    rates = []
    for listener in everyone[:150]:
        fit = world.fits(listener.index, listener.plays.track)
        bad = fit < 1.0
        if bad.sum() >= 10 and (~bad).sum() >= 10:
            rates.append((skipped(listener)[bad].mean(), skipped(listener)[~bad].mean()))
    off_taste, on_taste = np.mean(rates, axis=0)
    assert len(rates) > 30
    assert off_taste > 1.5 * on_taste


def test_a_few_plays_are_private(everyone: list[MadeListener]) -> None:
    private = np.concatenate([listener.plays.private for listener in everyone])
    assert 0.003 < private.mean() < 0.05


def test_sessions_hold_several_plays_in_a_row(everyone: list[MadeListener]) -> None:
    lengths = []
    for listener in everyone:
        plays = listener.plays
        pause = plays.started_at[1:] - plays.started_at[:-1] - plays.ms_played[:-1]
        lengths.append(len(plays) / (1 + np.count_nonzero(pause > 300_000)))
    assert 5 < np.median(lengths) < 25


def test_nights_are_quiet_evenings_are_not_and_weekends_differ(everyone: list[MadeListener]) -> None:
    started = np.concatenate([listener.plays.started_at for listener in everyone])
    hour = (started // HOUR_MS - 4 * 24) % 168
    by_hour = np.bincount(hour, minlength=168).reshape(7, 24)
    assert by_hour[:, 18:23].mean() > 4 * by_hour[:, 3:6].mean()
    workday, weekend = by_hour[:5].mean(axis=0), by_hour[5:].mean(axis=0)
    assert workday[7:9].sum() > 2 * weekend[7:9].sum()


def test_hour_patterns_are_cumulative_chances() -> None:
    patterns = week_patterns()
    assert patterns.shape == (5, 168)
    assert (np.diff(patterns, axis=1) > 0).all()
    assert (patterns[:, -1] == 1.0).all()


def test_listens_say_what_the_columns_say(everyone: list[MadeListener], world: World) -> None:
    listener = everyone[3]
    listens = listener.listens()
    assert len(listens) == len(listener.plays)
    for place in (0, len(listens) - 1):
        listen = listens[place]
        assert listen.item is world.tracks[int(listener.plays.track[place])]
        assert listen.started_at == listener.plays.started_at[place]
        assert listen.ms_played == listener.plays.ms_played[place]
        assert listen.ending is Ending(int(listener.plays.ending[place]))


@given(
    seed=st.integers(0, 2**40),
    mean=st.sampled_from([1.0, 20.0, 900.0, 50_000.0]),
    years=st.sampled_from([0.1, 0.5, 4.0]),
)
@settings(max_examples=25, deadline=None)
def test_plays_never_overlap_nor_leave_the_time_of_the_world(seed: int, mean: float, years: float) -> None:
    config = WorldConfig(
        seed=seed, listeners=3, tracks=300, micro_genres=6, plays_per_listener=mean, years=years
    )
    begin = config.ends_at - config.weeks * 7 * 24 * HOUR_MS

    def histories() -> Iterator[MadeListener]:
        return World(config).listeners()

    for listener in histories():
        plays = listener.plays
        ends = plays.started_at + plays.ms_played
        assert len(plays) >= 1
        assert (plays.started_at[1:] > ends[:-1]).all()
        assert begin <= plays.started_at[0]
        assert ends[-1] <= config.ends_at
