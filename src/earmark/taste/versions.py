"""A taste as it was noted, and what has changed between two such notes, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from earmark.errors import EarmarkError
from earmark.taste.genres_played import GenreInTaste
from earmark.taste.profile import Taste

FORMAT: Final = 1
"""Grows when a note of before can be read no more."""
TELLING: Final = 0.02
"""Shares that differ by less than this are not told of."""
TOLD_ARTISTS: Final = 10
"""Who has come among, or gone from, the first so many artists is told."""

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class _Noted(msgspec.Struct, frozen=True):
    format: int
    taste: Taste


def encode(taste: Taste) -> bytes:
    """As it is noted; the same taste gives the same bytes."""
    return _encode(_Noted(FORMAT, taste))


def decode(noted: bytes) -> Taste:
    """What `encode` wrote.

    Raises:
        EarmarkError: an older or newer program wrote it, in a form that this one does not read.
    """
    try:
        return msgspec.json.decode(noted, type=_Noted).taste
    except msgspec.DecodeError as error:
        raise EarmarkError(
            "That version of the taste was noted by another version of Earmark, which wrote it otherwise.",
            "Look at a later day.",
        ) from error


def differences(then: Taste, now: Taste) -> tuple[str, ...]:
    """What has changed from one note to another, in words; each figure stands in one of the two."""
    return (*_plays(then, now), *_genres(then, now), *_artists(then, now), *_edits(then, now))


def _plays(then: Taste, now: Taste) -> Iterator[str]:
    if now.listens != then.listens:
        more = now.listens - then.listens
        yield f"{abs(more):,} listens {'more' if more > 0 else 'fewer'} count ({then.listens:,} → {now.listens:,})."
    if now.excluded_listens != then.excluded_listens:
        yield f"Excluded listens: {then.excluded_listens:,} → {now.excluded_listens:,}."


def _genres(then: Taste, now: Taste) -> Iterator[str]:
    before, after = ({one.id: one for one in taste.micro_genres} for taste in (then, now))
    changes = sorted(
        (before.keys() | after.keys()),
        key=lambda number: (-abs(_share(after.get(number)) - _share(before.get(number))), number),
    )
    for number in changes:
        was, is_ = before.get(number), after.get(number)
        moved = _share(is_) - _share(was)
        if was is not None and is_ is not None:
            if was.name != is_.name:
                yield f"{was.name} is called {is_.name} now."
            if abs(moved) >= TELLING:
                yield f"{'More' if moved > 0 else 'Less'} {is_.name}: {was.share:.0%} → {is_.share:.0%} of attention."
            for what, old, new in (("boosted", was.boosted, is_.boosted), ("muted", was.muted, is_.muted)):
                if old != new:
                    yield f"{is_.name} is {what if new else f'no longer {what}'}."
        elif is_ is not None and is_.share >= TELLING:
            yield f"New: {is_.name}, {is_.share:.0%} of attention."
        elif was is not None and was.share >= TELLING:
            yield f"Gone: {was.name}, which was {was.share:.0%} of attention."


def _artists(then: Taste, now: Taste) -> Iterator[str]:
    before, after = ([one.name for one in taste.top_artists[:TOLD_ARTISTS]] for taste in (then, now))
    if come := [name for name in after if name not in before]:
        yield f"New among the first {TOLD_ARTISTS} artists: {', '.join(come)}."
    if gone := [name for name in before if name not in after]:
        yield f"No longer among them: {', '.join(gone)}."


def _edits(then: Taste, now: Taste) -> Iterator[str]:
    held = {one.id for one in then.edits if one.undone is None}
    for one in now.edits:
        if one.undone is None and one.id not in held:
            yield f"Edit {one.id}: {one.what}."
        if one.undone is not None and one.id in held:
            yield f"Undone, edit {one.id}: {one.what}."


def _share(genre: GenreInTaste | None) -> float:
    return 0.0 if genre is None else genre.share
