from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.ranking.models import heard_model, learned_from, small_model
from tests.tables import DAY_MS, NOON, tables

from earmark.ranking.asked import Asked
from earmark.ranking.reasons import LEAST_ALIKE, Ground, Reason, Seed, explain
from earmark.ranking.recommender import Purpose

TITLES = {1: "Copper", 2: "Tin"}


# --- counts ---


@pytest.mark.parametrize("bond_leads", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_every_number_can_be_counted_again(seed, bond_leads):
    model, histories = small_model(seed)
    ranked = model.discover(histories, 40)
    rows, place = np.nonzero(ranked.songs >= 0)
    songs = ranked.songs[rows, place]
    reasons = list(
        explain(model, histories, rows.astype(np.int32), songs, np.full(len(rows), bond_leads), now=NOON)
    )
    assert len(reasons) == len(rows) > 50
    played = model.members.listeners.toarray() > 0
    listed = model.members.playlists.toarray() > 0
    plays, liked = histories.plays.toarray(), histories.strength.toarray() > 0
    seen = set()
    for row, song, reason in zip(rows, songs, reasons, strict=True):
        seen.add(reason.ground)
        listener = histories.listeners[row]
        seeds = model.columns.find(np.array([one.song for one in reason.seeds], np.int64))
        held = [song, *seeds]
        others = model.members.listener_ids != listener
        if reason.ground == Ground.ARTIST and not reason.seeds:
            assert (reason.listeners, reason.playlists) == (0, 0)
        else:
            assert reason.listeners == (played[:, held].all(1) & others).sum()
            assert reason.playlists == (listed[:, held].all(1) & (model.members.owners != listener)).sum()
            assert reason.listeners + reason.playlists > 0
        assert [one.plays for one in reason.seeds] == plays[row, seeds].tolist()
        assert all(one.plays > 0 for one in reason.seeds)
        assert liked[row, seeds].all()
        same = model.columns.artist_of == model.columns.artist_of[song]
        if reason.ground == Ground.ARTIST:
            assert reason.artist_plays == plays[row, same].sum() > 0
            assert reason.artist_songs == (plays[row, same] > 0).sum()
        else:
            assert (reason.artist_plays, reason.artist_songs) == (0, 0)
            assert bool(reason.seeds) == (reason.ground == Ground.TOGETHER)
        if bond_leads and plays[row, same].any():
            assert reason.ground == Ground.ARTIST
        assert reason.phrase(str, "Vera Lind")
    assert Ground.TOGETHER in seen
    assert (Ground.ARTIST in seen) or not bond_leads


@pytest.mark.parametrize("seed", range(3))
def test_every_number_that_speaks_for_a_playlists_next_song_can_be_counted_again(seed):
    model, _ = small_model(seed)
    lists = [np.array([3, 9, 20, 41]), np.array([7]), np.arange(0)]
    asked = Asked.playlists(model.signals, lists, ["", "", "gym"])
    ranked = model.rank(asked, Purpose.CONTINUATION, 30)
    rows, place = np.nonzero(ranked.songs >= 0)
    songs = ranked.songs[rows, place]
    leads = ranked.bond_share[rows, place] > 0.5
    reasons = list(explain(model, asked.histories, rows.astype(np.int32), songs, leads, now=NOON))
    listened = model.members.listeners.toarray() > 0
    listed = model.members.playlists.toarray() > 0
    artist_of = model.columns.artist_of
    for row, song, reason in zip(rows, songs, reasons, strict=True):
        seeds = model.columns.find(np.array([one.song for one in reason.seeds], np.int64)).tolist()
        assert set(seeds) <= set(lists[row].tolist())
        assert all(one.plays == 1 for one in reason.seeds)
        if reason.seeds or reason.ground == Ground.HELD:
            # No row is the list's own: all are counted.
            assert reason.listeners == listened[:, [song, *seeds]].all(1).sum()
            assert reason.playlists == listed[:, [song, *seeds]].all(1).sum()
        if reason.ground == Ground.ARTIST:
            same = (artist_of[lists[row]] == artist_of[song]).sum()
            assert (reason.artist_plays, reason.artist_songs) == (same, same)
        assert reason.phrase_of_list(str, "Vera Lind")
    assert {reason.ground for row, reason in zip(rows, reasons, strict=True) if row == 2} == {Ground.HELD}
    assert Ground.TOGETHER in {reason.ground for reason in reasons}


def small_world(listens, lists, feedback=()):
    """Songs 1 to 6, all by different artists but 5 and 6, among enough playlists of other songs."""
    frames = tables.world(3)
    playlists, playlist_songs = tables.playlists(dict(enumerate(lists)))
    artists = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 5}
    return learned_from(
        type(frames)(
            listens=tables.listens(listens),
            playlists=playlists,
            playlist_songs=playlist_songs,
            songs=tables.songs(artists),
            listeners=tables.listeners([1, 2, 3]),
            feedback=tables.feedback(feedback),
        )
    )


