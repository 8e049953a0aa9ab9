from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.sources import checks
from earmark.sources.batch import Batch
from earmark.sources.checks import NO_TRACKS
from earmark.sources.files import NOT_UTF8, SourceFile
from earmark.sources.json_rows import CUT_OFF, NOT_JSON, UNEXPECTED
from earmark.sources.playlist_files import read, recognises
from earmark.sources.playlist_m3u import names_from_path
from earmark.sources.playlist_xspf import NOT_XML

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]
Playlists = Callable[[str, bytes | str], Batch]

COPPER = Track("Vera Lind", "Copper", uri="x:1")


@pytest.fixture
def playlists(memory: Memory, join: Join, now: UnixMs) -> Playlists:
    return lambda name, data: join(read([memory(name, data)], now))


# --- JSON lines ---


def test_json_lines_in_both_spellings(playlists: Playlists) -> None:
    text = (
        '{"name": "One", "followers": 11, "tracks": [["Vera Lind", "Copper", "x:1"], ["Vera Lind", "Tin"]]}\n'
        '{"name": "Two", "tracks": [{"artist": "Vera Lind", "title": "Copper", "uri": "x:1"}]}\n'
    )
    for data in (text, gzip.compress(text.encode())):
        batch = playlists("lists.jsonl", data)
        assert batch.playlists == [
            Playlist("One", (COPPER, Track("Vera Lind", "Tin")), 11),
            Playlist("Two", (COPPER,)),
        ]
        assert (batch.rows, batch.skipped) == (2, [])


def test_bad_tracks_are_left_out_and_the_playlist_kept(playlists: Playlists) -> None:
    tracks = [
        ["Vera Lind", "Copper", "x:1"],
        [None, "x"],
        ["x", ""],
        ["x"],
        5,
        [1, 2],
        {"title": "x"},
        ["y" * 2_000, "x"],
    ]
    text = json.dumps({"name": "Mixed", "tracks": tracks}) + '\n{"name": "Empty", "tracks": []}\nnonsense\n'
    batch = playlists("lists.jsonl", text)
    assert batch.playlists == [Playlist("Mixed", (COPPER,))]
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [
        (1, checks.NO_ARTIST),
        (1, checks.NO_TITLE),
        (1, checks.NO_TITLE),
        (1, UNEXPECTED),
        (1, UNEXPECTED),
        (1, checks.NO_ARTIST),
        (1, checks.ARTIST_TOO_LONG),
        (2, NO_TRACKS),
        (3, NOT_JSON),
    ]


def test_one_playlist_over_several_lines(playlists: Playlists) -> None:
    one = {"name": "One", "tracks": [["Vera Lind", "Copper", "x:1"]]}
    for text in (json.dumps(one, indent=2), json.dumps(one), json.dumps([one]), json.dumps([one], indent=1)):
        assert playlists("one.json", text).playlists == [Playlist("One", (COPPER,))]


# --- M3U ---


def test_an_extended_m3u(playlists: Playlists) -> None:
    text = (
        "\ufeff#EXTM3U\r\n#PLAYLIST:Morning\r\n"
        "#EXTINF:187,Vera Lind - Copper - Live\r\n#EXTALB:Ore\r\nfolder/01.mp3\r\n"
        '#EXTINF:-1 tvg-id="a",Ash\r\n#EXTART:The Hollow Pines\r\nhttp://127.0.0.1/stream?id=4\r\n'
        "\r\n# a remark\r\n#EXTINF:5,\r\nThe Hollow Pines - Birch.flac\r\n"
        "nameless.mp3\r\n"
    )
    batch = playlists("morning.m3u8", text)
    assert batch.playlists == [
        Playlist(
            "Morning",
            (
                Track("Vera Lind", "Copper - Live", "Ore", "folder/01.mp3", 187_000),
                Track("The Hollow Pines", "Ash", None, "http://127.0.0.1/stream?id=4"),
                Track("The Hollow Pines", "Birch", None, "The Hollow Pines - Birch.flac", 5_000),
            ),
        )
    ]
    assert batch.rows == 4
    assert [(skip.row, skip.cause, skip.detail) for skip in batch.skipped] == [
        (4, checks.NO_ARTIST, "nameless.mp3")
    ]


