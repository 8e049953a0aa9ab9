from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.listening.playlists import Playlist
from earmark.mixes.files import FORMATS, XSPF
from earmark.mixes.shown import Shown, ShownEntry
from earmark.music.items import Track
from earmark.ranking.reasons import Ground, Reason, Seed
from earmark.sources.files import SourceFile
from earmark.sources.playlist_files import read, recognises

REASON = Reason(Ground.TOGETHER, (Seed(7, 14), Seed(9, 1)), 23, 2)


def entry(artist="Vera Lind", title="Copper", release=None, uri=None, duration_ms=None):
    why = f"because you played “{title}” twice; 1 playlist holds both"
    return ShownEntry(artist, title, release, uri, duration_ms, why, REASON, 5, 3)


def mix_of(*entries, listener="ann"):
    return Shown(listener, "weekly", "2026-W47", 1_763_337_600_000, "0123456789ab", False, 131, entries)


def read_back(file_format, mix) -> Playlist:
    """What our own readers make of a file."""
    data = FORMATS[file_format](mix).encode("utf-8")
    name = f"mix.{file_format}"
    assert recognises(name, data)
    (batch,) = read([SourceFile(name, len(data), lambda: io.BytesIO(data))], None)
    assert batch.skipped == []
    (playlist,) = batch.playlists
    return playlist


ENTRIES = (
    entry("Vera Lind", "Copper", "Metals", "spotify:track:1", 181_400),
    entry("Bolt & Sons", "<Tin>, “Live”", None, None, 240_000),
    entry("Ångström", "日本の歌", "R&B", "https://example.org/a?b=1&c=2", None),
)


# --- as other programs read them ---


def test_m3u8_line_by_line():
    assert FORMATS["m3u8"](mix_of(*ENTRIES)).splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:Weekly discovery for ann, 2026-W47",
        "#EXTINF:181,Vera Lind - Copper",
        "#EXTALB:Metals",
        "spotify:track:1",
        "#EXTINF:240,Bolt & Sons - <Tin>, “Live”",
        "Bolt & Sons - <Tin>, “Live”",
        "#EXTINF:-1,Ångström - 日本の歌",
        "#EXTALB:R&B",
        "https://example.org/a?b=1&c=2",
    ]


def test_xspf_as_xml():
    text = FORMATS["xspf"](mix_of(*ENTRIES))
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    root = ElementTree.fromstring(text)
    assert root.tag == f"{{{XSPF}}}playlist"
    assert root.attrib == {"version": "1"}
    spaces = {"x": XSPF}
    assert root.findtext("x:title", namespaces=spaces) == "Weekly discovery for ann, 2026-W47"
    assert root.findtext("x:date", namespaces=spaces) == "2025-11-17T00:00:00+00:00"
    tracks = root.findall("x:trackList/x:track", spaces)
    assert [{part.tag.partition("}")[2]: part.text for part in track} for track in tracks][:2] == [
        {
            "identifier": "spotify:track:1",
            "title": "Copper",
            "creator": "Vera Lind",
            "annotation": ENTRIES[0].why,
            "album": "Metals",
            "duration": "181400",
        },
        {
            "title": "<Tin>, “Live”",
            "creator": "Bolt & Sons",
            "annotation": ENTRIES[1].why,
            "duration": "240000",
        },
    ]


def test_jspf_as_json():
    listing = json.loads(FORMATS["jspf"](mix_of(*ENTRIES)))["playlist"]
    assert listing["title"] == "Weekly discovery for ann, 2026-W47"
    assert listing["track"][0] == {
        "identifier": ["spotify:track:1"],
        "title": "Copper",
        "creator": "Vera Lind",
        "annotation": ENTRIES[0].why,
        "album": "Metals",
        "duration": 181_400,
    }
    assert set(listing["track"][1]) == {"title", "creator", "annotation", "duration"}


def test_json_holds_everything():
    mix = mix_of(*ENTRIES)
    text = FORMATS["json"](mix)
    assert msgspec.json.decode(text, type=Shown) == mix
    assert json.loads(text)["entries"][0]["reason"]["playlists"] == 23


# --- as our own readers read them ---


@pytest.mark.parametrize("file_format", ["m3u8", "xspf", "jspf"])
def test_our_own_readers_give_the_tracks_back(file_format):
    playlist = read_back(file_format, mix_of(*ENTRIES))
    assert playlist.name == "Weekly discovery for ann, 2026-W47"
    expected = [Track(one.artist, one.title, one.release, one.uri, one.duration_ms) for one in ENTRIES]
    if file_format == "m3u8":
        # It keeps whole seconds, and needs a location.
        expected[0] = msgspec.structs.replace(expected[0], duration_ms=181_000)
        expected[1] = msgspec.structs.replace(expected[1], uri="Bolt & Sons - <Tin>, “Live”")
    assert list(playlist.tracks) == expected


def test_a_file_path_is_kept_to_the_blank():
    path = "/music/Vera  Lind/01 Copper #2.flac"
    for file_format in ("m3u8", "xspf", "jspf"):
        assert read_back(file_format, mix_of(entry(uri=path))).tracks[0].uri == path


@pytest.mark.parametrize("uri", [None, "#1/a.mp3"])
def test_a_name_that_begins_with_a_hash_is_no_comment(uri):
    (track,) = read_back("m3u8", mix_of(entry("#1 Uncles", "Copper", uri=uri))).tracks
    assert (track.artist, track.title) == ("#1 Uncles", "Copper")
    assert track.uri == ("./#1 Uncles - Copper" if uri is None else "./#1/a.mp3")


def test_an_address_that_would_break_the_line_gives_way_to_the_name():
    text = FORMATS["m3u8"](mix_of(entry(uri="a.mp3\n/etc/passwd")))
    assert text.splitlines()[-1] == "Vera Lind - Copper"


def test_an_empty_mix_is_still_a_file():
    assert ElementTree.fromstring(FORMATS["xspf"](mix_of())).tag == f"{{{XSPF}}}playlist"
    assert json.loads(FORMATS["jspf"](mix_of()))["playlist"]["track"] == []
    assert FORMATS["m3u8"](mix_of()).splitlines()[0] == "#EXTM3U"


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HOSTILE = st.one_of(
    ANY,
    st.text("\n\r\t\0\x0b\x1b\x85\u2028&<>\"']]>#,{}\\ -\ufffe\uffff", max_size=8),
    st.sampled_from(["#EXTM3U", "]]>", "<!DOCTYPE x>", "&amp;", "\ufeffa", "a\nb", "x - y"]),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE, HOSTILE), min_size=1, max_size=4), HOSTILE)
def test_no_name_breaks_a_file(names, listener):
    mix = mix_of(
        *(
            entry(f"a{artist}a", f"t{title}t", f"r{release}r", f"u:{uri}u", 1_000)
            for artist, title, release, uri in names
        ),
        listener=f"l{listener}",
    )
    for file_format in ("m3u8", "xspf", "jspf"):
        tracks = read_back(file_format, mix).tracks
        assert len(tracks) == len(names)
        for track, (artist, title, _, _) in zip(tracks, names, strict=True):
            assert visible(artist) <= visible(f"{track.artist}{track.title}")
            assert visible(title) <= visible(f"{track.artist}{track.title}")
    assert msgspec.json.decode(FORMATS["json"](mix), type=Shown) == mix


def visible(text):
    return {one for one in text if one.isprintable() and not one.isspace()}
