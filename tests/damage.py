"""What happens to files on disks."""

from __future__ import annotations

from pathlib import Path

KINDS = ("missing", "empty", "cut", "foreign")


def damage(path: Path, kind: str) -> None:
    """Take the file away, empty it, cut it in half, or put something else in its place."""
    whole = path.read_bytes()
    if kind == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "foreign": b"\x93PNG?"}[kind])
