"""`earmark scan`: take in the music that lies in a folder."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.jobs.scan_report import ScanReport, SoundsFound, Spread

SHOWN_LEFT_OUT = 20


def scan(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Folders of music, or single files.")
    ],
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on taking in what changes there, until stopped.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Try files again that failed before, though they have not changed."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="How many files to hear at once [EARMARK_SCAN__WORKERS].", show_default=False
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take in the music in a folder and hear what it sounds like; what is known and unchanged is left alone."""
    from earmark.jobs.scanning import ScanOptions, libraries_at
    from earmark.jobs.scanning import scan as run
    from earmark.jobs.sound_models import advice
    from earmark.jobs.watching import watch as keep_watching

    libraries, options = libraries_at(paths), ScanOptions(again=again, workers=workers)
    tell = print_json if as_json else _show
    # To be told to end is nothing but to be interrupted.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open_house(context, home) as house:
            if watch:
                keep_watching(house, libraries, Bars(), tell, options)
            else:
                tell(run(house, libraries, Bars(), options))
                if not as_json and (better := advice(house.home)):
                    say(better)
    except KeyboardInterrupt:
        if not as_json:
            say("Stopped. What was heard so far is kept; scanning again goes on from here.")
        raise typer.Exit(0 if watch else 130) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(report: ScanReport) -> None:
    rows = [
        ("New", report.new),
        ("With another sound than before", report.changed),
        ("With other tags, cover or lyrics", report.retagged),
        ("Moved", report.moved),
        ("Gone", report.gone),
        ("As before", report.unchanged),
        ("Left out before, and unchanged", report.left_out_before),
        ("Sounds heard", report.heard),
        ("Lyrics read", report.lyrics),
    ]
    seconds = max(report.seconds, 0.001)
    done = report.new + report.changed + report.retagged + report.moved
    rate = f", {max(done, report.heard) / seconds:,.1f} files a second" if done or report.heard else ""
    say(f"{counted(report.files, 'file')} of music, looked through in {seconds:,.1f} s{rate}.")
    print_table("", ["What was found", "files"], [[what, f"{n:,}"] for what, n in rows if n], numeric=(1,))
    if report.by_path:
        named = counted(report.by_path, "file")
        say(f"{named} lack artist or title in their tags: their names and folders were taken for them.")
    _show_left_out(report)
    if report.sounds is not None:
        _show_sounds(report.sounds)
    say(_next_step(report))


def _show_left_out(report: ScanReport) -> None:
    if not report.left_out:
        return
    say(f"Left out, in part or as a whole: {len(report.left_out):,}")
    for one in report.left_out[:SHOWN_LEFT_OUT]:
        say(f"    {one.path} {one.cause}")
    if (more := len(report.left_out) - SHOWN_LEFT_OUT) > 0:
        say(f"    … and {more:,} more; --json tells of all.")


def _show_sounds(sounds: SoundsFound) -> None:
    figures: list[tuple[str, str, Spread | None]] = [
        ("Tempo", "{:.0f} BPM", sounds.tempo),
        ("Loudness", "{:.1f} LUFS", sounds.loudness),
        ("Energy", "{:.2f}", sounds.energy),
    ]
    print_table(
        f"What {counted(sounds.n, 'sound')} of {sounds.hours:,.1f} hours are like",
        ["", "A tenth lies below", "Half", "A tenth lies above", "Known of"],
        [
            [name, *(form.format(one) for one in (spread.low, spread.middle, spread.high)), f"{spread.n:,}"]
            for name, form, spread in figures
            if spread is not None
        ],
        numeric=(1, 2, 3, 4),
    )
    if sounds.keys and sounds.minor is not None:
        common = ", ".join(f"{name} {n:,}" for name, n in sounds.keys[:5])
        say(f"Most common keys: {common}. In minor: {sounds.minor:.0%}.")


def _next_step(report: ScanReport) -> str:
    if not report.changed_anything:
        return "Nothing has changed."
    if report.build_asked_for:
        return (
            "A build that knows these songs is asked for: a running `earmark serve` or `earmark work` makes it now. "
            "If none runs: earmark learn"
        )
    return "Next, what somebody listened to: earmark import SOURCE PATH --listener NAME; then: earmark learn"