def test_a_plain_m3u_in_an_old_encoding_is_called_as_its_file(playlists: Playlists) -> None:
    batch = playlists("lists/Rainy Days.m3u", b"Music\\Vera Lind\\Ore\\03 Caf\xe9.mp3\n")
    track = Track("Vera Lind", "Café", "Ore", "Music\\Vera Lind\\Ore\\03 Café.mp3")
    assert batch.playlists == [Playlist("Rainy Days", (track,))]
    assert [skip.cause for skip in batch.skipped] == [NOT_UTF8]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("Vera Lind - Copper.mp3", ("Vera Lind", None, "Copper")),
        ("/m/01 - Vera Lind - Copper.mp3", ("Vera Lind", None, "Copper")),
        ("/m/Vera Lind/Ore/01. Copper.mp3", ("Vera Lind", "Ore", "Copper")),
        ("/m/Vera Lind/Ore/1-01 Copper.mp3", ("Vera Lind", "Ore", "Copper")),
        ("/m/Vera Lind/Ore/99.mp3", ("Vera Lind", "Ore", "99")),
        ("/m/Vera Lind/Ore/1999.mp3", ("Vera Lind", "Ore", "1999")),
        ("C:\\m\\Vera Lind - Ore - 04 - Copper.flac", ("Vera Lind", "Ore", "Copper")),
        ("file:///m/Vera%20Lind/Ore/02%20Copper.ogg", ("Vera Lind", "Ore", "Copper")),
    ],
)
def test_names_from_paths(path: str, names: tuple[str, str | None, str]) -> None:
    assert names_from_path(path) == names


def test_a_playlist_without_usable_tracks(playlists: Playlists) -> None:
    batch = playlists("empty.m3u", "#EXTM3U\n")
    assert batch.playlists == []
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [(0, NO_TRACKS)]


# --- XSPF ---

XSPF = """<?xml version="1.0" encoding="{encoding}"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Morning &amp; noon</title><trackList>
{tracks}</trackList></playlist>"""


def xspf(titles: Iterable[str], encoding: str = "UTF-8") -> str:
    track = "<track><location>x:1</location><title>{}</title><creator>Vera Lind</creator>"
    track += "<duration>5</duration></track>\n"
    return XSPF.format(encoding=encoding, tracks="".join(track.format(escape(title)) for title in titles))


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_xspf(playlists: Playlists, encoding: str) -> None:
    batch = playlists("a.xspf", xspf(["Ærø & <more>", " "], encoding).encode(encoding))
    expected = Track("Vera Lind", "Ærø & <more>", None, "x:1", 5)
    assert batch.playlists == [Playlist("Morning & noon", (expected,))]
    assert (batch.rows, [(skip.row, skip.cause) for skip in batch.skipped]) == (2, [(2, checks.NO_TITLE)])


def test_xspf_without_a_namespace_and_with_foreign_elements(playlists: Playlists) -> None:
    text = (
        "<playlist><trackList><track><extension><title>no</title></extension><identifier>i:1</identifier>"
        "<creator>Vera Lind</creator><album>Ore</album><title>Copper</title><location>x:1</location>"
        "<duration>long</duration></track></trackList></playlist>"
    )
    batch = playlists("list.xspf", text)
    assert batch.playlists == [Playlist("list", (Track("Vera Lind", "Copper", "Ore", "i:1"),))]


@given(cut=st.integers(0, 2_000))
def test_xspf_cut_anywhere(memory: Memory, join: Join, now: UnixMs, cut: int) -> None:
    text = xspf(["Copper", "Tin", "Zinc"])
    part = text[: cut % len(text)]
    file = memory("a.xspf", part)
    if "<playlist version" not in part or ">" not in part.split("<playlist version", 1)[1]:
        with pytest.raises(UnreadableInputError, match=r"a\.xspf is not an XSPF playlist"):
            list(read([file] if part.startswith("<") else [memory("a.xspf", "<" + part)], now))
        return
    batch = join(read([file], now))
    titles = [track.title for playlist in batch.playlists for track in playlist.tracks]
    assert titles == ["Copper", "Tin", "Zinc"][: part.count("</track>")]
    assert CUT_OFF in [skip.cause for skip in batch.skipped]


