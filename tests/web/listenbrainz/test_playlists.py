"""Playlists as clients of ListenBrainz make, read and edit them."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.web.conftest import Served

from earmark.listening.listens import UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.sources.files import SourceFile
from earmark.sources.playlist_json import read_jspf
from earmark.sources.playlist_xspf import read_xspf
from earmark.store.port import EditionRecord, EntryRecord
from earmark.web.listenbrainz.recordings import msid_of

LIST = "https://musicbrainz.org/doc/jspf#playlist"
TRACK = "https://musicbrainz.org/doc/jspf#track"
RECORDING = "https://musicbrainz.org/recording/"
MBID = "ea124a4d-0b1c-4a5c-8e51-000000000001"


def words(letter: str, **facts: Any) -> dict[str, Any]:
    return {"creator": "Velvet Harbour", "title": f"Lantern {letter}", **facts}


def sheet(title: str | None, *tracks: dict[str, Any], public: Any = False, **facts: Any) -> dict[str, Any]:
    told = {"track": list(tracks), "extension": {LIST: {"public": public}}, **facts}
    return {"playlist": told if title is None else {"title": title, **told}}


def post(client: httpx.Client, path: str, document: Any = None) -> httpx.Response:
    return client.post(f"/1/playlist/{path}", json=document)


def made(client: httpx.Client, document: dict[str, Any]) -> str:
    answer = post(client, "create", document)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "ok"
    return str(UUID(answer.json()["playlist_mbid"]))


def read(client: httpx.Client, playlist: str) -> dict[str, Any]:
    answer = client.get(f"/1/playlist/{playlist}")
    assert answer.status_code == 200, answer.text
    return answer.json()["playlist"]  # type: ignore[no-any-return]


def letters(client: httpx.Client, playlist: str) -> str:
    return "".join(one["title"][-1] for one in read(client, playlist)["track"])


def told(answer: httpx.Response) -> tuple[int, str]:
    assert answer.json()["code"] == answer.status_code
    return answer.status_code, answer.json()["error"]


def heard(served: Served) -> None:
    """A recording that MusicBrainz knows."""
    with served.house.store.writing() as writer:
        writer.items(
            [Track("Velvet Harbour", "Lantern m", "Lamps", uri=f"{RECORDING}{MBID}", duration_ms=200_000)]
        )


def test_tracks_are_named_by_musicbrainz_by_words_or_by_ids_of_ours(served: Served) -> None:
    heard(served)
    with served.client() as client:
        first = made(client, sheet("First", words("a", album="Lamps", duration=180_000.0)))
        (ours,) = read(client, first)["track"][0]["identifier"]
        assert ours.startswith("urn:uuid:")
        unknown = f"{RECORDING}{uuid4()}"
        playlist = made(
            client,
            sheet(
                "Rain",
                {"identifier": [f"{RECORDING}{MBID}"]},
                {"identifier": f"{RECORDING}{MBID.upper()}"},
                {"identifier": [ours]},
                {"identifier": [f"{RECORDING}{ours.removeprefix('urn:uuid:')}"]},
                words("b", identifier=[unknown]),
                words("c", identifier=["spotify:track:1"]),
                words("a", identifier=[f"urn:uuid:{uuid4()}"]),
                public=True,
                annotation="Wet",
            ),
        )
        found = read(client, playlist)
        assert letters(client, playlist) == "mmaabca"
        again = client.get(f"/1/playlist/{playlist}?fetch_metadata=false").json()["playlist"]["track"]
    assert (found["title"], found["creator"], found["annotation"]) == ("Rain", "Ada", "Wet")
    assert found["identifier"] == f"https://listenbrainz.org/playlist/{playlist}"
    extension = found["extension"][LIST]
    assert (extension["public"], extension["creator"]) == (True, "Ada")
    assert extension["last_modified_at"] == found["date"]
    one, *_, new, _, _ = found["track"]
    assert one["identifier"] == [f"{RECORDING}{MBID}"]
    assert (one["creator"], one["title"], one["album"], one["duration"]) == (
        "Velvet Harbour", "Lantern m", "Lamps", 200_000,
    )  # fmt: skip
    assert one["extension"][TRACK]["added_by"] == "Ada"
    assert new["identifier"] == [unknown]
    assert [one["identifier"] for one in again] == [one["identifier"] for one in found["track"]]
    assert all(set(one) == {"identifier", "extension"} for one in again)


def test_a_playlist_is_edited_track_by_track(served: Served) -> None:
    with served.client() as client:
        playlist = made(client, sheet("Rain", words("a"), words("b")))
        for path, document in (
            ("item/add", sheet(None, words("c"), words("d"))),
            ("item/add/1", {"playlist": {"track": [words("e")]}}),
            ("item/add/99", {"playlist": {"track": [words("f")]}}),
            ("item/move", {"mbid": MBID, "from": 0, "to": 2, "count": 2}),
            ("item/delete", {"index": 4, "count": 9}),
        ):
            assert post(client, f"{playlist}/{path}", document).json() == {"status": "ok"}
        assert letters(client, playlist) == "bcae"
        renamed = sheet("Storm", public=True, annotation="Wet")
        assert post(client, f"edit/{playlist}", renamed).json() == {"status": "ok"}
        assert post(client, f"edit/{playlist}", {"playlist": {"annotation": None}}).json() == {"status": "ok"}
        found = read(client, playlist)
        assert (found["title"], found["extension"][LIST]["public"]) == ("Storm", True)
        assert "annotation" not in found
        assert found["date"] < found["extension"][LIST]["last_modified_at"]
        assert letters(client, playlist) == "bcae"
        copy = post(client, f"{playlist}/copy").json()["playlist_mbid"]
        assert post(client, f"{playlist}/delete").json() == {"status": "ok"}
        assert told(client.get(f"/1/playlist/{playlist}")) == (404, f"Cannot find playlist: {playlist}")
        assert read(client, copy)["title"] == "Copy of Storm"
        assert letters(client, copy) == "bcae"
        assert read(client, copy)["extension"][LIST]["public"] is False


def test_lists_are_told_in_pages_without_tracks(served: Served) -> None:
    with served.house.store.writing() as writer:
        imported = [Playlist("Imported", (Track("Velvet Harbour", "Lantern"),))]
        writer.add_playlists(imported, owner=writer.listener("Ada"))
    with served.client() as client, served.client(served.bo) as bo:
        for n in range(3):
            made(client, sheet(f"List {n}", words("a")))
        made(bo, sheet("Bo's"))
        page = client.get("/1/user/Ada/playlists?count=2&offset=1").json()
        assert [one["playlist"]["title"] for one in page["playlists"]] == ["List 1", "List 0"]
        assert all(one["playlist"]["track"] == [] for one in page["playlists"])
        assert (page["playlist_count"], page["count"], page["offset"]) == (4, 2, 1)
        rest = client.get("/1/user/Ada/playlists?offset=3").json()
        assert [one["playlist"]["title"] for one in rest["playlists"]] == ["Imported"]
        assert rest["count"] == 25
        empty = client.get("/1/user/Ada/playlists/collaborator").json()
        assert empty == {"playlists": [], "playlist_count": 0, "count": 25, "offset": 0}


def test_public_ones_are_read_and_found_by_others_and_private_ones_are_not(served: Served) -> None:
    with served.client() as ada, served.client(served.bo) as bo, served.client("") as nobody:
        private, public = (
            made(ada, sheet(title, words("a"), public=title == "Open rain"))
            for title in ("My rain", "Open rain")
        )
        changes: dict[str, Any] = {
            f"edit/{public}": sheet("Mine"),
            f"{public}/item/add": sheet(None, words("b")),
            f"{public}/item/move": {"mbid": MBID, "from": 0, "to": 0, "count": 1},
            f"{public}/item/delete": {"index": 0, "count": 1},
            f"{public}/delete": None,
        }
        for path, document in changes.items():
            assert told(post(bo, path, document))[0] == 403
            hidden = told(post(bo, path.replace(public, private), document))
            assert hidden == (404, f"Cannot find playlist: {private}")
            assert post(nobody, path, document).status_code == 401
        assert letters(bo, public) == "a"
        assert read(bo, public)["creator"] == "Ada"
        for path in (private, f"{private}/xspf"):
            assert told(bo.get(f"/1/playlist/{path}")) == (404, f"Cannot find playlist: {private}")
        assert told(post(bo, f"{private}/copy"))[0] == 404
        copy = post(bo, f"{public}/copy").json()["playlist_mbid"]
        assert read(bo, copy)["creator"] == "Bo"
        assert told(bo.get("/1/user/Ada/playlists")) == (404, "Cannot find user: Ada")

        def found(client: httpx.Client, path: str) -> set[str]:
            page = client.get(path, params={"query": "RAIN"}).json()
            assert page["playlist_count"] == len(page["playlists"])
            return {one["playlist"]["title"] for one in page["playlists"]}

        assert found(ada, "/1/playlist/search") == {"My rain", "Open rain"}
        assert found(bo, "/1/playlist/search") == {"Open rain", "Copy of Open rain"}
        assert found(bo, "/1/user/Bo/playlists/search") == {"Copy of Open rain"}
        assert told(bo.get("/1/playlist/search?query=ra"))[0] == 400


BAD: dict[str, tuple[Any, int, str]] = {
    "no JSON": (b"{", 400, "Cannot parse JSON"),
    "a list": ([], 400, "Cannot parse JSON"),
    "no playlist": ({}, 400, "requires 'playlist' element"),
    "no title": (sheet(None), 400, "must contain a title"),
    "blank title": (sheet(" \0"), 400, "must contain a title"),
    "an endless title": (sheet("x" * 1_001), 400, "at most 1000"),
    "an endless annotation": (sheet("A", annotation="x" * 10_001), 400, "at most 10000"),
    "public is not said": ({"playlist": {"title": "A"}}, 400, "public field must be given"),
    "public is a word": (sheet("A", public="true"), 400, "Cannot parse JSON"),
    "collaborators": (
        {"playlist": {"title": "A", "extension": {LIST: {"public": True, "collaborators": ["Bo"]}}}}, 400,
        "no collaborators",
    ),
    "for somebody else": (
        {"playlist": {"title": "A", "extension": {LIST: {"public": True, "created_for": "Bo"}}}}, 403,
        "not an approved playlist bot",
    ),
    "a track without a name": (sheet("A", words("a"), {"identifier": ["x:y"]}), 400, "track 1 must contain"),
    "a track with half a name": (sheet("A", {"title": "Lantern"}), 400, "track 0 must contain"),
    "a blank artist": (sheet("A", {"title": "Lantern", "creator": " "}), 400, "track 0: no artist"),
    "an id that is none": (sheet("A", {"identifier": [f"{RECORDING}x"]}), 400, "track 0 must contain"),
    "an id that nobody knows": (sheet("A", {"identifier": [f"{RECORDING}{MBID}"]}), 400, "no recording"),
    "an id that we never gave": (
        sheet("A", {"identifier": [f"urn:uuid:{msid_of(1 << 30)}"]}), 404, "no recording"
    ),
}  # fmt: skip


def test_what_does_not_fit_is_said_and_nothing_is_made(served: Served) -> None:
    with served.client() as client:
        for what, (document, status, message) in BAD.items():
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            answer = client.post("/1/playlist/create", content=content)
            assert told(answer)[0] == status, what
            assert message in answer.json()["error"], what
        assert client.get("/1/user/Ada/playlists").json()["playlist_count"] == 0


def test_places_that_are_not_there_and_instructions_that_lack_something_are_refused(served: Served) -> None:
    with served.client() as client:
        playlist = made(client, sheet("Rain", words("a"), words("b")))
        move = {"mbid": MBID, "from": 0, "to": 1, "count": 1}
        for path, document in (
            ("item/move", {"from": 0, "to": 1, "count": 1}),
            ("item/move", move | {"mbid": "x"}),
            ("item/move", move | {"from": -1}),
            ("item/move", move | {"from": 2}),
            ("item/move", move | {"count": 0}),
            ("item/move", move | {"from": "first"}),
            ("item/delete", {"index": 0}),
            ("item/delete", {"index": 2, "count": 1}),
            ("item/delete", {"index": 0, "count": 0}),
            ("item/delete", {"index": -1, "count": 1}),
            ("item/add", sheet(None, *[words("a")] * 101)),
            ("item/add/-1", sheet(None, words("a"))),
        ):
            assert told(post(client, f"{playlist}/{path}", document))[0] == 400, (path, document)
        assert letters(client, playlist) == "ab"
        for wrong, status in (("x", 400), (str(uuid4()), 404), (msid_of(1), 404)):
            assert told(client.get(f"/1/playlist/{wrong}"))[0] == status
            assert told(post(client, f"{wrong}/delete"))[0] == status


def source(name: str, content: bytes) -> SourceFile:
    return SourceFile(name, len(content), lambda: io.BytesIO(content))


def test_what_is_written_is_read_back_as_a_file(served: Served) -> None:
    heard(served)
    with served.client() as client:
        playlist = made(client, sheet("Rain & <Storm>", {"identifier": [f"{RECORDING}{MBID}"]}, words("b")))
        for name, path, reader in (
            ("rain.jspf", playlist, read_jspf),
            ("rain.xspf", f"{playlist}/xspf", read_xspf),
        ):
            answer = client.get(f"/1/playlist/{path}")
            assert answer.status_code == 200
            batch = reader(source(name, answer.content))
            assert batch.skipped == []
            (found,) = batch.playlists
            assert found.name == "Rain & <Storm>"
            # An id of ours means nothing in another record, so it is no address of the track.
            assert found.tracks == (
                Track("Velvet Harbour", "Lantern m", "Lamps", f"{RECORDING}{MBID}", 200_000),
                Track("Velvet Harbour", "Lantern b"),
            )
        assert answer.headers["content-type"].startswith("application/xspf+xml")


def give_mixes(served: Served, *weeks: str) -> None:
    with served.house.store.writing() as writer:
        listener = writer.listener("Ada")
        writer.set_time_zone(listener, "Europe/Berlin")
        items = writer.items([Track("Velvet Harbour", f"Lantern {letter}") for letter in "xy"])
        reason = '{"ground":"artist","artist_plays":3,"artist_songs":2}'
        writer.add_editions(
            EditionRecord(
                listener, "weekly", week, UnixMs(1_763_960_400_000 + n), "build", False,
                tuple(EntryRecord(item, song, reason) for item, song in items),
            )
            for n, week in enumerate(weeks)
        )  # fmt: skip


def test_each_weekly_mix_is_a_playlist_made_for_its_listener(served: Served) -> None:
    give_mixes(served, "2026-W46", "2026-W48", "2026-W47")
    with served.client() as client, served.client(served.bo) as bo:
        page = client.get("/1/user/Ada/playlists/createdfor").json()
        assert (page["playlist_count"], page["count"], page["offset"]) == (3, 25, 0)
        mixes = [one["playlist"] for one in page["playlists"]]
        assert [one["title"] for one in mixes] == [
            f"Weekly discovery for Ada, 2026-W{n}" for n in (48, 47, 46)
        ]
        newest = mixes[0]
        assert (newest["creator"], newest["track"]) == ("Earmark", [])
        extension = newest["extension"][LIST]
        assert (extension["created_for"], extension["public"]) == ("Ada", False)
        assert extension["additional_metadata"] == {
            "algorithm_metadata": {"source_patch": "weekly-exploration"},
            "expires_at": "2026-11-30T05:00:00+00:00",
        }
        only = client.get("/1/user/Ada/playlists/createdfor?count=1&offset=1").json()["playlists"]
        assert only[0]["playlist"] == mixes[1]
        latest = client.get("/1/user/Ada/playlists/recommendations").json()
        assert [one["playlist"] for one in latest["playlists"]] == mixes[:1]
        uuid = newest["identifier"].rpartition("/")[2]
        found = read(client, uuid)
        assert [one["title"] for one in found["track"]] == ["Lantern x", "Lantern y"]
        assert "Velvet Harbour" in found["track"][0]["annotation"]
        assert found["identifier"] == newest["identifier"]
        assert client.get(f"/1/playlist/{uuid}/xspf").status_code == 200
        assert told(bo.get(f"/1/playlist/{uuid}")) == (404, f"Cannot find playlist: {uuid}")
        assert told(post(client, f"{uuid}/delete"))[0] == 403
        assert told(post(client, f"{uuid}/item/add", sheet(None, words("a"))))[0] == 403
        assert told(post(bo, f"{uuid}/delete"))[0] == 404
        copy = post(client, f"{uuid}/copy").json()["playlist_mbid"]
        assert letters(client, copy) == "xy"
        assert bo.get("/1/user/Bo/playlists/createdfor").json()["playlists"] == []


def test_playlists_are_served_under_both_prefixes(served: Served) -> None:
    with served.client() as client:
        playlist = made(client, sheet("Rain"))
        assert client.get(f"/api/listenbrainz/1/playlist/{playlist}").json()["playlist"]["title"] == "Rain"