def reason_for(model, histories, listener, song, leads=False):
    row = histories.find(np.array([listener])).astype(np.int32)
    return next(
        explain(model, histories, row, model.columns.find(np.array([song])), np.array([leads]), now=NOON)
    )


def plays_of(listener, **songs):
    return [{"listener": listener, "song": int(name[1:])} for name, n in songs.items() for _ in range(n)]


LISTS = [(None, [1, 2, 3]), (None, [1, 2, 3]), (None, [1, 3]), (1, [1, 2, 3]), (None, [4, 5]), (None, [4, 6])]


def test_the_listeners_own_playlists_and_plays_are_not_counted():
    # Listener 1 owns a list of all three, which closes song 3 to them; listener 2 does not.
    model, histories = small_world(
        plays_of(1, s1=2, s2=1) + plays_of(2, s1=3, s2=1) + plays_of(3, s3=1), LISTS
    )
    reason = reason_for(model, histories, 2, 3)
    assert reason == Reason(Ground.TOGETHER, (Seed(1, 3), Seed(2, 1)), playlists=3, listeners=0)
    assert reason_for(model, histories, 1, 3) == Reason(
        Ground.TOGETHER, (Seed(1, 2), Seed(2, 1)), playlists=2
    )


def test_where_nobody_holds_all_three_the_second_seed_is_dropped():
    lists = [(None, [1, 3]), (None, [1, 3]), (None, [2, 3]), (None, [4, 5])]
    model, histories = small_world(plays_of(2, s1=4, s2=1), lists)
    assert reason_for(model, histories, 2, 3) == Reason(Ground.TOGETHER, (Seed(1, 4),), playlists=2)


def test_private_and_excluded_plays_are_never_named():
    listens = [*plays_of(2, s1=4, s2=1), {"listener": 2, "song": 1, "private": True}]
    model, histories = small_world(listens, LISTS, [(2, "exclude", 2, None, None)])
    assert reason_for(model, histories, 2, 3) == Reason(Ground.TOGETHER, (Seed(1, 4),), playlists=4)


def test_the_bond_with_an_artist_is_named_when_it_leads_or_stands_alone():
    listens = plays_of(2, s1=4, s5=3)
    model, histories = small_world(listens, [(None, [1, 6]), (None, [1, 2]), (None, [3, 4])])
    assert reason_for(model, histories, 2, 6) == Reason(Ground.TOGETHER, (Seed(1, 4),), 1)
    assert reason_for(model, histories, 2, 6, leads=True) == Reason(Ground.ARTIST, (Seed(1, 4),), 1, 0, 3, 1)
    model, histories = small_world(listens, [(None, [2, 6]), (None, [1, 2]), (None, [3, 4])])
    assert reason_for(model, histories, 2, 6) == Reason(Ground.ARTIST, (), 0, 0, 3, 1)


def test_plays_of_a_hated_song_are_no_bond():
    listens = [*plays_of(2, s1=1, s5=3), *plays_of(3, s6=1)]
    model, histories = small_world(listens, LISTS, [(2, "hate", 5, None, None)])
    assert reason_for(model, histories, 2, 6, leads=True) == Reason(Ground.HELD, playlists=1, listeners=1)


