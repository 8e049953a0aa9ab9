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
from tests.homes import SETTINGS, opened, shared

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.errors import EarmarkError, NotLearnedError
from earmark.evaluation.intervals import Interval
from earmark.jobs.house import House
from earmark.jobs.learning import GATES, run_learning, settings_of, snapshot_of
from earmark.jobs.opened_build import OpenedBuild, live_manifest
from earmark.jobs.weekly import draft_mixes, run_weekly
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.ranking.features import Feature
from earmark.ranking.fusion import FUSED
from earmark.ranking.recommender import Purpose, Recommender


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


GROWN = {"least_lists": 20, "taught": 200}
"""Settings with which a small world is enough to grow trees from."""
ROOT = Path(__file__).parents[2]


def with_trees(learning: LearnSettings) -> LearnSettings:
    changed = learning.model_dump()
    changed["ranking"]["order"]["ranker"] |= GROWN
    return LearnSettings.model_validate(changed)


@pytest.fixture(scope="module")
def home_with_trees(learned_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of the learned home, learned with trees."""

    def make(home: Path) -> None:
        shutil.copy(learned_home / "earmark.db", home)
        with opened(home, with_trees(SETTINGS)) as house:
            run_learning(house, Unwatched())

    return shared(tmp_path_factory, "trees", make)


@pytest.mark.parametrize("trees", [False, True])
def test_the_same_record_gives_the_same_bytes_at_any_number_of_threads(
    trees: bool, learned_home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = request.getfixturevalue("home_with_trees") if trees else learned_home
    built = fingerprint(home / "builds")
    cut = fingerprint(home / "snapshots")
    again = tmp_path / "again"
    again.mkdir()
    shutil.copy(home / "earmark.db", again)
    limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
    env = os.environ | dict.fromkeys(limits, "1")
    settings = (with_trees(SETTINGS) if trees else SETTINGS).model_dump_json()
    one_core = [sys.executable, "-c", _ON_ONE_CORE, str(again), settings]
    subprocess.run(one_core, check=True, env=env, cwd=ROOT, capture_output=True)
    assert fingerprint(again / "snapshots") == cut
    assert fingerprint(again / "builds") == built


_ON_ONE_CORE = """
import os, sys
from pathlib import Path
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tests.homes import opened
from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.jobs.learning import run_learning
with opened(Path(sys.argv[1]), LearnSettings.model_validate_json(sys.argv[2])) as house:
    run_learning(house, Unwatched())
"""


def test_another_seed_gives_another_build(house: House) -> None:
    before = house.builds.live()
    other = replace(house, learning=house.learning.model_copy(update={"seed": 2}))
    assert run_learning(other, Unwatched()).build != before


def test_held_out_scores_are_far_above_chance(learned: House) -> None:
    manifest = live_manifest(learned)
    assert manifest.held_out_rows["discovery"] > 40
    assert manifest.held_out_rows["continuation"] == 80
    assert manifest.held_out["discovery"]["recall@100"].low > 5 * 100 / manifest.counts["songs"]
    assert manifest.held_out["continuation"]["ndcg@500"].low > 0.5


# --- what the manifest says ---


def test_the_manifest_counts_what_was_learned_from(learned: House) -> None:
    manifest = live_manifest(learned)
    stored = learned.store.counts()
    assert manifest.counts["listeners"] == stored.listeners == 80
    assert manifest.counts["playlists"] == stored.playlists == 400
    assert manifest.counts["songs"] >= manifest.counts["artists"] > 100
    assert manifest.seed == 1
    assert manifest.start is None
    assert manifest.settings == learned.learning.model_dump(mode="json")
    assert set(manifest.held_out) == set(manifest.held_out_rows) == set(GATES)
    for purpose, score in GATES.items():
        assert score in manifest.held_out[purpose]


def test_the_manifest_says_how_candidates_are_put_in_order(learned: House, home_with_trees: Path) -> None:
    plain = live_manifest(learned).orders
    with opened(home_with_trees) as house:
        manifest = live_manifest(house)
    assert set(plain) == set(manifest.orders) == {purpose.value for purpose in Purpose}
    fused = [Feature(at).name.lower() for at in range(FUSED)]
    for orders in (plain, manifest.orders):
        for facts in orders.values():
            assert list(facts.fusion) == fused
            assert facts.learned_from > 20
    assert all((facts.trees, facts.gains) == (0, {}) for facts in plain.values())
    notes = live_manifest(learned).notes
    assert [note.partition(":")[0] for note in notes if "rank fusion has the last word" in note] == list(
        plain
    )
    for facts in manifest.orders.values():
        assert facts.trees > 0
        assert sum(facts.gains.values()) == pytest.approx(1, abs=0.01)
        assert list(facts.gains.values()) == sorted(facts.gains.values(), reverse=True)
        assert {"fit", "neighbour_sum"} & set(facts.gains)
    assert not any("last word" in note for note in manifest.notes)


def test_a_build_with_trees_makes_mixes_and_is_loaded_with_them(
    home_with_trees: Path, learned: House
) -> None:
    with opened(home_with_trees) as house:
        manifest = live_manifest(house)
        settings = settings_of(manifest)
        model = Recommender.load(house.builds.path(manifest.id), settings.signals, settings.ranking)
        trees = {purpose.value: order.ranker.trees for purpose, order in model.orders.items() if order.ranker}
        assert trees == {purpose: facts.trees for purpose, facts in manifest.orders.items()}
        everyone = house.store.listeners()
        in_order = [draft.songs for draft in draft_mixes(house, OpenedBuild(house, manifest), everyone)]
        fused = [draft.songs for draft in draft_mixes(learned, OpenedBuild.live(learned), everyone)]
    assert {len(set(songs)) for songs in in_order} == {30}
    assert in_order != fused


# --- which build is live ---


def flattered(house: House, purpose: str) -> str:
    """The live build's id, once its manifest promises more of a purpose than any build can hold."""
    live = live_manifest(house)
    best = dict.fromkeys(live.held_out[purpose], Interval(0.999, 0.998, 1.0))
    path = house.builds.path(live.id) / "manifest.json"
    promised = msgspec.structs.replace(live, held_out=live.held_out | {purpose: best})
    path.write_bytes(msgspec.json.encode(promised))
    return live.id


@pytest.mark.parametrize("purpose", sorted(GATES))
def test_a_build_that_is_worse_does_not_go_live(house: House, purpose: str) -> None:
    live = flattered(house, purpose)
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert not report.live
    assert f"Its held-out {GATES[purpose]} ({purpose}) fell from 0.9990 to" in report.why
    assert f"so {live} stays live" in report.why
    assert "--accept-worse" in report.why
    assert house.builds.live() == live
    accepted = run_learning(house, Unwatched(), accept_worse=True)
    assert accepted.live
    assert accepted.build == report.build
    assert "accepted all the same" in accepted.why
    assert house.builds.live() == report.build


def test_a_build_that_is_as_good_goes_live_and_says_how_good(house: House) -> None:
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert report.live
    now = report.manifest.held_out
    for purpose, score in GATES.items():
        assert f"Held-out {score} ({purpose}) {now[purpose][score].mean:.4f} against" in report.why


def test_what_was_not_held_out_before_cannot_be_compared(house: House) -> None:
    live = live_manifest(house)
    path = house.builds.path(live.id) / "manifest.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(live, held_out={})))
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert report.live
    assert report.why == "There are no held-out scores to compare."


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


# --- where a build starts from ---


def test_learning_again_changes_no_byte(house: House) -> None:
    first = fingerprint(house.builds.folder)
    report = run_learning(house, Unwatched())
    assert report.why == "Nothing has changed since it was made."
    assert fingerprint(house.builds.folder) == first
    # Nor does it where a build started from the one before it.
    _one_more_listen(house)
    run_learning(house, Unwatched())
    second = fingerprint(house.builds.folder)
    assert run_learning(house, Unwatched()).why == "Nothing has changed since it was made."
    assert fingerprint(house.builds.folder) == second != first


def test_factors_start_from_the_live_build_and_the_manifest_says_so(house: House) -> None:
    before = house.builds.live()
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert report.manifest.start == before
    for build in house.builds.all():
        house.builds.remove(build)
    # Without builds the same record gives another one, which started from none, and as good as was known.
    anew = run_learning(house, Unwatched())
    assert anew.manifest.start is None
    assert anew.manifest.snapshot == report.manifest.snapshot
    assert anew.manifest.held_out == report.manifest.held_out
    assert anew.build != report.build


def test_learning_mends_a_damaged_live_build(house: House) -> None:
    live = house.builds.live()
    assert live is not None
    whole = fingerprint(house.builds.folder)
    vectors = house.builds.path(live) / "factors" / "column_factors.npy"
    for change in (False, True):
        vectors.write_bytes(vectors.read_bytes()[:-100])
        with pytest.raises(NotLearnedError, match="column_factors"):
            list(draft_mixes(house, OpenedBuild.live(house), house.store.listeners()[:1]))
        if change:
            _one_more_listen(house)
        report = run_learning(house, Unwatched())
        assert report.live
        assert report.manifest.start is None
        if not change:
            assert fingerprint(house.builds.folder) == whole
    assert report.build != live
    assert list(draft_mixes(house, OpenedBuild.live(house), house.store.listeners()[:1]))


def test_a_build_with_settings_of_another_version_is_replaced(house: House) -> None:
    live = live_manifest(house)
    path = house.builds.path(live.id) / "manifest.json"
    strange = msgspec.structs.replace(live, settings=live.settings | {"blend": {"factors": 0.2}})
    path.write_bytes(msgspec.json.encode(strange))
    with pytest.raises(NotLearnedError, match="settings") as caught:
        list(draft_mixes(house, OpenedBuild.live(house), house.store.listeners()[:1]))
    assert "earmark learn" in caught.value.remedy
    _one_more_listen(house)
    report = run_learning(house, Unwatched())
    assert report.live
    assert report.manifest.start is None


# --- what goes wrong ---


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
        (draft,) = draft_mixes(house, OpenedBuild.live(house), house.store.listeners())
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
    assert report.why == "It is the first."
    assert (report.manifest.held_out, report.manifest.held_out_rows) == ({}, {})
    assert {facts.learned_from for facts in report.manifest.orders.values()} == {0}
    assert any("held-out" in note for note in report.manifest.notes)


def test_an_empty_record_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with opened(tmp_path) as house, pytest.raises(EarmarkError, match="earmark import"):
        run_learning(house, Unwatched())


def test_what_was_saved_recommends_as_what_was_learned(learned: House) -> None:
    manifest = live_manifest(learned)
    folder = learned.builds.path(manifest.id)
    settings = settings_of(manifest)
    assert settings == learned.learning
    model = Recommender.load(folder, settings.signals, settings.ranking)
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
def add(connection, records):
    whole(connection, records)
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
