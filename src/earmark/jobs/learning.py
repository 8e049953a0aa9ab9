"""Learn: cut a snapshot, learn from it, file the build, and let it go live if it is not worse."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
from pydantic import ValidationError

from earmark.engines.builds import Builds, Manifest, OrderFacts, name_of
from earmark.engines.local import MICRO_GENRES, Learned, LearnSettings, Start, learn, versions
from earmark.engines.progress import Progress
from earmark.errors import NotLearnedError, writing_to
from earmark.jobs.house import House
from earmark.jobs.locks import learning
from earmark.jobs.tuning import tuned_settings
from earmark.ranking.features import Feature
from earmark.ranking.order import Order
from earmark.ranking.recommender import Purpose
from earmark.ranking.signals import Signals
from earmark.store.snapshot import Snapshot
from earmark.taste.microgenres.model import MicroGenres

KEPT = 2
"""Builds to keep: the live one and the one before it."""
GATES = {Purpose.DISCOVERY.value: "recall@100", Purpose.CONTINUATION.value: "ndcg@500"}


class LearnReport(msgspec.Struct, frozen=True):
    """What a learning run made. ``live`` says whether the build went live; ``why`` says why, or why not."""

    build: str
    live: bool
    why: str
    folder: str
    manifest: Manifest


def run_learning(
    house: House, progress: Progress, *, accept_worse: bool = False, budget_seconds: float | None = None
) -> LearnReport:
    """Make a build from the record as it is now.

    Args:
        house: the home folder.
        progress: told of stages.
        accept_worse: go live even if the held-out scores fell.
        budget_seconds: time for choosing settings; see `earmark.jobs.tuning.tuned_settings`.

    Raises:
        EarmarkError: there is nothing to learn from, the disk refuses, or another run is learning; the live
            build stays.
    """
    with learning(house.home):
        return _run(house, progress, _fresh(house, progress), accept_worse, budget_seconds)


def learn_if_changed(
    house: House, progress: Progress, *, accept_worse: bool = False, budget_seconds: float | None = None
) -> LearnReport | None:
    """The same, unless a build is live and one was made from the record as it is now; then None.

    Raises:
        EarmarkError: as `run_learning`.
    """
    with learning(house.home):
        builds, snapshot = house.builds, _fresh(house, progress)
        if builds.live() and snapshot.digest() in {builds.manifest(one).snapshot for one in builds.all()}:
            return None
        return _run(house, progress, snapshot, accept_worse, budget_seconds)


def _fresh(house: House, progress: Progress) -> Snapshot:
    house.builds.sweep()
    with progress.stage("cutting a snapshot"):
        return cut_snapshot(house)


def _run(
    house: House, progress: Progress, snapshot: Snapshot, accept_worse: bool, budget_seconds: float | None
) -> LearnReport:
    builds = house.builds
    origin, start = _start(builds, snapshot)
    frames = snapshot.frames()
    settings = tuned_settings(house, frames, progress, budget_seconds)
    learned = learn(frames, settings, progress, start=start)
    manifest = _manifest(learned, snapshot, settings, origin)
    with writing_to(builds.folder):
        with progress.stage("writing the build"):
            folder = builds.add(manifest, learned.save)
        live, why = _judge(builds, manifest, accept_worse)
        if live:
            builds.go_live(manifest.id)
    _tidy(house, manifest.id)
    return LearnReport(manifest.id, live, why, str(folder), manifest)


def _start(builds: Builds, snapshot: Snapshot) -> tuple[str | None, Start | None]:
    """The build whose song vectors factors start from, so that they need fewer iterations: the live one.

    Where that was learned from the same snapshot, the one that it started from itself: learning again gives the same.
    """
    live = builds.live()
    if live is None:
        return None, None
    manifest = builds.manifest(live)
    origin = manifest.start if manifest.snapshot == snapshot.digest() else live
    if origin is None:
        return None, None
    try:
        signals = Signals.load(builds.path(origin), settings_of(builds.manifest(origin)).signals)
        micro_genres = MicroGenres.load(builds.path(origin) / MICRO_GENRES)
    except NotLearnedError:  # It is gone or damaged: to learn without it mends that.
        return None, None
    return origin, Start(signals.columns, signals.factors.item_factors, micro_genres)


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
    """The settings that a build was learned with; whatever uses the build goes by them, not by today's.

    Raises:
        NotLearnedError: another version of the program learned it, with settings that this one does not have.
    """
    try:
        return LearnSettings.model_validate(manifest.settings)
    except ValidationError as error:
        raise NotLearnedError(
            f"The build {manifest.id} was learned with settings that this version does not have.",
            "Learn again with: earmark learn",
        ) from error


def snapshot_of(house: House, manifest: Manifest) -> Snapshot:
    """The snapshot that a build was learned from."""
    return Snapshot(house.snapshots / manifest.snapshot[:16])


def _manifest(learned: Learned, snapshot: Snapshot, settings: LearnSettings, origin: str | None) -> Manifest:
    model, histories = learned.model, learned.histories
    manifest = Manifest(
        id="",
        snapshot=snapshot.digest(),
        start=origin,
        seed=settings.seed,
        settings=settings.model_dump(mode="json"),
        versions=versions(),
        counts={
            "listeners": len(histories),
            "playlists": model.members.playlists.shape[0],
            "songs": len(model.columns),
            "artists": len(model.columns.artist_ids),
            "micro_genres": len(learned.micro_genres),
            "listener_songs": int(histories.weight.nnz),
            "playlist_songs": int(model.members.playlists.nnz),
        },
        held_out={
            purpose.value: scores.intervals(settings.seed) for purpose, scores in learned.scores.items()
        },
        held_out_rows={purpose.value: scores.n_rows for purpose, scores in learned.scores.items()},
        orders={purpose.value: _facts(order) for purpose, order in model.orders.items()},
        notes=learned.notes,
    )
    return msgspec.structs.replace(manifest, id=name_of(manifest))


def _facts(order: Order) -> OrderFacts:
    gains = {} if order.ranker is None else order.ranker.gains()
    return OrderFacts(
        fusion={
            Feature(at).name.lower(): round(float(weight), 6)
            for at, weight in enumerate(order.fusion.weights)
        },
        learned_from=order.fusion.learned_from,
        trees=0 if order.ranker is None else order.ranker.trees,
        gains={
            feature.name.lower(): round(gain, 4)
            for feature, gain in sorted(gains.items(), key=lambda one: (-one[1], one[0]))
            if gain > 0
        },
    )


def _judge(builds: Builds, manifest: Manifest, accept_worse: bool) -> tuple[bool, str]:
    """Whether the new build may replace the live one, and why."""
    live = builds.live()
    if live is None:
        return True, "It is the first."
    if live == manifest.id:
        return True, "Nothing has changed since it was made."
    then = builds.manifest(live).held_out
    said = []
    for purpose, score in GATES.items():
        before, now = (scores.get(purpose, {}).get(score) for scores in (then, manifest.held_out))
        if before is None or now is None:
            continue
        # Both means carry the chance of who was held out: only a fall beyond what chance explains stops a build.
        if now.high < before.mean:
            worse = (
                f"Its held-out {score} ({purpose}) fell from {before.mean:.4f} to {now.mean:.4f} "
                f"(at most {now.high:.4f})"
            )
            if not accept_worse:
                return False, f"{worse}, so {live} stays live; `earmark learn --accept-worse` overrules."
            said.append(f"{worse}; accepted all the same.")
        else:
            said.append(f"Held-out {score} ({purpose}) {now.mean:.4f} against {before.mean:.4f} before.")
    return True, " ".join(said) or "There are no held-out scores to compare."


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
