"""`earmark read`: take in what the world writes about music."""

from __future__ import annotations

import datetime as dt
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.jobs.house import House
    from earmark.jobs.read_report import ReadReport

SHOWN_PER_CAUSE = 3
SHOWN_LANGUAGES = 5


def read(
    context: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FEED|URL|FOLDER...",
            help="Addresses of feeds or pages; folders, files or zips of HTML, Markdown, text, CSV or JSON lines.",
            show_default=False,
        ),
    ] = None,
    keep_text: Annotated[
        bool | None,
        typer.Option(
            "--keep-text/--drop-text",
            help="Keep the texts whole, beside what they say of whom [EARMARK_READ__KEEP_TEXT].",
            show_default=False,
        ),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Do not read a feed again and again from now on.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Read feeds and pages anew that have not changed.")
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="Show the feeds that are read again and again.")
    ] = False,
    drop: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Read this feed no more, and forget the document or the source (a host, a folder) of that name.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="How many texts to read at once [EARMARK_READ__WORKERS].", show_default=False
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Read feeds, pages and files about music, and note what they say of whom; texts themselves are not kept."""
    if bool(what) + list_ + (drop is not None) != 1:
        raise typer.BadParameter("give feeds, pages or folders to read; or --list; or --drop ADDRESS")
    from earmark.jobs.reading import ReadOptions
    from earmark.jobs.reading import read as run

    # To be told to end is nothing but to be interrupted.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open_house(context, home) as house:
            if list_:
                _list(house, as_json=as_json)
            elif drop is not None:
                _drop(house, drop, as_json=as_json)
            else:
                options = ReadOptions(keep_text=keep_text, follow=not once, again=again, workers=workers)
                report = run(house, what or [], Bars(), options)
                (print_json if as_json else _show)(report)
    except KeyboardInterrupt:
        if not as_json:
            say("Stopped. What was read so far is kept.")
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(report: ReadReport) -> None:
    rows = [
        ("New", report.new),
        ("With another text, title or date than before", report.changed),
        ("As before", report.same),
        ("Nearly the same as others", report.duplicates),
    ]
    rate = f", {report.documents / max(report.seconds, 0.001):,.1f} a second" if report.documents else ""
    say(f"{counted(report.documents, 'document')} read in {report.seconds:,.1f} s{rate}.")
    print_table("", ["What was read", "documents"], [[what, f"{n:,}"] for what, n in rows if n], numeric=(1,))
    if report.documents:
        sure = report.mentions - report.unsure
        unsure = f"; {report.unsure:,} more are not sure" if report.unsure else ""
        say(f"They speak of {counted(report.artists, 'artist')}, in {counted(sure, 'mention')}{unsure}.")
        languages = list(report.languages.items())[:SHOWN_LANGUAGES]
        say(f"Languages: {', '.join(f'{name} {n:,}' for name, n in languages)}.")
    if report.unchanged_feeds:
        say(f"Nothing new in {counted(report.unchanged_feeds, 'feed')}.")
    for address in report.feeds_added:
        say(f"A running `earmark serve` or `earmark work` reads {address} again and again from now on.")
    _show_not_read(report)
    say(_next_step(report))


def _show_not_read(report: ReadReport) -> None:
    from earmark.jobs.read_report import by_cause

    if not report.not_read:
        return
    say(f"Left out, in part or as a whole: {len(report.not_read):,}")
    for cause, those in by_cause(report.not_read).items():
        say(f"  {len(those):,} × {cause}")
        for one in those[:SHOWN_PER_CAUSE]:
            say(f"    {one.where}{': ' + one.detail if one.detail else ''}")
    if any(len(those) > SHOWN_PER_CAUSE for those in by_cause(report.not_read).values()):
        say("  --json tells of all.")


def _next_step(report: ReadReport) -> str:
    if not report.changed_anything:
        return "Nothing is known that was not known before."
    if report.build_asked_for:
        return (
            "A build that knows what they say is asked for: a running `earmark serve` or `earmark work` makes it now. "
            "If none runs: earmark learn"
        )
    return "Next, what somebody listened to: earmark import SOURCE PATH --listener NAME; then: earmark learn"


def _list(house: House, *, as_json: bool) -> None:
    feeds, counts = house.store.feeds.all(), house.store.documents.counts()
    if as_json:
        print_json({"feeds": feeds, "counts": counts})
        return
    rows = [
        [one.address, _day(one.read_at), "kept" if one.keep_text else "not kept", one.fault or ""]
        for one in feeds
    ]
    if rows:
        print_table("Feeds", ["Address", "Read", "Texts", "Fault"], rows)
    else:
        say("No feed is read again and again. Add one: earmark read ADDRESS")
    say(
        f"On record: {counted(counts.documents, 'document')} of {counted(counts.sources, 'source')}, "
        f"{counts.duplicates:,} of them nearly the same as others; {counted(counts.mentions, 'mention')} of "
        f"{counted(counts.artists, 'artist')}."
    )


def _drop(house: House, address: str, *, as_json: bool) -> None:
    from earmark.errors import UnknownNameError

    feed, documents = house.store.feeds.drop(address), house.store.documents.forget(address)
    if not feed and not documents:
        raise UnknownNameError(
            f"There is no feed, no document and no source {address}.",
            "See the feeds with: earmark read --list",
        )
    if as_json:
        print_json({"feed": feed, "documents": documents})
        return
    if feed:
        say(f"{address} is read no more.")
    if documents:
        say(
            f"{counted(documents, 'document')} forgotten. What was learned from them goes with the next build."
        )


def _day(moment: int | None) -> str:
    return (
        "never"
        if moment is None
        else f"{dt.datetime.fromtimestamp(moment / 1000, dt.UTC):%Y-%m-%d %H:%M} UTC"
    )