def test_without_anything_nearer_it_is_said_how_many_hold_the_song():
    model, histories = small_world(plays_of(2, s1=1) + plays_of(3, s4=1), LISTS)
    assert reason_for(model, histories, 2, 4) == Reason(Ground.HELD, playlists=2, listeners=1)


# --- songs that nobody holds ---


def nearest_of(model, histories, row, song):
    """The listener's own heard songs by how alike the song they sound, and their cosines."""
    sounds, vectors = model.signals.sounds, model.signals.space.vectors
    own = [one for one in np.flatnonzero(histories.played.toarray()[row]) if sounds.heard[one]]
    cosines = {one: float(vectors[sounds.row_of[one]] @ vectors[sounds.row_of[song]]) for one in own}
    return sorted(cosines, key=lambda one: -cosines[one]), cosines


@pytest.mark.parametrize("seed", range(3))
def test_of_a_song_that_nobody_holds_it_is_said_what_it_sounds_like(seed):
    model, histories = heard_model(seed)
    ranked = model.discover(histories, 60)
    rows, place = np.nonzero(ranked.songs >= 0)
    songs = ranked.songs[rows, place]
    leads = ranked.bond_share[rows, place] > 0.5
    reasons = list(explain(model, histories, rows.astype(np.int32), songs, leads, now=NOON))
    plays, said = histories.plays.toarray(), 0
    for row, song, reason in zip(rows, songs, reasons, strict=True):
        new = model.popularity[song] == 0
        assert new == (reason.ground == Ground.SOUND)
        if not new:
            assert not reason.fresh
            continue
        order, cosines = nearest_of(model, histories, row, song)
        seeds = model.columns.find(np.array([one.song for one in reason.seeds], np.int64)).tolist()
        wanted = [one for one in order[:2] if cosines[one] >= LEAST_ALIKE]
        assert [cosines[one] for one in seeds] == pytest.approx([cosines[one] for one in wanted], abs=1e-5)
        assert [one.plays for one in reason.seeds] == plays[row, seeds].tolist()
        same = model.columns.artist_of == model.columns.artist_of[song]
        assert reason.artist_plays == plays[row, same].sum()
        sounds = model.signals.sounds
        assert reason.fresh == (sounds.added_at[sounds.row_of[song]] > NOON - 60 * DAY_MS)
        assert (reason.playlists, reason.listeners) == (0, 0)
        said += len(seeds)
    assert said > 10
    assert len({reason.fresh for reason in reasons if reason.ground == Ground.SOUND}) == 2


# --- words ---


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason(Ground.TOGETHER, (Seed(1, 14), Seed(2, 1)), 23, 0),
            "because you played “Copper” 14 times and “Tin” once; 23 playlists hold all three",
        ),
        (
            Reason(Ground.TOGETHER, (Seed(1, 2),), 1, 0),
            "because you played “Copper” twice; 1 playlist holds both",
        ),
        (
            Reason(Ground.TOGETHER, (Seed(1, 3),), 0, 1),
            "because you played “Copper” 3 times; 1 other listener holds both",
        ),
        (
            Reason(Ground.TOGETHER, (Seed(1, 1234),), 1, 1),
            "because you played “Copper” 1,234 times; 1 playlist and 1 other listener hold both",
        ),
        (
            Reason(Ground.TOGETHER, (Seed(1, 1), Seed(2, 2)), 2_000, 3),
            "because you played “Copper” once and “Tin” twice; "
            "2,000 playlists and 3 other listeners hold all three",
        ),
    ],
)  # fmt: skip
def test_words(reason, words):
    assert reason.phrase(TITLES.__getitem__, "Vera Lind") == words