def test_xspf_that_breaks_in_the_middle(playlists: Playlists) -> None:
    batch = playlists(
        "a.xspf", xspf(["Copper", "Tin"]).replace("<title>Tin</title>", "<title>Tin & </title>")
    )
    assert [track.title for track in batch.playlists[0].tracks] == ["Copper"]
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [(2, NOT_XML)]


def test_entities_that_expand_are_refused(playlists: Playlists) -> None:
    bomb = (
        '<!DOCTYPE playlist [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><playlist><title>&b;</title></playlist>'
    )
    with pytest.raises(UnreadableInputError, match="declares a document type"):
        playlists("a.xspf", bomb)


def test_xml_of_another_kind(playlists: Playlists) -> None:
    with pytest.raises(UnreadableInputError, match="it is a <rss>"):
        playlists("a.xspf", "<rss></rss>")


# --- JSPF ---


def jspf(*tracks: Any) -> str:
    return json.dumps({"playlist": {"title": "Morning", "creator": "x", "track": tracks}}, indent=1)


def test_jspf(playlists: Playlists) -> None:
    batch = playlists(
        "a.jspf",
        jspf(
            {
                "title": "Copper",
                "creator": "Vera Lind",
                "album": "Ore",
                "duration": 5.0,
                "identifier": ["i:1", "i:2"],
            },
            {"title": "Tin", "creator": "Vera Lind", "identifier": [], "location": "x:1"},
            {"title": "Zinc"},
            "?",
        ),
    )
    tracks = Track("Vera Lind", "Copper", "Ore", "i:1", 5), Track("Vera Lind", "Tin", None, "x:1")
    assert batch.playlists == [Playlist("Morning", tracks)]
    assert batch.rows == 4
    assert sorted((skip.row, skip.cause) for skip in batch.skipped) == [
        (3, checks.NO_ARTIST),
        (4, UNEXPECTED),
    ]


def test_jspf_cut_in_the_middle(playlists: Playlists) -> None:
    text = jspf({"title": "Copper", "creator": "Vera Lind"}, {"title": "Tin", "creator": "Vera Lind"})
    batch = playlists("a.jspf", text[: text.index("Tin")])
    assert batch.playlists == [Playlist("Morning", (Track("Vera Lind", "Copper"),))]
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [(2, CUT_OFF)]


# --- which files ---


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.m3u", "song.mp3"),
        ("a.txt", "#EXTM3U\n"),
        ("a.xml", "<?xml version='1.0'?><playlist/>"),
        ("a.jspf", '{"playlist": {"title": "x", "track": []}}'),
        ("a.jsonl.gz", '{"name": "x", "tracks": []}'),
        ("a.jsonl", ""),
    ],
)
def test_its_own_files(name: str, text: str) -> None:
    assert recognises(name, text.encode())


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.mp3", "ID3\0"), ("a.m3u", "<html>"), ("a.html", "<html>"), ("a.json", '{"name": "x"}')],
)
def test_other_files(name: str, text: str) -> None:
    assert not recognises(name, text.encode())


# --- many files ---

BOMB = '<!DOCTYPE x [<!ENTITY a "b">]><playlist version="1" xmlns="http://xspf.org/ns/0/"></playlist>'


def test_one_file_that_cannot_be_read_does_not_cost_the_others(
    memory: Memory, join: Join, now: UnixMs
) -> None:
    good = memory("good.m3u", "#EXTM3U\n#EXTINF:100,Vera Lind - Copper\nx:1\n")
    found = join(read([memory("bad.xspf", BOMB), good], now))
    assert [one.name for one in found.playlists] == ["good"]
    assert [(row.file, row.row, row.cause) for row in found.skipped] == [
        ("bad.xspf", 0, checks.UNREADABLE_FILE)
    ]


def test_the_only_file_that_cannot_be_read_is_an_error(memory: Memory, now: UnixMs) -> None:
    with pytest.raises(UnreadableInputError, match=r"bad\.xspf"):
        list(read([memory("bad.xspf", BOMB)], now))
