"""The promises of weekly discovery, checked on every listener of a made world."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.homes import WEEK, opened

from earmark.engines.progress import Unwatched
from earmark.errors import NotLearnedError
from earmark.jobs.editions import show
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning, snapshot_of
from earmark.jobs.opened_build import OpenedBuild, live_manifest
from earmark.jobs.weekly import draft_mixes, run_weekly, this_week
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.mixes.weekly import Draft
from earmark.music.items import Track
from earmark.music.names import artist_key, song_key
from earmark.ranking.generators import CandidatesConfig
from earmark.ranking.reasons import Ground, Reason
from earmark.store.port import EditionRecord, ListenerRecord
from earmark.world import World

NEXT_WEEK = "2026-W03"


def editions(house: House, week: str = WEEK) -> dict[str, EditionRecord]:
    found = {one.name: house.store.edition(one.id, "weekly", week) for one in house.store.listeners()}
    return {name: edition for name, edition in found.items() if edition is not None}


def someone(house: House) -> ListenerRecord:
    return house.store.listeners()[7]


def artists_of(house: House, edition: EditionRecord) -> list[int]:
    return house.store.songs([entry.song for entry in edition.entries])["artist"].to_list()


def test_the_week_is_that_of_the_time_zone() -> None:
    noon_on_sunday = UnixMs(1_794_744_000_000)
    zones = ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago")
    assert [this_week(zone, noon_on_sunday) for zone in zones] == ["2026-W47", "2026-W46", "2026-W46"]


def test_everyone_gets_thirty_different_songs_by_thirty_artists(learned: House) -> None:
    made = editions(learned)
    assert len(made) == 80
    for edition in made.values():
        assert len({entry.song for entry in edition.entries}) == 30
        assert len(set(artists_of(learned, edition))) == 30


def test_no_song_was_ever_heard_in_any_version(learned: House, made_world: World) -> None:
    made = editions(learned)
    for person in made_world.listeners():
        tracks = [made_world.tracks[place] for place in np.unique(person.plays.track).tolist()]
        heard = {(artist_key(track.artist), song_key(track.title)) for track in tracks}
        given = learned.store.items([entry.item for entry in made[person.name].entries])
        for row in given.iter_rows(named=True):
            assert (artist_key(row["artist"]), song_key(row["title"])) not in heard


def test_the_planted_taste_is_found_far_above_popularity(learned: House, made_world: World) -> None:
    catalogue = made_world.catalogue
    place = {(artist_key(t.artist), song_key(t.title)): at for at, t in enumerate(made_world.tracks)}
    popular = np.argsort(-catalogue.popularity)[:30]
    mixes, hits = [], []
    for person in made_world.listeners():
        edition = learned.store.edition(learned.store.find_listener(person.name).id, "weekly", WEEK)
        assert edition is not None
        rows = learned.store.items([entry.item for entry in edition.entries]).iter_rows(named=True)
        at = [place[artist_key(row["artist"]), song_key(row["title"])] for row in rows]
        mixes.append((made_world.fits(person.index, at) > 2).mean())
        hits.append((made_world.fits(person.index, popular) > 2).mean())
    assert np.mean(mixes) > 0.3
    assert np.mean(mixes) > 4 * np.mean(hits)


def test_reasons_count_what_the_record_holds(learned: House) -> None:
    """Every number in every reason, counted again from the snapshot with plain sets."""
    frames = snapshot_of(learned, live_manifest(learned)).frames()
    taught = frames.listens.filter(
        ~pl.col("private")
        & (pl.col("ms_played").is_null() | (pl.col("ms_played") >= 30_000) | (pl.col("ending") == 1))
    )
    plays = {(who, song): n for who, song, n in taught.group_by("listener", "song").len().iter_rows()}
    players: dict[int, set[int]] = {}
    for who, song in plays:
        players.setdefault(song, set()).add(who)
    lists: dict[int, set[int]] = {}
    for playlist, song in frames.playlist_songs.select("playlist", "song").iter_rows():
        lists.setdefault(song, set()).add(playlist)
    artist_of = dict(frames.songs.select("song", "artist").iter_rows())
    grounds = set()
    for edition in editions(learned).values():
        me = edition.listener
        for entry in edition.entries:
            reason = msgspec.json.decode(entry.reason, type=Reason)
            grounds.add(reason.ground)
            together = [entry.song, *(seed.song for seed in reason.seeds)]
            for seed in reason.seeds:
                assert seed.plays == plays[me, seed.song]
            if reason.seeds or reason.ground is Ground.HELD:
                assert reason.playlists == len(
                    set.intersection(*(lists.get(song, set()) for song in together))
                )
                others = set.intersection(*(players.get(song, set()) for song in together)) - {me}
                assert reason.listeners == len(others)
            if reason.ground is Ground.ARTIST:
                mine = [
                    n
                    for (who, song), n in plays.items()
                    if who == me and artist_of[song] == artist_of[entry.song]
                ]
                assert (reason.artist_plays, reason.artist_songs) == (sum(mine), len(mine))
    assert grounds >= {Ground.TOGETHER, Ground.ARTIST}


def test_an_edition_stays_as_it_was_made(house: House) -> None:
    before = editions(house)
    person = someone(house)
    first = before[person.name].entries[0]
    row = house.store.items([first.item]).row(0, named=True)
    with house.store.writing() as writer:
        writer.add_feedback(person.id, [Feedback(Verdict.HATE, Track(row["artist"], row["title"]))])
    report = run_weekly(house, house.store.listeners(), WEEK, Unwatched())
    assert (report.made, report.already_made) == (0, 80)
    assert editions(house) == before


def test_the_next_week_gives_nothing_again(house: House) -> None:
    run_weekly(house, house.store.listeners(), NEXT_WEEK, Unwatched())
    first, second = editions(house), editions(house, NEXT_WEEK)
    for name in first:
        assert len(second[name].entries) == 30
        assert not {e.song for e in first[name].entries} & {e.song for e in second[name].entries}


def test_hates_and_hides_since_the_build_are_followed(house: House) -> None:
    person = someone(house)
    hated_song, other, *_ = _would_be(house, person).songs
    song = house.store.songs([hated_song]).row(0, named=True)
    hidden_artist = house.store.songs([other])["artist"][0]
    artist = house.store.artists([hidden_artist])["artist_name"][0]
    with house.store.writing() as writer:
        writer.add_feedback(
            person.id,
            [
                Feedback(Verdict.HATE, Track(song["artist_name"], song["title"])),
                Feedback(Verdict.HIDE, artist=artist),
            ],
        )
    now = _would_be(house, person).songs
    assert hated_song not in now
    assert hidden_artist not in house.store.songs(now)["artist"].to_list()


def test_a_song_heard_since_the_build_is_not_given(house: House) -> None:
    person = someone(house)
    first = _would_be(house, person).songs[0]
    row = house.store.songs([first]).row(0, named=True)
    track = Track(row["artist_name"], f"{row['title']} - Live at the Harbour Hall")
    with house.store.writing() as writer:
        writer.add_listens([person.id], [Listen(track, UnixMs(1_767_000_000_000), 200_000)], Origin("test"))
    assert first not in _would_be(house, person).songs


def test_a_listener_of_whom_nothing_is_known_gets_thirty_songs_and_is_told(house: House) -> None:
    with house.store.writing() as writer:
        writer.listener("Newcomer")
        few = writer.listener("Three plays")
        tracks = list(house.store.items([1, 2, 3]).iter_rows(named=True))
        listens = [
            Listen(Track(row["artist"], row["title"]), UnixMs(1_767_000_000_000 + n * 300_000), 200_000)
            for n, row in enumerate(tracks)
        ]
        writer.add_listens([few] * 3, listens, Origin("test"))
    for name in ("Newcomer", "Three plays"):
        run_weekly(house, [house.store.find_listener(name)], WEEK, Unwatched())
        edition = editions(house)[name]
        assert len(edition.entries) == 30
        assert len(set(artists_of(house, edition))) == 30
        assert edition.still_learning
    shown = show(house, house.store.find_listener("Newcomer"), WEEK)
    assert shown.still_learning
    assert all("hold it" in entry.why for entry in shown.entries)


def test_private_and_excluded_plays_teach_nothing(house: House) -> None:
    """Two newcomers: one plays in private what the other plays not at all; their mixes differ only by what is heard."""
    favourite = house.store.items([1]).row(0, named=True)
    track = Track(favourite["artist"], favourite["title"])
    moments = [UnixMs(1_767_000_000_000 + n * 600_000) for n in range(40)]
    with house.store.writing() as writer:
        _, private, excluded, taught = (writer.listener(name) for name in ("n", "p", "e", "t"))
        for who, is_private in ((private, True), (excluded, False), (taught, False)):
            listens = [Listen(track, moment, 200_000, private=is_private) for moment in moments]
            writer.add_listens([who] * len(listens), listens, Origin("test"))
        writer.add_feedback(excluded, [Feedback(Verdict.EXCLUDE, track)])
    entries = {name: _would_be(house, house.store.find_listener(name)).songs for name in ("n", "p", "e", "t")}
    heard = house.store.find_song(track.artist, track.title)
    assert heard not in {*entries["p"], *entries["e"], *entries["t"]}
    assert entries["p"] == entries["e"]
    assert len(set(entries["p"]) - set(entries["n"])) <= 1
    assert len(set(entries["t"]) - set(entries["n"])) > 10


def test_the_mix_lasts_two_to_three_hours(learned: House) -> None:
    lengths = [show(learned, one, WEEK).minutes for one in learned.store.listeners()]
    assert np.mean([120 <= length <= 180 for length in lengths]) > 0.95


def test_without_a_build_it_says_what_to_do(house: House) -> None:
    for build in house.builds.all():
        house.builds.remove(build)
    with pytest.raises(NotLearnedError, match="earmark learn"):
        run_weekly(house, house.store.listeners(), NEXT_WEEK, Unwatched())


def test_read_from_the_snapshot_or_from_the_record_it_is_the_same_mix(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = someone(house)
    with house.store.writing() as writer:
        listen = Listen(Track("Somebody Else", "A Song of the Week"), UnixMs(1_767_000_000_000), 200_000)
        writer.add_listens([person.id], [listen], Origin("test"))
    everyone = house.store.listeners()
    from_record = list(draft_mixes(house, OpenedBuild.live(house), everyone))
    monkeypatch.setattr("earmark.jobs.opened_build.ASKED_ONE_BY_ONE", 0)
    assert list(draft_mixes(house, OpenedBuild.live(house), everyone)) == from_record


def test_the_report_counts(learned: House) -> None:
    report = run_weekly(learned, learned.store.listeners(), WEEK, Unwatched())
    assert json.loads(msgspec.json.encode(report))["already_made"] == 80


def _would_be(house: House, person: ListenerRecord) -> Draft:
    """What the listener would be given now; nothing is filed."""
    (draft,) = draft_mixes(house, OpenedBuild.live(house), [house.store.find_listener(person.name)])
    return draft


def test_learning_again_changes_nothing(house: House) -> None:
    before = live_manifest(house)
    report = run_learning(house, Unwatched())
    assert report.live
    assert report.build == before.id


def test_whoever_has_heard_all_there_is_gets_no_mix_and_one_once_there_is_more(tmp_path: Path) -> None:
    def listens(first: int) -> list[Listen]:
        return [
            Listen(Track(f"Artist {n}", f"Song {n}"), UnixMs(1_700_000_000_000 + n * 400_000), 200_000)
            for n in range(first, first + 60)
        ]

    with opened(tmp_path) as house:
        with house.store.writing() as writer:
            writer.add_listens([writer.listener("alone")] * 60, listens(0), Origin("test"))
        run_learning(house, Unwatched())
        report = run_weekly(house, house.store.listeners(), WEEK, Unwatched())
        assert (report.made, report.empty) == (0, ("alone",))
        with house.store.writing() as writer:
            writer.add_listens([writer.listener("other", community="c")] * 60, listens(30), Origin("test"))
        run_learning(house, Unwatched())
        report = run_weekly(house, house.store.listeners()[:1], WEEK, Unwatched())
        assert (report.made, report.empty, report.short) == (1, (), ())


def test_a_build_is_used_with_the_settings_that_it_was_learned_with(house: House) -> None:
    before = list(draft_mixes(house, OpenedBuild.live(house), house.store.listeners()[:5]))
    candidates = CandidatesConfig(depth=40, popular=30)
    ranking = house.learning.ranking.model_copy(update={"candidates": candidates})
    other = replace(house, learning=house.learning.model_copy(update={"ranking": ranking}))
    assert list(draft_mixes(other, OpenedBuild.live(other), other.store.listeners()[:5])) == before
