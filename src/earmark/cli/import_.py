"""`earmark import`: bring in a history or playlists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.jobs.importing import Cause, ImportReport
    from earmark.jobs.tagging import TagReport


def import_(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="spotify, lastfm, listenbrainz, csv, playlists or tags.")],
    path: Annotated[Path, typer.Argument(help="A file, a folder, or the zip as downloaded.")],
    listener: Annotated[str | None, typer.Option(help="Whose listening it is.")] = None,
    community: Annotated[
        str | None,
        typer.Option(help="For public data: train on it, make nothing for it. For tags: whose they are."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(help='For csv: which column holds what, e.g. "ended=ts,artist=artist,title=track".'),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Where the listener lives, e.g. Europe/Berlin (default: UTC).")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Bring in a listening history, playlists or tags; what is there already is left alone."""
    from earmark.jobs.importing import import_from
    from earmark.jobs.tagging import SOURCE, import_tags

    if source == SOURCE:
        with open_house(context, home) as house:
            tags = import_tags(
                house.store, path, listener=listener, community=community, columns=columns, progress=Bars()
            )
        (print_json if as_json else _show_tags)(tags)
        return
    with open_house(context, home) as house:
        report = import_from(
            house.store,
            source,
            path,
            listener=listener,
            community=community,
            columns=columns,
            time_zone=time_zone,
            progress=Bars(),
        )
    if as_json:
        print_json(report)
    else:
        _show(report)


def _show(report: ImportReport) -> None:
    say(f"Read {counted(report.rows, 'row')}.")
    if report.listens_new or report.listens_repeated or report.listens_same_play:
        say(
            f"Listens: {report.listens_new:,} new, {report.listens_repeated:,} stored before, "
            f"{report.listens_same_play:,} told of by another source."
        )
    if report.playlists_new or report.playlists_updated or report.playlists_repeated:
        say(
            f"Playlists: {report.playlists_new:,} new, {report.playlists_updated:,} updated, "
            f"{report.playlists_repeated:,} stored before."
        )
    if report.feedback_changed:
        say(f"Verdicts (love, hate, hide, save): {report.feedback_changed:,}.")
    _show_left_out(report.left_out)


def _show_tags(report: TagReport) -> None:
    say(f"Read {counted(report.rows, 'row')}.")
    on = f"{counted(report.artists, 'artist')} and {counted(report.songs, 'song')}"
    say(f"Tags: {report.tags:,} on {on}, in place of what {report.community} called them before.")
    if report.unknown:
        some = "; ".join(report.unknown_first)
        say(f"Left out: {report.unknown:,} × not in the catalogue, such as {some}")
    _show_left_out(report.left_out)


def _show_left_out(left_out: Sequence[Cause]) -> None:
    for cause in left_out:
        say(f"Left out: {cause.rows:,} × {cause.cause}")
        for row in cause.first:
            place = f"{row.file}, row {row.row}" if row.row else row.file
            say(f"    {place}{': ' + row.detail if row.detail else ''}")
