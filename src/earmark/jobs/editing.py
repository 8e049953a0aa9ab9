"""Edits of taste: understood from words, shown before they are saved, saved, and undone."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import msgspec

from earmark.engines.progress import Progress
from earmark.errors import NotLearnedError, UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.learning import learn_if_changed, snapshot_of
from earmark.jobs.opened_build import OpenedBuild, live_manifest
from earmark.jobs.schedule import ask_for_build
from earmark.jobs.tasting import keep_versions, names_in, note_tastes, taste_of
from earmark.jobs.weekly import draft_mixes
from earmark.listening.edits import Edit, EditRecord, Exclude, Rename
from earmark.listening.listens import clock
from earmark.store.port import ListenerRecord
from earmark.taste.profile import EditTold
from earmark.taste.versions import differences
from earmark.taste.wording import in_words, told

PROPOSED = 0
"""The number of an edit that is not made yet."""


class EditPreview(msgspec.Struct, frozen=True):
    """What an edit would change."""

    edit: str
    """In words."""
    listens: int
    """That an exclusion leaves without effect."""
    taste: tuple[str, ...]
    """What is different in the profile, in words."""
    leaving: tuple[str, ...]
    """Songs of a weekly mix made now that would not be in it."""
    coming: tuple[str, ...]
    """Songs that would take their place."""
    of: int
    """Songs in that mix."""
    nothing_left: bool
    """Whether no listen at all would be left to tell the taste from."""


def preview(house: House, name: str, edit: Edit, live: OpenedBuild | None) -> EditPreview:
    """What the listener's profile and next mix would be with this edit.

    Raises:
        UnknownNameError: there is no such listener.
    """
    listener = house.store.find_listener(name)
    made = house.store.edits.of([listener.id]).get(listener.id, [])
    return _compared(house, listener, edit, (made, [*made, EditRecord(PROPOSED, edit, clock())]), live)


def preview_undoing(house: House, name: str, number: int, live: OpenedBuild | None) -> EditPreview:
    """What they would be without an edit that is in effect.

    Raises:
        UnknownNameError: there is no such listener, or no such edit in effect.
    """
    listener = house.store.find_listener(name)
    made = house.store.edits.of([listener.id]).get(listener.id, [])
    going = _in_effect(made, number, name)
    return _compared(house, listener, going.edit, (made, [one for one in made if one.id != number]), live)


def make(house: House, name: str, edit: Edit, live: OpenedBuild | None) -> EditTold:
    """Save an edit; it is in effect at once. A build is asked for where listens were excluded.

    Raises:
        UnknownNameError: there is no such listener.
    """
    listener = house.store.find_listener(name)
    record = house.store.edits.add(listener.id, edit, clock())
    return _settled(house, listener, record, live, "edit")


def undo(house: House, name: str, number: int, live: OpenedBuild | None) -> EditTold:
    """Take an edit back.

    Raises:
        UnknownNameError: there is no such listener, or no such edit in effect.
    """
    listener = house.store.find_listener(name)
    record = house.store.edits.undo(listener.id, number, clock())
    return _settled(house, listener, record, live, "undo")


def find_genre(name: str, live: OpenedBuild | None, edits: Sequence[EditRecord]) -> int:
    """The micro-genre (id) of this name, as it was found or as the listener calls it.

    Raises:
        NotLearnedError: nothing was learned yet.
        UnknownNameError: none is called so; the message names the nearest.
    """
    if live is None:
        raise NotLearnedError("Nothing has been learned yet.", "Run `earmark learn` first.")
    known = {genre.name.casefold(): genre.id for genre in live.micro_genres.genres}
    for one in edits:
        if one.undone_at is None and isinstance(one.edit, Rename):
            known[one.edit.name.casefold()] = one.edit.genre
    if name.casefold() in known:
        return known[name.casefold()]
    near = get_close_matches(name.casefold(), known, n=3, cutoff=0.5)
    raise UnknownNameError(
        f"There is no micro-genre {name!r}.",
        f"Did you mean {', '.join(near)}?" if near else "See yours with: earmark taste NAME",
    )


def forget_excluded(house: House, progress: Progress) -> bool:
    """Learn anew where listens were excluded, or came back, since the live build was learned; returns whether it did.

    What was learned from a listen that is excluded now must not choose anybody's next mix.

    Raises:
        EarmarkError: as `earmark.jobs.learning.run_learning`.
    """
    if not excluded_since(house):
        return False
    report = learn_if_changed(house, progress, accept_worse=True)
    if report and report.live:
        note_tastes(house, progress)
    return True


def excluded_since(house: House) -> bool:
    """Whether listens were excluded, or came back, since the live build was learned."""
    if house.builds.live() is None:
        return False
    return snapshot_of(house, live_manifest(house)).exclusions != house.store.edits.excluding()


def _in_effect(made: Sequence[EditRecord], number: int, name: str) -> EditRecord:
    for one in made:
        if one.id == number and one.undone_at is None:
            return one
    raise UnknownNameError(
        f"There is no edit {number} in effect.", f"See them all with: earmark taste {name}"
    )


def _compared(
    house: House,
    listener: ListenerRecord,
    edit: Edit,
    before_and_after: tuple[Sequence[EditRecord], Sequence[EditRecord]],
    live: OpenedBuild | None,
) -> EditPreview:
    then, now = (taste_of(house, listener.name, live, edits) for edits in before_and_after)
    old, new = ([] if live is None else _weekly(house, live, listener, edits) for edits in before_and_after)
    hit = house.store.edits.listens_hit(listener.id, [edit.what]) if isinstance(edit, Exclude) else ()
    return EditPreview(
        edit=in_words(edit, names_in(house, listener, [EditRecord(PROPOSED, edit, 0)], live)),
        listens=len(hit),
        taste=tuple(one for one in differences(then, now) if not one.startswith(("Edit ", "Undone"))),
        leaving=tuple(song for song in old if song not in new),
        coming=tuple(song for song in new if song not in old),
        of=len(old),
        nothing_left=bool(then.listens) and not now.listens,
    )


def _weekly(
    house: House, live: OpenedBuild, listener: ListenerRecord, edits: Sequence[EditRecord]
) -> list[str]:
    """The songs of a weekly mix made now, in words."""
    (draft,) = draft_mixes(house, live, [listener], {listener.id: edits})
    songs = house.store.songs(list(draft.songs))
    return [f"{title} by {artist}" for artist, title in songs.select("artist_name", "title").iter_rows()]


def _settled(
    house: House, listener: ListenerRecord, record: EditRecord, live: OpenedBuild | None, cause: str
) -> EditTold:
    if live is not None:
        keep_versions(house, [listener.id], live, cause)
    if isinstance(record.edit, Exclude):
        ask_for_build(house.store, clock())
    return told(record, names_in(house, listener, [record], live))
