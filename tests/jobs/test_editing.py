"""Edits of taste on a learned home: shown first, in effect at once, undone without a trace, and exactly forgotten."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.errors import EarmarkError, UnknownNameError
from earmark.jobs.edit_words import Wanted, understood
from earmark.jobs.editing import excluded_since, forget_excluded, make, preview, preview_undoing, undo
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.live import Ask, Chosen, Live
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.tasting import note_tastes, taste_of
from earmark.jobs.weekly import draft_mixes
from earmark.listening.edits import Boost, Exclude, Less, Mute, Reject, Rename
from earmark.listening.exclusions import TheseDays, TheseHours, TheseListens
from earmark.store.port import ListenerRecord
from earmark.taste.versions import decode, differences


@pytest.fixture
def house(learned_home: Path, tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    shutil.copytree(learned_home, home)
    with opened(home) as house:
        yield house


@pytest.fixture
def live(house: House) -> OpenedBuild:
    return OpenedBuild.live(house)


@pytest.fixture
def who(house: House) -> ListenerRecord:
    """Whoever played most."""
    own = [one for one in house.store.listeners() if one.community is None]
    return max(own, key=lambda one: (len(house.store.listens([one.id])), one.name))


def weekly(house: House, build: OpenedBuild, who: ListenerRecord) -> list[int]:
    (draft,) = draft_mixes(house, build, [who])
    return list(draft.songs)


def recommended(house: House, who: ListenerRecord) -> bytes:
    (answer,) = Live(house).recommend([Ask(who.id, 60)])
    assert isinstance(answer, Chosen)
    return answer.document()


def genre_of(build: OpenedBuild, songs: list[int]) -> list[int]:
    return build.genre_of[build.model.columns.find(np.array(songs))].tolist()


def test_a_muted_micro_genre_leaves_all_that_is_recommended_and_comes_back(
    house: House, live: OpenedBuild, who: ListenerRecord
) -> None:
    before, songs = recommended(house, who), weekly(house, live, who)
    most = max(set(genre_of(live, songs)), key=genre_of(live, songs).count)
    seen = preview(house, who.name, Mute(most), live)
    assert weekly(house, live, who) == songs, "looking changes nothing"
    saved = make(house, who.name, Mute(most), live)
    muted = weekly(house, live, who)
    assert most not in genre_of(live, muted)
    assert (len(seen.leaving), seen.of) == (len(set(songs) - set(muted)), len(songs))
    assert recommended(house, who) != before
    assert [one.muted for one in taste_of(house, who.name, live).micro_genres if one.id == most] in (
        [True],
        [],
    )
    assert preview_undoing(house, who.name, saved.id, live).coming
    undo(house, who.name, saved.id, live)
    assert (recommended(house, who), weekly(house, live, who)) == (before, songs)


def test_a_rejected_micro_genre_is_neither_shown_nor_a_teacher(
    house: House, live: OpenedBuild, who: ListenerRecord
) -> None:
    first = taste_of(house, who.name, live).micro_genres[0]
    make(house, who.name, Reject(first.id), live)
    seen = taste_of(house, who.name, live)
    assert first.id not in {one.id for one in seen.micro_genres}
    assert sum(one.share for one in seen.micro_genres) <= 1 + 1e-6
    history = live.histories([who.id])
    mine = live.genre_of[history.weight.indices]
    assert not (history.weight.data[mine == first.id] > 0).any()
    assert first.id not in genre_of(live, weekly(house, live, who))


def test_a_boost_brings_more_of_it(house: House, live: OpenedBuild, who: ListenerRecord) -> None:
    genres = taste_of(house, who.name, live).micro_genres
    counts = {one.id: genre_of(live, weekly(house, live, who)).count(one.id) for one in genres}
    second = next(one for one in genres[1:] if counts[one.id])
    make(house, who.name, Boost(second.id), live)
    history, plain = live.histories([who.id]), live._as_played([who.id], None, None)
    mine = live.genre_of[plain.strength.indices] == second.id
    assert np.allclose(history.strength.data[mine], 2 * plain.strength.data[mine])
    assert genre_of(live, weekly(house, live, who)).count(second.id) >= counts[second.id]


def test_less_of_an_artist_is_a_dislike_that_fades(
    house: House, live: OpenedBuild, who: ListenerRecord
) -> None:
    top = taste_of(house, who.name, live).top_artists[0].name
    artist = house.store.find_artist(top)
    make(house, who.name, Less(30.0, artist=artist), live)
    of_them = live.model.columns.artists == artist
    history = live.histories([who.id])
    assert (history.weight.data[of_them[history.weight.indices]] < 0).all()
    assert history.closed.toarray()[0, of_them].all()


def test_a_name_of_ones_own_is_shown_and_understood(
    house: House, live: OpenedBuild, who: ListenerRecord
) -> None:
    first = taste_of(house, who.name, live).micro_genres[0]
    make(house, who.name, Rename(first.id, "my own thing"), live)
    seen = taste_of(house, who.name, live).micro_genres[0]
    assert (seen.name, seen.found_as) == ("my own thing", first.found_as)
    assert understood(house, who.name, Wanted("mute", ("My own thing",)), live) == Mute(first.id)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("boost", ("no such genre at all",)),
        Wanted("love", ("x",)),
        Wanted("exclude", ("hours", "late")),
        Wanted("exclude", ("hours", "22:00-25:99")),
        Wanted("exclude", ("days", "yesterday")),
        Wanted("exclude", ("playlist", "no such list")),
        Wanted("exclude", ("listen", "2001-01-01T00:00")),
        Wanted("exclude", ("doubt", "99")),
        Wanted("less", ("Nobody of that name",)),
        Wanted("exclude", ()),
    ],
)
def test_what_cannot_be_understood_says_what_can(
    house: House, live: OpenedBuild, who: ListenerRecord, wanted: Wanted
) -> None:
    with pytest.raises(EarmarkError) as told:
        understood(house, who.name, wanted, live)
    assert told.value.remedy


def test_words_become_exclusions(house: House, live: OpenedBuild, who: ListenerRecord) -> None:
    def said(*what: str, weekdays: str = "") -> Exclude:
        edit = understood(house, who.name, Wanted("exclude", what, weekdays=weekdays), live)
        assert isinstance(edit, Exclude)
        return edit

    assert said("hours", "22:00-06:30", weekdays="sat, Sunday").what == TheseHours(
        1320, 390, who.time_zone, (6, 7)
    )
    days = said("days", "2023-01-01", "2023-01-02").what
    assert isinstance(days, TheseDays)
    assert days.stop - days.start == 2 * 86_400_000
    first = house.store.listens([who.id]).row(0, named=True)
    at = np.datetime64(first["started_at"], "ms").astype("datetime64[m]")
    listen = said("listen", f"{at}+00:00").what
    assert isinstance(listen, TheseListens)
    assert (first["song"], first["started_at"]) in listen.listens


def test_excluding_everything_says_so(house: House, live: OpenedBuild, who: ListenerRecord) -> None:
    everything = Exclude(TheseDays(0, 2**45))
    seen = preview(house, who.name, everything, live)
    assert seen.nothing_left
    assert seen.listens == len(house.store.listens([who.id]))
    make(house, who.name, everything, live)
    taste = taste_of(house, who.name, live)
    assert (taste.listens, taste.micro_genres, taste.excluded_listens) == (0, (), seen.listens)
    assert taste.sentences[0].startswith("Nothing is left to tell")
    (draft,) = draft_mixes(house, live, [who])
    assert draft.still_learning


def test_an_excluded_stretch_has_no_effect_on_what_is_learned_and_chosen(
    house: House, learned_home: Path, tmp_path: Path, who: ListenerRecord, live: OpenedBuild
) -> None:
    """The next mixes of everybody equal, byte for byte, those of a record from which the listens were erased."""
    listens = house.store.listens([who.id])["started_at"]
    middle, end = int(listens[len(listens) // 2]), int(listens[-1]) + 1
    make(house, who.name, Exclude(TheseDays(middle, end)), live)
    assert excluded_since(house)
    assert forget_excluded(house, Unwatched())
    assert not excluded_since(house)
    other = tmp_path / "other"
    shutil.copytree(learned_home, other)
    record = sqlite3.connect(other / "earmark.db")
    with record:
        record.execute("DELETE FROM listen WHERE listener_id = ? AND started_at >= ?", (who.id, middle))
        record.execute("UPDATE listener SET revision = revision + 1 WHERE id = ?", (who.id,))
    record.close()
    with opened(other) as without:
        mine = OpenedBuild.live(house)
        names = [one for one in house.store.listeners() if one.community is None]
        run_learning(without, Unwatched(), accept_worse=True)
        theirs = OpenedBuild.live(without)
        assert [(draft.songs, draft.reasons) for draft in draft_mixes(house, mine, names)] == [
            (draft.songs, draft.reasons) for draft in draft_mixes(without, theirs, names)
        ]


def test_each_change_leaves_a_version_that_can_be_compared(
    house: House, live: OpenedBuild, who: ListenerRecord
) -> None:
    assert note_tastes(house, Unwatched()) == len(
        [one for one in house.store.listeners() if one.community is None]
    )
    assert note_tastes(house, Unwatched()) == 0, "nobody's taste has changed"
    first = taste_of(house, who.name, live).micro_genres[0]
    edit = make(house, who.name, Reject(first.id), live)
    undo(house, who.name, edit.id, live)
    kept = house.store.edits.versions(who.id)
    assert [one.cause for one in kept] == ["build", "edit", "undo"]
    build, edited, undone = (
        decode(house.store.edits.version(who.id, one.made_at)[1])  # type: ignore[index, arg-type]
        for one in kept
    )
    told = differences(build, edited)
    assert f"Gone: {first.name}, which was {first.share:.0%} of attention." in told
    assert any(one.startswith(f"Edit {edit.id}: ") for one in told)
    assert build.micro_genres == undone.micro_genres
    assert any(one.startswith(f"Undone, edit {edit.id}: ") for one in differences(edited, undone))


def test_an_edit_that_is_not_there_is_not_undone(
    house: House, live: OpenedBuild, who: ListenerRecord
) -> None:
    for undoing in (preview_undoing, undo):
        with pytest.raises(UnknownNameError, match="no edit 99 in effect"):
            undoing(house, who.name, 99, live)
