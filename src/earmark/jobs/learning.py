"""Learn: cut a snapshot, learn from it, file the build, and let it go live if it is not worse."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from earmark.engines.builds import Builds, Manifest, name_of
from earmark.engines.local import Learned, LearnSettings, learn, versions
from earmark.engines.progress import Progress
from earmark.errors import writing_to
from earmark.jobs.house import House
from earmark.jobs.locks import learning
from earmark.ranking.features import Feature
from earmark.store.snapshot import Snapshot

KEPT = 2
"""Builds to keep: the live one and the one before it."""
GATE = "recall@100"


class LearnReport(msgspec.Struct, frozen=True):
    """What a learning run made. ``live`` says whether the build went live; ``why`` says why, or why not."""

    build: str
    live: bool
    why: str
    folder: str
    manifest: Manifest


def run_learning(house: House, progress: Progress, *, accept_worse: bool = False) -> LearnReport:
    """Make a build from the record as it is now.

    Args:
        house: the home folder.
        progress: told of stages.
        accept_worse: go live even if the held-out scores fell.

    Raises:
        EarmarkError: there is nothing to learn from, the disk refuses, or another run is learning; the live
            build stays.
    """
    with learning(house.home):
        return _run(house, progress, accept_worse)


def _run(house: House, progress: Progress, accept_worse: bool) -> LearnReport:
    builds = house.builds
    builds.sweep()
    with progress.stage("cutting a snapshot"):
        snapshot = cut_snapshot(house)
    learned = learn(snapshot.frames(), house.learning, progress)
    manifest = _manifest(learned, snapshot, house.learning)
    with writing_to(builds.folder):
        with progress.stage("writing the build"):
            folder = builds.add(manifest, learned.model.save)
        live, why = _judge(builds, manifest, accept_worse)
        if live:
            builds.go_live(manifest.id)
    _tidy(house, manifest.id)
    return LearnReport(manifest.id, live, why, str(folder), manifest)


def cut_snapshot(house: House) -> Snapshot:
    """A snapshot of the record as it is now, filed under its digest."""
    fresh = house.snapshots / ".fresh"
    with writing_to(house.snapshots):
        house.snapshots.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        digest = house.store.snapshot(fresh).digest()
        final = house.snapshots / digest[:16]
        if final.exists():
            shutil.rmtree(fresh)
        else:
            fresh.rename(final)
    return Snapshot(final)


def settings_of(manifest: Manifest) -> LearnSettings:
    """The settings that a build was learned with; whatever uses the build goes by them, not by today's."""
    return LearnSettings.model_validate(manifest.settings)


def snapshot_of(house: House, manifest: Manifest) -> Snapshot:
    """The snapshot that a build was learned from."""
    return Snapshot(house.snapshots / manifest.snapshot[:16])


def _manifest(learned: Learned, snapshot: Snapshot, settings: LearnSettings) -> Manifest:
    model, histories = learned.model, learned.histories
    manifest = Manifest(
        id="",
        snapshot=snapshot.digest(),
        seed=settings.seed,
        settings=settings.model_dump(mode="json"),
        versions=versions(),
        counts={
            "listeners": len(histories),
            "playlists": model.members.playlists.shape[0],
            "songs": len(model.columns),
            "artists": len(model.columns.artist_ids),
            "listener_songs": int(histories.weight.nnz),
            "playlist_songs": int(model.members.playlists.nnz),
        },
        held_out=learned.scores.intervals(settings.seed),
        held_out_listeners=learned.scores.n_listeners,
        blend={
            feature.name.lower(): round(float(weight), 6)
            for feature, weight in zip(Feature, model.blend.weights, strict=True)
        },
        notes=learned.notes,
    )
    return msgspec.structs.replace(manifest, id=name_of(manifest))


def _judge(builds: Builds, manifest: Manifest, accept_worse: bool) -> tuple[bool, str]:
    """Whether the new build may replace the live one, and why."""
    live = builds.live()
    if live is None:
        return True, "It is the first."
    if live == manifest.id:
        return True, "Nothing has changed since it was made."
    before = builds.manifest(live).held_out.get(GATE)
    now = manifest.held_out.get(GATE)
    if before is None or now is None:
        return True, "There are no held-out scores to compare."
    # Both means carry the chance of who was held out: only a fall beyond what chance explains stops a build.
    if now.high < before.mean:
        worse = f"Its held-out {GATE} fell from {before.mean:.4f} to {now.mean:.4f} (at most {now.high:.4f})"
        if accept_worse:
            return True, f"{worse}; accepted all the same."
        return False, f"{worse}, so {live} stays live; `earmark learn --accept-worse` overrules."
    return True, f"Held-out {GATE} {now.mean:.4f} against {before.mean:.4f} before."


def _tidy(house: House, newest: str) -> None:
    """Delete builds beyond the last few, and snapshots that no build is from."""
    builds = house.builds
    live = builds.live()
    older = [build for build in builds.all() if build not in (live, newest)]
    older.sort(key=lambda build: (builds.path(build) / "manifest.json").stat().st_mtime_ns, reverse=True)
    for build in older[max(0, KEPT - len({live, newest} - {None})) :]:
        builds.remove(build)
    used = {builds.manifest(build).snapshot[:16] for build in builds.all()}
    for folder in _folders(house.snapshots):
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []
