"""What every verb takes and how every verb speaks: the home folder, JSON, tables, progress bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from earmark.engines.progress import Advance
    from earmark.evaluation.intervals import Interval
    from earmark.jobs.house import House

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the record and the builds [EARMARK_HOME].", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@dataclass(frozen=True)
class Wiring:
    """What the entry point hands to the verbs: rooms that know more than they may."""

    open_house: Callable[[Path | None], AbstractContextManager[House]]
    serve: Callable[[Path | None, str, int, int], None]
    log: Callable[[], None]


def wiring(context: typer.Context) -> Wiring:
    """What the entry point wired."""
    wired: Wiring = context.find_root().obj
    return wired


def open_house(context: typer.Context, home: Path | None) -> AbstractContextManager[House]:
    """The home folder, opened with the settings in force."""
    return wiring(context).open_house(home)


def typed_unseen(what: str, *, twice: bool = False) -> str:
    """A password: typed at the terminal, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True)
    return typed


def say(text: str = "") -> None:
    """A line to standard output."""
    with writing_to_output():
        typer.echo(text)


def say_exactly(text: str) -> None:
    """A document to standard output: in UTF-8, whatever the terminal's encoding is."""
    with writing_to_output():
        typer.echo(text.encode(), nl=False)


@contextmanager
def writing_to_output() -> Iterator[None]:
    """Say that the output cannot be written, if so; a reader that has seen enough and left is no fault.

    Raises:
        EarmarkError: the disk that the output goes to is full, or the like.
    """
    from earmark.errors import writing_to

    with writing_to(Path("the output")):
        try:
            yield
        except BrokenPipeError:
            raise SystemExit(0) from None


def counted(number: int, noun: str, plural: str = "") -> str:
    """The number and the noun, in the singular where it is one."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def print_json(value: Any) -> None:
    """A report as JSON, one document, indented."""
    import msgspec

    say_exactly(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def say_held_out(scores: Mapping[str, Mapping[str, Interval]], rows: Mapping[str, int]) -> None:
    """How good a build was found to be on what was held out, by purpose."""
    what = {
        "discovery": lambda n: f"what {counted(n, 'held-out listener')} found later",
        "continuation": lambda n: f"what {counted(n, 'held-out playlist')} went on with",
    }
    for purpose, named in scores.items():
        say(f"  on {what[purpose](rows[purpose])}:")
        for name, score in named.items():
            say(f"    {name}: {score.mean:.4f} ({score.low:.4f} to {score.high:.4f})")


def print_table(
    title: str, headers: list[str], rows: list[list[str]], *, numeric: tuple[int, ...] = ()
) -> None:
    """A table, as wide as the terminal allows; columns in ``numeric`` are set to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for index, header in enumerate(headers):
        # Figures and their headings are never broken; there is a little room to lose in words.
        least = max(map(len, header.split()), default=0) if index in numeric else None
        justify: Literal["right", "left"] = "right" if index in numeric else "left"
        table.add_column(header, justify=justify, overflow="fold", min_width=least)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    with writing_to_output():
        Console().print(table)


class Bars:
    """Progress bars on standard error, with rate and time left; on a terminal only."""

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "") -> Iterator[Advance]:
        """A bar for one stage."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            SpinnerColumn,
            Task,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            """How many in a second, once that is known."""

            def render(self, task: Task) -> Text:
                speed = task.finished_speed or task.speed
                return Text("" if speed is None else f"{speed:,.1f} {unit}/s", "progress.data.speed")

        amount = (
            [DownloadColumn(), TransferSpeedColumn()]
            if unit == "bytes"
            else [MofNCompleteColumn(), TextColumn(unit), *([Rate()] if unit else [])]
        )
        so_far = [TextColumn("{task.completed:,.0f}"), TextColumn(unit), Rate()] if unit else []
        timed = [TimeRemainingColumn()] if total else [TimeElapsedColumn()]
        columns = [
            SpinnerColumn(),
            TextColumn("{task.description}"),
            *([BarColumn(), *amount] if total else so_far),
            *timed,
        ]
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(name, total=total)

            def advance(done: int) -> None:
                bars.advance(task, done)

            yield advance
