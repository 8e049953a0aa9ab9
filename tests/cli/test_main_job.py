"""The main job as a user does it: an export and public playlists in, a mix out, every verb on the way."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from earmark.evaluation import peers
from earmark.world import World
from earmark.world.exports import write_playlists_jsonl, write_spotify_extended


@pytest.fixture(scope="module")
def downloads(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a person would have downloaded: a Spotify zip and a file of public playlists."""
    folder = tmp_path_factory.mktemp("downloads")
    person = max((made_world.listener(n) for n in range(20)), key=lambda one: len(one.plays.track))
    write_spotify_extended(person, folder / "my_spotify_data.zip")
    write_playlists_jsonl(made_world.playlists(), folder / "playlists.jsonl.gz")
    return folder


@pytest.fixture(scope="module")
def filled(downloads: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the first steps are done, through the command line."""
    import subprocess
    import sys

    home = tmp_path_factory.mktemp("cli") / "home"
    steps = [
        ["import", "spotify", downloads / "my_spotify_data.zip", "--listener", "anna"],
        ["import", "playlists", downloads / "playlists.jsonl.gz", "--community", "public"],
        ["learn"],
        ["weekly", "--listener", "anna", "--week", "2026-W05"],
    ]
    for step in steps:
        command = [sys.executable, "-m", "earmark", *map(str, step), "--home", str(home)]
        subprocess.run(command, check=True, capture_output=True)
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "home")


def test_importing_again_adds_nothing(earmark, home: Path, downloads: Path) -> None:
    said = earmark(
        "import", "spotify", downloads / "my_spotify_data.zip", "--listener", "anna", "--home", home, "--json"
    )
    report = json.loads(said.out)
    assert report["listens_new"] == 0
    assert report["listens_repeated"] > 100
    lists = earmark(
        "import", "playlists", downloads / "playlists.jsonl.gz", "--community", "public", "--home", home
    )
    assert "0 new" in lists.out


def test_the_mix_is_shown_with_a_reason_for_each_song(earmark, home: Path) -> None:
    said = earmark("weekly", "--listener", "anna", "--week", "2026-W05", "--home", home)
    assert said.status == 0
    assert "30 songs" in said.out
    assert "because you played" in said.out
    edition = json.loads(
        earmark("weekly", "--listener", "anna", "--week", "2026-W05", "--home", home, "--json").out
    )
    assert edition["report"]["already_made"] == 1
    entries = edition["edition"]["entries"]
    assert len(entries) == 30
    assert all(entry["why"] and entry["reason"]["ground"] for entry in entries)


def test_status_says_what_is_stored_and_how_good_the_live_build_is(earmark, home: Path) -> None:
    said = earmark("status", "--home", home)
    assert "anna" in said.out
    assert "recall@100" in said.out
    status = json.loads(earmark("status", "--home", home, "--json").out)
    assert status["stored"]["listeners"] == 1
    assert status["stored"]["playlists"] > 300
    assert status["live"]["id"] in status["builds"]


def test_taste(earmark, home: Path) -> None:
    said = earmark("taste", "anna", "--home", home)
    assert said.status == 0
    taste = json.loads(earmark("taste", "anna", "--home", home, "--json").out)
    assert taste["top_artists"][0]["name"] in said.out
    for spread in ("hours", "weekdays"):
        assert abs(sum(taste["traits"][spread]["ever"]) - 1) < 1e-9
    shares = [artist["share"] for artist in taste["top_artists"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1


def test_feedback_is_followed_shown_and_taken_back(earmark, home: Path) -> None:
    edition = json.loads(
        earmark("weekly", "--listener", "anna", "--week", "2026-W06", "--home", home, "--json").out
    )
    first = edition["edition"]["entries"][0]
    assert earmark("feedback", "anna", "hate", first["artist"], first["title"], "--home", home).status == 0
    assert earmark("feedback", "anna", "hide", first["artist"], "--home", home).status == 0
    taste = json.loads(earmark("taste", "anna", "--home", home, "--json").out)
    assert {(one["verdict"], one["artist"], one["title"]) for one in taste["said"]} == {
        ("hate", first["artist"], first["title"]),
        ("hide", first["artist"], None),
    }
    after = json.loads(
        earmark("weekly", "--listener", "anna", "--week", "2026-W07", "--home", home, "--json").out
    )
    assert first["artist"] not in {entry["artist"] for entry in after["edition"]["entries"]}
    earmark("feedback", "anna", "clear", first["artist"], first["title"], "--home", home)
    earmark("feedback", "anna", "clear", first["artist"], "--home", home)
    assert json.loads(earmark("taste", "anna", "--home", home, "--json").out)["said"] == []


def test_feedback_says_what_it_understood_and_what_there_was_to_take_back(earmark, home: Path) -> None:
    taste = json.loads(earmark("taste", "anna", "--home", home, "--json").out)
    song = taste["top_songs"][0]
    typed = (song["by"].upper(), f"{song['name'].upper()} (Live)")
    assert f"{song['by']} – {song['name']}" in earmark("feedback", "anna", "hate", *typed, "--home", home).out
    assert "The next mix" in earmark("feedback", "anna", "clear", *typed, "--home", home).out
    assert "nothing to take back" in earmark("feedback", "anna", "clear", *typed, "--home", home).out


def test_a_blank_title_is_not_everything_by_the_artist(earmark, home: Path) -> None:
    artist = json.loads(earmark("taste", "anna", "--home", home, "--json").out)["top_artists"][0]["name"]
    assert earmark("feedback", "anna", "hate", artist, "", "--home", home).status == 1
    assert json.loads(earmark("taste", "anna", "--home", home, "--json").out)["said"] == []


def test_taste_names_the_time_zone_of_its_hours(earmark, home: Path, downloads: Path) -> None:
    zip_path = downloads / "my_spotify_data.zip"
    utc = json.loads(earmark("taste", "anna", "--home", home, "--json").out)
    earmark(
        "import", "spotify", zip_path, "--listener", "anna", "--time-zone", "Asia/Kolkata", "--home", home
    )
    there = json.loads(earmark("taste", "anna", "--home", home, "--json").out)
    assert (utc["time_zone"], there["time_zone"]) == ("UTC", "Asia/Kolkata")
    assert utc["traits"]["hours"]["ever"] != there["traits"]["hours"]["ever"]
    assert "Asia/Kolkata" in earmark("taste", "anna", "--home", home).out


def test_listeners_of_any_name_get_a_file_each(earmark, home: Path, tmp_path: Path) -> None:
    ours = tmp_path / "one.jsonl"
    ours.write_text('{"name": "Mine", "tracks": [["Somebody", "Something"]]}')
    for name in ("a/b", "A:B", "ä" * 300, "..", " two  words\n"):
        assert earmark("import", "playlists", ours, "--listener", name, "--home", home).status == 0
    earmark("weekly", "--week", "2026-W05", "--home", home)
    to = tmp_path / "lists"
    assert earmark("export", "weekly", "--week", "2026-W05", "--to", to, "--home", home).status == 0
    assert len(list(to.iterdir())) == 6
    assert (to / "two words 2026-W05.m3u8").exists()
    assert (to / "A_B 2026-W05.m3u8").exists()
    assert (to / "a_b (2) 2026-W05.m3u8").exists()


@pytest.mark.parametrize("file_format", ["m3u8", "xspf", "jspf", "json"])
def test_export_in_every_format(earmark, home: Path, tmp_path: Path, file_format: str) -> None:
    where = ("--week", "2026-W05", "--home", home)
    said = earmark("export", "weekly", "--format", file_format, *where)
    assert said.status == 0
    earmark("export", "weekly", "--format", file_format, "--to", tmp_path / "lists", *where)
    (written,) = (tmp_path / "lists").iterdir()
    assert written.read_text(encoding="utf-8") == said.out
    if file_format == "xspf":
        assert len(ElementTree.fromstring(said.out).findall(".//{*}track")) == 30
    elif file_format == "m3u8":
        assert said.out.count("#EXTINF") == 30
    else:
        json.loads(said.out)
    if file_format != "json":
        back = json.loads(
            earmark(
                "import", "playlists", written, "--community", "back", "--home", tmp_path / "h", "--json"
            ).out
        )
        assert back["playlists_new"] == 1


def test_learning_says_what_it_learned_from_and_how_good_it_is(earmark, home: Path) -> None:
    said = earmark("learn", "--home", home)
    assert said.status == 0
    assert "1 listener and 400 playlists by" in said.out
    assert "on what 80 held-out playlists went on with:" in said.out
    assert "ndcg@500" in said.out
    assert "rank fusion has the last word" in said.out
    assert "Live. Nothing has changed since it was made." in said.out
    report = json.loads(earmark("learn", "--home", home, "--json").out)
    assert report["live"]
    assert report["build"] == report["manifest"]["id"]
    assert set(report["manifest"]["orders"]) == {"discovery", "continuation"}


def test_a_worse_build_goes_live_only_if_that_is_accepted(earmark, home: Path) -> None:
    live = json.loads(earmark("status", "--home", home, "--json").out)["live"]
    for scores in live["held_out"].values():
        for score in scores.values():
            score.update(mean=0.999, low=0.998, high=1.0)
    (home / "builds" / live["id"] / "manifest.json").write_text(json.dumps(live))
    earmark("feedback", "anna", "hide", "Somebody", "--home", home)
    taste = json.loads(earmark("taste", "anna", "--home", home, "--json").out)
    earmark("feedback", "anna", "hate", taste["top_artists"][0]["name"], "--home", home)
    said = earmark("learn", "--home", home)
    assert said.status == 0
    assert "Not live. Its held-out" in said.out
    assert f"{live['id']} stays live; `earmark learn --accept-worse` overrules." in said.out
    assert json.loads(earmark("status", "--home", home, "--json").out)["live"]["id"] == live["id"]
    said = earmark("learn", "--accept-worse", "--home", home)
    assert "accepted all the same" in said.out
    assert json.loads(earmark("status", "--home", home, "--json").out)["live"]["id"] != live["id"]


PEERS = [] if peers.lacking() else ["implicit iALS", "implicit item neighbours"]


def test_evaluate(earmark, home: Path) -> None:
    trials = json.loads(earmark("evaluate", "--home", home, "--json").out)
    assert list(trials["left_out"]) == [
        "artists",
        "new-tracks",
        "new-artists",
    ]  # There is one listener, and no file.
    weekly, continuation, next_track, cold_songs, cold_listeners = trials["reports"]
    assert [line["system"] for line in weekly["lines"]][2:] == ["popularity", "artists they know", *PEERS]
    assert [line["system"] for line in continuation["lines"]][1:] == ["popularity", *PEERS]
    judges = ("mrr@20", "ndcg@20", "recall@100")
    assert judges == tuple(one["judge"] for one in (next_track, cold_songs, cold_listeners))
    shown = earmark("evaluate", "weekly", "--home", home, columns=80)
    assert shown.status == 0
    assert "recall@100" in shown.out
    assert "novelty" in shown.out
    assert "concentration" in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines() if "│" in line or "┃" in line)
    assert "Our recall@100 less that of popularity:" in shown.out
    assert "95 % intervals of ours:" in shown.out
    assert "playlist continuation" not in shown.out


def test_evaluate_names_what_it_cannot_try(earmark, downloads: Path, tmp_path: Path) -> None:
    home = tmp_path / "lists alone"
    earmark("import", "playlists", downloads / "playlists.jsonl.gz", "--community", "public", "--home", home)
    said = earmark("evaluate", "weekly", "--home", home)
    assert said.status == 1
    assert "long enough" in said.err
    unknown = earmark("evaluate", "monthly", "--home", home)
    assert unknown.status == 1
    assert "'monthly'" in unknown.err
    assert "weekly, continuation" in unknown.err


def test_forget(earmark, home: Path) -> None:
    earmark("learn", "--budget", "1s", "--home", home)
    assert (home / "tuned.json").exists()
    said = earmark("forget", "anna", "--yes", "--home", home)
    assert said.status == 0
    assert "forgotten" in said.out
    assert earmark("taste", "anna", "--home", home).status == 1
    status = json.loads(earmark("status", "--home", home, "--json").out)
    assert status["stored"]["listens"] == 0
    assert status["live"] is not None  # learned anew from the playlists
    assert not (home / "tuned.json").exists()


def test_forgetting_asks_first(earmark, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.confirm", lambda *_, **__: (_ for _ in ()).throw(SystemExit(1)))
    earmark("forget", "anna", "--home", home)
    assert json.loads(earmark("status", "--home", home, "--json").out)["listeners"] == ["anna"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["weekly"], "earmark learn"),
        (["learn"], "earmark import"),
        (["taste", "nobody"], "nobody"),
        (["forget", "nobody", "--yes"], "nobody"),
        (["evaluate"], "Nothing can be tried"),
        (["evaluate", "weekly"], "long enough"),
        (["evaluate", "continuation"], "too few playlists"),
        (["evaluate", "monthly"], "weekly, continuation"),
        (["extend", "/nowhere/at/all.m3u"], "/nowhere/at/all.m3u"),
        (["extend", "/etc/hostname"], "/etc/hostname"),
        (["weekly", "--week", "2026-54"], "2026-W47"),
        (["export", "weekly", "--format", "mp3"], "m3u8"),
        (["export", "monthly"], "weekly"),
        (["export", "weekly"], "earmark weekly"),
        (["feedback", "anna", "adore", "X"], "love"),
        (["import", "spotify", "/nowhere/at/all.zip", "--listener", "anna"], "/nowhere/at/all.zip"),
        (["import", "napster", "/etc/hostname", "--listener", "anna"], "listenbrainz"),
        (["import", "spotify", "/etc/hostname"], "--listener"),
        (["import", "spotify", "/etc/hostname", "--community", "c", "--time-zone", "UTC"], "--time-zone"),
        (["import", "spotify", "/etc/hostname", "--listener", " "], "blank"),
        (["import", "spotify", "/etc/hostname", "--listener", "a\udcffb"], "garbled"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_remedy(
    earmark, tmp_path: Path, arguments: list[str], says: str
) -> None:
    said = earmark(*arguments, "--home", tmp_path / "empty")
    assert said.status == 1
    assert says in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("verb", ["evaluate", "demo"])
def test_a_seed_below_zero_is_refused(earmark, tmp_path: Path, verb: str) -> None:
    said = earmark(verb, "--seed", "-1", "--home", tmp_path / "empty")
    assert said.status == 2
    assert "--seed" in said.err


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no url: secret", "sqlite:///"),
        ("mysql://me:secret@there/music", "sqlite:///"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/music", "no connection to the server"),
    ],
)
def test_a_database_that_will_not_do_is_refused_without_giving_its_password_away(
    earmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setenv("EARMARK_DATABASE_URL", url)
    said = earmark("status", "--home", tmp_path / "empty")
    assert said.status == 1
    assert message in said.err
    assert "secret" not in said.err


def test_a_command_that_is_proposed_can_be_pasted(earmark, home: Path, downloads: Path) -> None:
    lists = downloads / "playlists.jsonl.gz"
    earmark("import", "playlists", lists, "--listener", "Ann O'Hara", "--home", home)
    said = earmark("export", "weekly", "--listener", "Ann O'Hara", "--home", home)
    command = said.err.split("`")[1]
    assert shlex.split(command)[:4] == ["earmark", "weekly", "--listener", "Ann O'Hara"]


def test_a_setting_that_does_not_fit_is_named(
    earmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_LEARN__CUT", "3")
    said = earmark("status", "--home", tmp_path / "empty")
    assert said.status == 1
    assert "EARMARK_LEARN__CUT" in said.err


def test_a_setting_that_does_not_exist_is_named(
    earmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_HOEM", "/somewhere")
    said = earmark("status", "--home", tmp_path / "empty")
    assert said.status == 1
    assert "EARMARK_HOEM" in said.err
    assert "EARMARK_HOME" in said.err


def test_settings_come_from_the_environment(earmark, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_WEEKLY__ENTRIES", "12")
    edition = json.loads(
        earmark("weekly", "--listener", "anna", "--week", "2026-W09", "--home", home, "--json").out
    )
    assert len(edition["edition"]["entries"]) == 12
