"""`earmark taste`: what a listener's taste looks like from here, or looked like on a day; what has changed; doubts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.jobs.carrying import CarriedIn
    from earmark.store.edits import VersionRecord
    from earmark.taste.contamination.suspicion import Suspicion
    from earmark.taste.profile import Favourite, Taste

SHOWN = 12
BARS = " ▁▂▃▄▅▆▇█"

On = Annotated[str | None, typer.Option("--on", help="As it was at the end of this day, e.g. 2026-11-01.")]
Since = Annotated[str | None, typer.Option("--since", help="What has changed since this day, in words.")]
Versions = Annotated[bool, typer.Option("--versions", help="List the days of which the taste is kept.")]
Doubts = Annotated[
    bool, typer.Option("--doubts", help="Propose what may not be your taste: sleep noise, others' music.")
]
Export = Annotated[
    Path | None, typer.Option("--export", help="Write the taste into a file that another Earmark can import.")
]
Import = Annotated[
    Path | None, typer.Option("--import", help="Take over a taste from such a file; what is there stays.")
]
Words = Annotated[bool, typer.Option("--words", help="The whole profile in plain sentences.")]


def taste(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The listener.")],
    on: On = None,
    since: Since = None,
    versions: Versions = False,
    doubts: Doubts = False,
    words: Words = False,
    export: Export = None,
    import_: Import = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show a listener's taste: micro-genres with what proves them, traits, favourites, edits."""
    from earmark.errors import writing_to
    from earmark.jobs.carrying import carry_in, carry_out
    from earmark.jobs.opened_build import OpenedBuild
    from earmark.jobs.suspecting import suspicions_of
    from earmark.jobs.tasting import end_of_day, taste_of, version_at
    from earmark.taste.portable import read_portable, written
    from earmark.taste.versions import differences
    from earmark.whole_files import write_whole

    with open_house(context, home) as house:
        live = OpenedBuild.live(house) if house.builds.live() else None
        if import_ is not None:
            _carried_in(carry_in(house, name, read_portable(import_), live), name, as_json)
            return
        listener = house.store.find_listener(name)
        if export is not None:
            with writing_to(export):
                write_whole(export, written(carry_out(house, name, live)))
            say(f"{name}'s taste is in {export}; take it over with: earmark taste NAME --import {export}")
            return
        if versions:
            _versions(house.store.edits.versions(listener.id), as_json)
            return
        if doubts:
            _doubts(suspicions_of(house, listener, live), name, as_json)
            return
        now = (
            taste_of(house, name, live)
            if on is None
            else version_at(house, name, end_of_day(on, listener.time_zone))[1]
        )
        then = None if since is None else version_at(house, name, end_of_day(since, listener.time_zone))[1]
    if then is not None:
        changes = differences(then, now)
        if as_json:
            print_json({"since": since, "changes": changes})
        else:
            say("\n".join(changes) or f"Nothing has changed in {name}'s taste since {since}.")
    elif as_json:
        print_json(now)
    elif words:
        say("\n".join(now.sentences))
    else:
        _show(now)


def _show(taste: Taste) -> None:
    say(
        f"{taste.listener}: {counted(taste.listens, 'listen')} of {counted(taste.songs, 'song')} by "
        f"{counted(taste.artists, 'artist')}, "
        f"{taste.first_listen or 'never'} to {taste.last_listen or 'never'}."
    )
    if not taste.listens:
        say(taste.sentences[0])
    say()
    _genres(taste)
    _favourites("Artists of now", taste.top_artists)
    _favourites("Songs of now", taste.top_songs)
    told = [trait.said for trait in taste.traits.traits if trait.ever.value is not None]
    for sentence in (*told, *([f"Skips: {_percent(taste.skip_share)} of plays."] if taste.listens else [])):
        say(sentence)
    say()
    say(f"When, in the time of {taste.time_zone}:")
    say(f"By hour (0–23):     {_spark(taste.traits.hours.ever, 24)}")
    say(f"By weekday (Mo–Su): {_spark(taste.traits.weekdays.ever, 7)}")
    for judged in taste.said:
        say(f"{judged.verdict}: {judged.artist}{f' – {judged.title}' if judged.title else ' (everything)'}")
    for edit in taste.edits:
        undone = (
            f", undone {edit.undone}"
            if edit.undone
            else f" (undo: earmark edit {taste.listener} undo {edit.id})"
        )
        say(f"edit {edit.id}, {edit.made}: {edit.what}{undone}")
    if taste.private_listens:
        kept = "is kept and teaches" if taste.private_listens == 1 else "are kept and teach"
        say(f"{counted(taste.private_listens, 'private listen')} {kept} nothing.")
    if taste.excluded_listens:
        kept = "is kept and has" if taste.excluded_listens == 1 else "are kept and have"
        say(f"{counted(taste.excluded_listens, 'excluded listen')} {kept} no effect.")


def _genres(taste: Taste) -> None:
    if not taste.micro_genres:
        say("No micro-genres yet: they are found when something is learned (`earmark learn`).")
        say()
        return
    rows = [
        [
            one.name + (" (more)" if one.boosted else "") + (" (muted)" if one.muted else ""),
            f"{one.share:.1%}",
            f"{one.plays:,}",
            "–" if one.trend is None else str(one.trend),
            ", ".join(artist.name for artist in one.top_artists[:3]),
        ]
        for one in taste.micro_genres[:SHOWN]
    ]
    headers = ["", "of attention", "plays", "last 90 days", "most of"]
    print_table("Micro-genres", headers, rows, numeric=(1, 2))
    if len(taste.micro_genres) > SHOWN:
        say(f"and {len(taste.micro_genres) - SHOWN} more (--json)")
    say()


def _favourites(title: str, favourites: tuple[Favourite, ...]) -> None:
    rows = [
        [one.name, *([one.by] if one.by else []), f"{one.plays:,}", f"{one.share:.1%}", one.last_played]
        for one in favourites[:SHOWN]
    ]
    by = ["by"] if favourites and favourites[0].by else []
    plays = 1 + len(by)
    print_table(title, ["", *by, "plays", "of attention", "last"], rows, numeric=(plays, plays + 1))
    say()


def _carried_in(found: CarriedIn, name: str, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    say(
        f"{name}: {counted(found.songs, 'song')} in a playlist of their own, {counted(found.verdicts, 'verdict')}, "
        f"{counted(len(found.edits), 'edit')}."
    )
    for edit in found.edits:
        say(f"  {edit}")
    for why in found.not_made:
        say(f"  not made: {why}")


def _versions(versions: Sequence[VersionRecord], as_json: bool) -> None:
    if as_json:
        print_json(versions)
        return
    from earmark.taste.genres_played import day

    rows = [[day(one.made_at), one.cause, one.build or "–"] for one in versions]
    print_table("Versions", ["day", "after", "build"], rows)


def _doubts(suspicions: Sequence[Suspicion], name: str, as_json: bool) -> None:
    if as_json:
        print_json(suspicions)
        return
    if not suspicions:
        say("Nothing stands out: all of it may well be your taste.")
    for number, one in enumerate(suspicions, 1):
        say(f"{number}. {one.why} ({one.confidence:.0%} sure)")
    if suspicions:
        say(
            f"Leave one out with: earmark edit {name} exclude doubt NUMBER. Nothing is left out until you say so."
        )


def _spark(shares: tuple[float, ...], n: int) -> str:
    shares = shares or (0.0,) * n
    top = max(shares) or 1
    return "".join(BARS[-int(-share * (len(BARS) - 1) // top)] for share in shares)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
