"""Tells what a file is from its first bytes."""

from __future__ import annotations

import re
from typing import Final

_FIELD: Final = re.compile(rb'"([^"\\\n]{1,60})"\s*:')
_ENOUGH: Final = 16_384


def field_names(head: bytes) -> frozenset[bytes]:
    """The names of JSON fields that stand near the beginning of a file."""
    return frozenset(_FIELD.findall(head[:_ENOUGH]))


def is_json(head: bytes) -> bool:
    """Whether a file begins as a JSON list or object does (a file cut off to nothing still counts)."""
    text = head.lstrip()
    return not text or text.startswith((b"[", b"{"))


def first_line(head: bytes) -> str:
    """The first line of a file of text."""
    return head.split(b"\n", 1)[0].decode("utf-8", "replace").strip()


def base_name(name: str) -> str:
    """A file's own name in small letters, without its folders and without ``.gz``."""
    return name.rsplit("/", 1)[-1].lower().removesuffix(".gz")