@pytest.mark.parametrize(
    ("reason", "bond", "rest"),
    [
        (Reason(Ground.ARTIST, (), 0, 0, 1, 1), "because you played a song by Vera Lind once", []),
        (Reason(Ground.ARTIST, (), 0, 0, 14, 3), "because you played 3 songs by Vera Lind 14 times", []),
        (
            Reason(Ground.ARTIST, (Seed(1, 3),), 1, 0, 2, 1),
            "because you played a song by Vera Lind twice; ",
            ["1 playlist holds", "“Copper”"],
        ),
        (
            Reason(Ground.ARTIST, (Seed(1, 3), Seed(2, 1)), 5, 2, 1_400, 1_300),
            "because you played 1,300 songs by Vera Lind 1,400 times; ",
            ["5 playlists and 2 other listeners hold", "“Copper” and “Tin”"],
        ),
    ],
)
def test_words_of_a_bond(reason, bond, rest):
    words = reason.phrase(TITLES.__getitem__, "Vera Lind")
    assert words.startswith(bond)
    assert all(part in words for part in rest)
    assert rest or words == bond


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason(Ground.SOUND, (Seed(1, 3), Seed(2, 1)), fresh=True),
            "new in the library; sounds like “Copper” and “Tin”, which you play",
        ),
        (
            Reason(Ground.SOUND, (Seed(1, 3),), artist_plays=2, artist_songs=1),
            "in the library, where nobody has played it yet; sounds like “Copper”, which you play; "
            "you played a song by Vera Lind twice",
        ),
        (Reason(Ground.SOUND), "in the library, where nobody has played it yet"),
    ],
)
def test_words_of_a_sound(reason, words):
    assert reason.phrase(TITLES.__getitem__, "Vera Lind") == words


def test_words_of_how_many_hold_a_song():
    many = Reason(Ground.HELD, (), 12, 1).phrase(TITLES.__getitem__, "Vera Lind")
    assert many.startswith("12 playlists and 1 other listener hold it")
    one = Reason(Ground.HELD, (), 0, 1).phrase(TITLES.__getitem__, "Vera Lind")
    assert one.startswith("1 other listener holds it")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason(Ground.TOGETHER, (Seed(1, 1), Seed(2, 1)), 23, 0),
            "goes with “Copper” and “Tin”: 23 playlists hold all three",
        ),
        (
            Reason(Ground.ARTIST, (Seed(1, 1),), 1, 0, 2, 2),
            "goes with “Copper”: 1 playlist holds both",
        ),
        (
            Reason(Ground.TOGETHER, (Seed(2, 1),), 1, 2),
            "goes with “Tin”: 1 playlist and 2 other listeners hold both",
        ),
        (Reason(Ground.ARTIST, (), 0, 0, 1, 1), "Vera Lind is on the list already, with a song"),
        (Reason(Ground.ARTIST, (), 0, 0, 7, 7), "Vera Lind is on the list already, with 7 songs"),
        (Reason(Ground.HELD, (), 2, 1), "2 playlists and 1 other listener hold it"),
        (Reason(Ground.HELD, (), 1, 0), "1 playlist holds it"),
        (Reason(Ground.SOUND, (Seed(1, 1),), fresh=True), "new in the library; sounds like “Copper”"),
        (Reason(Ground.SOUND, artist_plays=3, artist_songs=1), "in the library, where nobody has played it yet"),
    ],
)  # fmt: skip
def test_words_where_the_songs_stand_on_a_playlist(reason, words):
    assert reason.phrase_of_list(TITLES.__getitem__, "Vera Lind") == words


def test_who_is_rising_is_said_with_how_much_was_written():
    rising = Reason(Ground.ARTIST, (), 0, 0, 3, 1, mentions=5, sources=2)
    assert rising.phrase(TITLES.__getitem__, "Vera Lind") == (
        "because you played a song by Vera Lind 3 times; rising: more is written about Vera Lind than before, "
        "5 texts by 2 publishers lately"
    )


def test_a_reason_survives_being_filed():
    for reason in (
        Reason(Ground.TOGETHER, (Seed(1, 14), Seed(2, 1)), 23, 0),
        Reason(Ground.ARTIST, (), 0, 0, 3, 1),
        Reason(Ground.HELD),
    ):
        assert msgspec.json.decode(msgspec.json.encode(reason), type=Reason) == reason
