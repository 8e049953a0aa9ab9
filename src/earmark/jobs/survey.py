"""Before a scan reads anything: what lies in the folders, compared with what the record knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from earmark.jobs.hearing import Look
from earmark.jobs.scan_report import LeftOut, left_out
from earmark.sources.folder.kinds import looks_like_music
from earmark.sources.folder.walking import Found, Unreached, walk
from earmark.store.files import Files, KnownFile


class Survey(msgspec.Struct):
    """What is to be done, and what is not."""

    files: int = 0
    """Files of music that were found."""
    looks: list[Look] = []
    """Files that are new or changed."""
    before: dict[str, KnownFile] = {}
    """What the record says of those that are not new."""
    as_they_were: list[KnownFile] = []
    """Files that have not changed, and did not fail."""
    failed: int = 0
    """Files that have not changed since they failed."""
    gone: set[str] = set()
    """Files that the record knows and that are no more."""
    left_out: list[LeftOut] = []


def survey(files: Files, folders: Sequence[str], libraries: Sequence[str], *, again: bool = False) -> Survey:
    """Go through the folders.

    Args:
        files: the record.
        folders: where to look.
        libraries: the folders that hold them, or they themselves: names are told by what lies below these.
        again: look again at files that failed and have not changed.
    """
    found = Survey()
    for folder in folders:
        library = next(one for one in libraries if Path(folder).is_relative_to(one))
        known = {one.path: one for one in files.known(folder)}
        n_before, unreached = found.files, list[str]()
        for one in walk(folder):
            if isinstance(one, Unreached):
                found.left_out.append(left_out(one.path, one.cause))
                unreached.append(one.path)
            else:
                _compare(one, known.pop(one.path, None), library, found, again=again)
        if found.files == n_before and known and folder == library:
            n = f"{len(known):,}"
            cause = (
                f"holds no music, though the record knows {n} of its files: is the disk there? They are kept"
            )
            found.left_out.append(left_out(folder, cause))
            continue
        # What lies where nobody could look may be there still.
        found.gone |= {
            path for path in known if not any(path == one or path.startswith(f"{one}/") for one in unreached)
        }
    return found


def _compare(one: Found, before: KnownFile | None, library: str, found: Survey, *, again: bool) -> None:
    if before is None and not one.named_so:
        try:
            if not looks_like_music(Path(one.path)):
                return
        except OSError as error:
            found.left_out.append(left_out(one.path, f"cannot be read: {error.strerror or error}"))
            return
    found.files += 1
    if before is None or before.mark != one.mark or (again and before.fault is not None):
        found.looks.append(Look(one.path, library, one.mark, one.beside))
        if before is not None:
            found.before[one.path] = before
    elif before.fault is not None:
        found.failed += 1
    else:
        found.as_they_were.append(before)
