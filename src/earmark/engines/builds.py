"""Build folders: what a learning run leaves, which one is live, and how it goes live.

``builds/<id>/`` holds the model and ``manifest.json``; ``builds/live`` names the live one. Both appear by
rename, so a run that is killed leaves nothing that could be mistaken for a build.
"""

from __future__ import annotations

import filecmp
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from earmark.errors import NotLearnedError
from earmark.evaluation.intervals import Interval
from earmark.whole_files import write_whole

MANIFEST = "manifest.json"
LIVE = "live"


class OrderFacts(msgspec.Struct, frozen=True):
    """What was learned of one order."""

    fusion: dict[str, float]
    """Weights of rank fusion, by feature."""
    learned_from: int
    """Loved songs that moved them; 0 where they are the prior."""
    trees: int
    """Trees that have the last word; 0 where rank fusion has it."""
    gains: dict[str, float]
    """Share of the trees' gain that each feature brought, the greatest first."""


class Manifest(msgspec.Struct, frozen=True):
    """What a build was made from and how good it was found to be. No clock times: same inputs, same bytes."""

    id: str
    snapshot: str
    """SHA-256 of the snapshot."""
    start: str | None
    """The build whose song vectors these started from; None: from none."""
    seed: int
    settings: dict[str, Any]
    versions: dict[str, str]
    counts: dict[str, int]
    held_out: dict[str, dict[str, Interval]]
    """Scores on what was held out, by purpose and name."""
    held_out_rows: dict[str, int]
    """Listeners and playlists that these are means over, by purpose."""
    orders: dict[str, OrderFacts]
    """How candidates are put in order, by purpose."""
    notes: tuple[str, ...] = ()


class Builds:
    """The folder of all builds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, build: str) -> Path:
        """The folder of one build."""
        return self.folder / build

    def live(self) -> str | None:
        """The id of the live build, or None."""
        try:
            build = (self.folder / LIVE).read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        return build if build.isalnum() and self._is_whole(build) else None

    def live_since(self) -> float | None:
        """When the live build was made so, in Unix seconds, or None."""
        try:
            return (self.folder / LIVE).stat().st_mtime
        except FileNotFoundError:
            return None

    def manifest(self, build: str) -> Manifest:
        """The manifest of a build.

        Raises:
            NotLearnedError: it is missing or damaged.
        """
        path = self.path(build) / MANIFEST
        try:
            return msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise NotLearnedError(
                f"The build {build} has no readable manifest ({path}).",
                "Run `earmark learn` to make a new one.",
            ) from error

    def all(self) -> list[str]:
        """The ids of all whole builds, sorted."""
        named = (path.parent.name for path in self.folder.glob(f"[!.]*/{MANIFEST}"))
        return sorted(build for build in named if self._is_whole(build))

    def add(self, manifest: Manifest, write: Callable[[Path], None]) -> Path:
        """Write a build in full, then let it appear under its id, in place of a damaged one."""
        final = self.path(manifest.id)
        partial = self.folder / f".{manifest.id}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            write(partial)
            (partial / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
            if not _same_files(partial, final):
                self._discard(final)
                partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return final

    def go_live(self, build: str) -> None:
        """Point to another build, in one step for whoever reads."""
        write_whole(self.folder / LIVE, f"{build}\n".encode("ascii"))

    def remove(self, build: str) -> None:
        """Delete a build; if it was live, nothing is live any more."""
        if self.live() == build:
            (self.folder / LIVE).unlink()
        self._discard(self.path(build))

    def remove_damaged(self) -> None:
        """Delete every folder that cannot be read as a build, whatever may be in it."""
        whole = self.all()
        for folder in self.folder.glob("[!.]*"):
            if folder.is_dir() and folder.name not in whole:
                self._discard(folder)

    def sweep(self) -> None:
        """Delete what killed runs left half-written."""
        for partial in self.folder.glob(".*.partial"):
            if partial.is_dir():
                shutil.rmtree(partial, ignore_errors=True)
            else:
                partial.unlink(missing_ok=True)

    def _is_whole(self, build: str) -> bool:
        try:
            self.manifest(build)
        except NotLearnedError:
            return False
        return True

    def _discard(self, folder: Path) -> None:
        """Take a build away in one step for whoever reads, then delete it."""
        if folder.exists():
            retired = folder.with_name(f".{folder.name}.retired.partial")
            shutil.rmtree(retired, ignore_errors=True)
            folder.rename(retired)
            shutil.rmtree(retired)


def _same_files(one: Path, other: Path) -> bool:
    ours, theirs = (
        sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        for folder in (one, other)
    )
    return ours == theirs and all(filecmp.cmp(one / name, other / name, shallow=False) for name in ours)


def name_of(manifest: Manifest) -> str:
    """An id from everything else in the manifest: the same inputs and settings give the same name."""
    blank = msgspec.structs.replace(manifest, id="")
    return hashlib.sha256(msgspec.json.encode(blank, order="deterministic")).hexdigest()[:12]
