"""A learning run: the same inputs give the same bytes, and a live build is only ever replaced by a whole, good one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.errors import EarmarkError
from earmark.evaluation.intervals import Interval
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning, snapshot_of
from earmark.jobs.weekly import draft_mixes, live_manifest, run_weekly
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.ranking.recommender import Recommender


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_record_gives_the_same_bytes_at_any_number_of_threads(
    learned_home: Path, tmp_path: Path
) -> None:
    built = fingerprint(learned_home / "builds")
    cut = fingerprint(learned_home / "snapshots")
    again = tmp_path / "again"
    again.mkdir()
    shutil.copy(learned_home / "earmark.db", again)
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
    one_core = [sys.executable, "-c", _ON_ONE_CORE, str(again)]
    subprocess.run(one_core, check=True, env=os.environ | dict.fromkeys(limits, "1"), capture_output=True)
    assert fingerprint(again / "snapshots") == cut
    assert fingerprint(again / "builds") == built


_ON_ONE_CORE = """
import os, runpy, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
sys.argv = ["earmark", "learn", "--home", sys.argv[1]]
runpy.run_module("earmark", run_name="__main__")
"""


def test_another_seed_gives_another_build(house: House) -> None:
    before = house.builds.live()
    other = replace(house, learning=house.learning.model_copy(update={"seed": 2}))
    assert run_learning(other, Unwatched()).build != before


def test_held_out_scores_are_far_above_chance(learned: House) -> None:
    manifest = live_manifest(learned)
    assert manifest.held_out_listeners > 40
    assert manifest.held_out["recall@100"].low > 5 * 100 / manifest.counts["songs"]


def test_a_build_that_is_worse_does_not_go_live(house: House) -> None:
    live = live_manifest(house)
    flattered = {name: Interval(0.99, 0.98, 1.0) for name in live.held_out}
    path = house.builds.path(live.id) / "manifest.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(live, held_out=flattered)))
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert not report.live
    assert "--accept-worse" in report.why
    assert house.builds.live() == live.id
    assert run_learning(house, Unwatched(), accept_worse=True).live
    assert house.builds.live() == report.build


def test_a_changed_record_gives_a_new_live_build_and_the_last_one_is_kept(house: House) -> None:
    before = house.builds.live()
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert report.live
    assert report.build != before
    assert set(house.builds.all()) == {before, report.build}
    assert len(list(house.snapshots.iterdir())) == 2
    _one_more_listen(house, moment=1_767_000_900_000)
    latest = run_learning(house, Unwatched())
    assert set(house.builds.all()) == {report.build, latest.build}
    assert len(list(house.snapshots.iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_killed_while_learning_the_live_build_stays(own_home: Path) -> None:
    with opened(own_home) as house:
        live = house.builds.live()
        _one_more_listen(house)
    whole = fingerprint(own_home / "builds")
    code = f"""
import os, signal
from earmark.ranking import recommender
whole = recommender.Recommender.save
def save(self, folder):
    whole(self, folder)
    os.kill(os.getpid(), signal.SIGKILL)
recommender.Recommender.save = save
import sys; sys.argv = ["earmark", "learn", "--home", {str(own_home)!r}]
from earmark._app.main import main
main()
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    left = {name: mark for name, mark in fingerprint(own_home / "builds").items() if ".partial" not in name}
    assert left == whole
    with opened(own_home) as house:
        assert house.builds.live() == live
        assert run_learning(house, Unwatched()).live
        assert not list(house.builds.folder.glob(".*"))


def test_one_listener_and_public_playlists_are_enough(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    tracks = [Track(f"Artist {n // 4}", f"Song {n}") for n in range(400)]
    with opened(tmp_path) as house:
        with house.store.writing() as writer:
            for number in range(300):
                first = int(generator.integers(0, 8)) * 50
                picks = generator.choice(50, 12, replace=False) + first
                writer.add_playlists(
                    [Playlist(f"list {number}", tuple(tracks[p] for p in picks))], community="public"
                )
            me = writer.listener("me")
            played = [tracks[int(p)] for p in generator.integers(0, 25, 90)]
            listens = [
                Listen(track, UnixMs(1_700_000_000_000 + n * 3_600_000), 200_000)
                for n, track in enumerate(played)
            ]
            writer.add_listens([me] * len(listens), listens, Origin("test"))
        report = run_learning(house, Unwatched())
        assert report.live
        (draft,) = draft_mixes(house, live_manifest(house), house.store.listeners())
        titles = house.store.songs(draft.songs)["title"].to_list()
    of_my_world = [int(title.split()[1]) < 50 for title in titles]
    # Fifty songs by thirteen artists are of the listener's world, at most half of them unheard.
    assert sum(of_my_world[:30]) >= 7


def test_playlists_alone_teach_and_say_that_nobody_could_be_held_out(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        with house.store.writing() as writer:
            lists = [
                Playlist(f"list {n}", tuple(Track("A", f"S{n + k}") for k in range(5))) for n in range(20)
            ]
            writer.add_playlists(lists, community="public")
        report = run_learning(house, Unwatched())
    assert report.live
    assert report.manifest.held_out == {}
    assert any("held-out" in note for note in report.manifest.notes)


def test_an_empty_record_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with opened(tmp_path) as house, pytest.raises(EarmarkError, match="earmark import"):
        run_learning(house, Unwatched())


def test_what_was_saved_recommends_as_what_was_learned(learned: House) -> None:
    manifest = live_manifest(learned)
    folder = learned.builds.path(manifest.id)
    model = Recommender.load(folder, learned.learning.ranking)
    assert len(model.columns) == manifest.counts["songs"]
    assert snapshot_of(learned, manifest).digest() == manifest.snapshot
    assert json.loads((folder / "manifest.json").read_text())["settings"] == manifest.settings


def _one_more_listen(house: House, moment: int = 1_767_000_000_000) -> None:
    with house.store.writing() as writer:
        who = house.store.listeners()[0].id
        listen = Listen(Track("Somebody", "Something"), UnixMs(moment), 200_000)
        writer.add_listens([who], [listen], Origin("test"))


def test_a_full_disk_is_said_and_the_live_build_stays(own_home: Path) -> None:
    """No file may grow beyond 200 kB: the record is larger already, the build's files would be."""
    with opened(own_home) as house:
        live = house.builds.live()
        _one_more_listen(house)
    code = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
sys.argv = ["earmark", "learn", "--home", {str(own_home)!r}]
from earmark._app.main import main
main()
"""
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "Free some space" in ran.stderr
    with opened(own_home) as house:
        assert house.builds.live() == live
        assert run_learning(house, Unwatched()).live


def test_killed_while_filing_mixes_what_was_filed_is_whole(own_home: Path) -> None:
    code = f"""
import os, signal
from earmark.store import editions
whole = editions.add_editions
def add(connection, ids, records):
    whole(connection, ids, records)
    os.kill(os.getpid(), signal.SIGKILL)
import earmark.store.writer
earmark.store.writer.add_editions = add
import sys; sys.argv = ["earmark", "weekly", "--week", "2026-W30", "--home", {str(own_home)!r}]
from earmark._app.main import main
main()
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    with opened(own_home) as house:
        assert house.store.editions_made("weekly", "2026-W30") == set()
        report = run_weekly(house, house.store.listeners(), "2026-W30", Unwatched())
        assert report.made == 80
