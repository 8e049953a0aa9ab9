"""The verbs, in the order in which a newcomer meets them."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from earmark.cli import (
    about,
    connect,
    demo,
    edit,
    evaluate,
    export,
    extend,
    feedback,
    forget,
    genres,
    import_,
    jobs,
    learn,
    models,
    people,
    read,
    scan,
    serve,
    similar,
    status,
    taste,
    weekly,
    work,
)
from earmark.cli import (
    next as next_,
)

app = typer.Typer(
    name="earmark",
    help="Your own music: thirty new songs each week, with a reason for each, from what you and others listen to.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"earmark {version('earmark')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del show_version


app.command("import")(import_.import_)
app.command("scan")(scan.scan)
app.command("read")(read.read)
app.command("learn")(learn.learn)
app.command("weekly")(weekly.weekly)
app.command("next")(next_.next_)
app.command("similar")(similar.similar)
app.command("about")(about.about)
app.command("genres")(genres.genres)
app.command("taste")(taste.taste)
app.command("edit")(edit.edit)
app.command("feedback")(feedback.feedback)
app.command("export")(export.export)
app.command("extend")(extend.extend)
app.add_typer(connect.app, name="connect")
app.command("status")(status.status)
app.command("work")(work.work)
app.command("jobs")(jobs.jobs)
app.command("evaluate")(evaluate.evaluate)
app.command("forget")(forget.forget)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.add_typer(people.app, name="people")
app.add_typer(models.app, name="models")
