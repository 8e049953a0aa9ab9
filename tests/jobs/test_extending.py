"""A playlist file goes on with songs of its kind, none of its own, and says what was not known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.errors import EarmarkError, NotLearnedError, UnreadableInputError
from earmark.jobs.extending import Extension, extend
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.music.names import artist_key, song_key
from earmark.world import World

STRANGERS = [Track(f"Nobody {n}", f"Nothing {n}") for n in range(3)]


def m3u(path: Path, tracks: list[Track], name: str | None = None) -> Path:
    """A playlist file as a player writes it; without a name of its own it has the file's."""
    lines = ["#EXTM3U", *([f"#PLAYLIST:{name}"] if name is not None else [])]
    for n, track in enumerate(tracks):
        lines += [f"#EXTINF:200,{track.artist} - {track.title}", f"music/{n}.mp3"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def played_tracks(world: World, n: int) -> list[Track]:
    """Different songs that many play, most of them first."""
    order = np.argsort(-world.catalogue.popularity)
    first = [place for place in order if world.catalogue.ordinal[place] == 0]
    return [world.tracks[int(place)] for place in first[:n]]


def keys(tracks) -> set[tuple[str, str]]:
    return {(artist_key(track.artist), song_key(track.title)) for track in tracks}


@pytest.fixture(scope="module")
def of_one_kind(made_world: World) -> Playlist:
    """A long public playlist."""
    return max(made_world.playlists(), key=lambda one: len(one.tracks))


def test_known_and_unknown_tracks_are_told_apart(learned: House, made_world: World, tmp_path: Path) -> None:
    known = played_tracks(made_world, 6)
    mixed = [known[0], STRANGERS[0], *known[1:], STRANGERS[1], Track(known[0].artist, "Never sung")]
    found = extend(learned, m3u(tmp_path / "mine.m3u8", mixed, "Any name"), 20)
    assert found.playlist == "Any name"
    assert found.known == 6
    assert found.unknown == (
        "Nobody 0 – Nothing 0",
        "Nobody 1 – Nothing 1",
        f"{known[0].artist} – Never sung",
    )
    assert len(keys(found.added)) == len(found.added) == 20
    assert not keys(found.added) & keys(mixed)
    assert all(one.reason for one in found.added)


def test_a_song_counts_once_in_whatever_versions_it_stands_there(
    learned: House, made_world: World, tmp_path: Path
) -> None:
    one, other = played_tracks(made_world, 2)
    versions = [one, Track(one.artist, f"{one.title} - Live"), Track(one.artist.upper(), one.title), other]
    found = extend(learned, m3u(tmp_path / "x.m3u", versions), 10)
    assert (found.known, found.unknown) == (2, ())
    again = extend(learned, m3u(tmp_path / "x.m3u", [one, other]), 10)
    assert found.added == again.added


def test_a_playlist_goes_on_with_songs_of_its_kind(
    learned: House, made_world: World, of_one_kind: Playlist, tmp_path: Path
) -> None:
    shown, rest = list(of_one_kind.tracks[:8]), of_one_kind.tracks[8:]
    found = extend(learned, m3u(tmp_path / "unnamed.m3u", shown, " "), 30)
    catalogue = made_world.catalogue
    place = {(artist_key(t.artist), song_key(t.title)): at for at, t in enumerate(made_world.tracks)}
    genres = set(catalogue.genre_parent[catalogue.micro_genre[[place[key] for key in keys(shown)]]].tolist())
    added = catalogue.genre_parent[catalogue.micro_genre[[place[key] for key in keys(found.added)]]]
    of_the_kind = np.isin(catalogue.genre_parent[catalogue.micro_genre], list(genres)).mean()
    assert np.isin(added, list(genres)).mean() > min(0.9, of_the_kind + 0.3)
    assert len(keys(found.added) & keys(rest)) >= 10


def test_the_order_of_a_playlist_matters(learned: House, made_world: World, tmp_path: Path) -> None:
    tracks = played_tracks(made_world, 12)
    one, other = (extend(learned, m3u(tmp_path / "x.m3u", some), 60).added for some in (tracks, tracks[::-1]))
    assert one != other
    assert len(keys(one) & keys(other)) > 20


def test_reasons_name_songs_of_the_playlist_and_artists_on_it(
    learned: House, made_world: World, of_one_kind: Playlist, tmp_path: Path
) -> None:
    shown = list(of_one_kind.tracks[:10])
    titles = {
        learned.store.songs([int(learned.store.find_song(t.artist, t.title))])["title"][0] for t in shown
    }
    found = extend(learned, m3u(tmp_path / "x.m3u", shown), 40)
    grounds = {"goes with": 0, "is on the list already": 0}
    for one in found.added:
        for ground in grounds:
            grounds[ground] += ground in one.reason
        if one.reason.startswith("goes with"):
            named = one.reason.removeprefix("goes with ").partition(":")[0]
            assert any(f"“{title}”" in named for title in titles)
        else:
            assert one.reason.startswith(one.artist) or "hold" in one.reason
        assert "you played" not in one.reason
    assert grounds["goes with"] > 20


def test_a_name_alone_says_what_to_go_on_with(learned: House, of_one_kind: Playlist, tmp_path: Path) -> None:
    named = m3u(tmp_path / "x.m3u", STRANGERS, of_one_kind.name)
    found = extend(learned, named, 30)
    assert (found.known, len(found.unknown), len(found.added)) == (0, 3, 30)
    assert len(keys(found.added) & keys(of_one_kind.tracks)) >= 5


def test_the_name_of_the_file_is_the_playlists_where_it_has_none(
    learned: House, made_world: World, tmp_path: Path
) -> None:
    found = extend(learned, m3u(tmp_path / "Sunday morning.m3u8", played_tracks(made_world, 3)), 5)
    assert found.playlist == "Sunday morning"


def test_of_several_playlists_in_a_file_the_first_goes_on(
    learned: House, made_world: World, tmp_path: Path
) -> None:
    tracks = played_tracks(made_world, 6)
    path = tmp_path / "lists.jsonl"
    lists = [
        {"name": name, "tracks": [[track.artist, track.title] for track in some]}
        for name, some in (("one", tracks[:2]), ("two", tracks))
    ]
    path.write_text("\n".join(map(json.dumps, lists)))
    found = extend(learned, path, 5)
    assert (found.playlist, found.known) == ("one", 2)


def test_what_came_after_the_build_is_not_known_to_it(
    house: House, made_world: World, tmp_path: Path
) -> None:
    new = Track("Somebody New", "Something New")
    with house.store.writing() as writer:
        listen = Listen(new, UnixMs(1_767_000_000_000), 200_000)
        writer.add_listens([house.store.listeners()[0].id], [listen], Origin("test"))
    tracks = [*played_tracks(made_world, 2), new]
    path = m3u(tmp_path / "x.m3u", tracks)
    assert extend(house, path, 5).unknown == ("Somebody New – Something New",)
    run_learning(house, Unwatched())
    assert extend(house, path, 5).unknown == ()


def test_the_same_file_gives_the_same_songs(learned: House, made_world: World, tmp_path: Path) -> None:
    path = m3u(tmp_path / "x.m3u", played_tracks(made_world, 9))
    whole = extend(learned, path, 50)
    assert extend(learned, path, 50) == whole
    assert extend(learned, path, 7).added == whole.added[:7]
    assert isinstance(whole, Extension)


# --- what cannot be gone on with ---


def test_a_file_whose_songs_nobody_knows_is_refused(learned: House, tmp_path: Path) -> None:
    path = m3u(tmp_path / "xyzzy.m3u", STRANGERS)
    with pytest.raises(EarmarkError, match="none of the 3 tracks") as caught:
        extend(learned, path, 5)
    assert str(path) in caught.value.what
    assert "learn again" in caught.value.remedy


@pytest.mark.parametrize("content", ["", "#EXTM3U\n", "#EXTM3U\n#PLAYLIST:Nothing\n\n"])
def test_a_playlist_without_tracks_is_refused(learned: House, tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.m3u"
    path.write_text(content)
    with pytest.raises(EarmarkError, match=r"empty\.m3u"):
        extend(learned, path, 5)


def test_what_is_no_playlist_is_refused(learned: House, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(b"ID3\x03\x00" * 40)
    with pytest.raises(UnreadableInputError, match=r"song\.mp3"):
        extend(learned, path, 5)
    with pytest.raises(UnreadableInputError, match=r"not_there\.m3u"):
        extend(learned, tmp_path / "not_there.m3u", 5)


def test_without_a_build_it_says_what_to_do(made_world: World, tmp_path: Path) -> None:
    path = m3u(tmp_path / "x.m3u", played_tracks(made_world, 2))
    with (
        opened(tmp_path) as house,
        pytest.raises(NotLearnedError, match="Nothing has been learned") as caught,
    ):
        extend(house, path, 5)
    assert "earmark learn" in caught.value.remedy


def test_where_everything_stands_on_the_list_nothing_is_added(tmp_path: Path) -> None:
    tracks = [Track("A", f"S{n}") for n in range(8)]
    with opened(tmp_path) as house:
        with house.store.writing() as writer:
            writer.add_playlists(
                [Playlist(f"list {n}", tuple(tracks[n : n + 5])) for n in range(4)], community="public"
            )
        run_learning(house, Unwatched())
        assert extend(house, m3u(tmp_path / "x.m3u", tracks), 5).added == ()
        some = extend(house, m3u(tmp_path / "x.m3u", tracks[:6]), 5).added
    assert {one.title for one in some} == {"S6", "S7"}
