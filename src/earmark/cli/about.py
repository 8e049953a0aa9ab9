"""`earmark about`: what the world says of an artist, with where it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.jobs.telling import About
    from earmark.signals.culture.vectors import Evidence


def about(
    context: typer.Context,
    artist: Annotated[str, typer.Argument(help="The artist.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show what the world says of an artist: micro-genres, terms with their evidence, opinion, who is alike and why."""
    from earmark.jobs.locks import using
    from earmark.jobs.opened_build import OpenedBuild
    from earmark.jobs.telling import about_artist

    with open_house(context, home) as house, using(house.home):
        found = about_artist(house, house.store.find_artist(artist), OpenedBuild.live(house))
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: About) -> None:
    if found.micro_genres:
        say(f"{found.artist}: {', '.join(f'{one.name} ({one.share:.0%})' for one in found.micro_genres)}.")
    else:
        say(f"{found.artist}: in no micro-genre; too little is known.")
    if found.genres:
        say(f"Genres: {', '.join(f'{genre} {weight:.2f}' for genre, weight in found.genres[:8])}")
    if found.likely:
        likely = ", ".join(genre for genre, _ in found.likely)
        say(f"Likely, though nobody says so: {likely}.")
    if found.opinion:
        opinion = found.opinion
        texts = f"{counted(opinion.documents, 'text')} by {counted(opinion.sources, 'publisher')}"
        say(f"Opinion: {opinion.value:+.2f} (−1 bad, 1 good), of {texts}.")
    if found.rise:
        rise = found.rise
        texts = f"{counted(rise.mentions, 'text')} by {counted(rise.sources, 'publisher')}"
        say(f"Rising: {rise.ratio:.1f} times what was expected is said lately, in {texts}.")
    if found.terms:
        rows = [[one.term, f"{one.weight:.2f}", _evidence(one.evidence)] for one in found.terms]
        print_table("What is said", ["", "weight", "by"], rows, numeric=(1,))
    if found.alike:
        alike = [[one.artist, f"{one.likeness:.2f}", ", ".join(one.shared)] for one in found.alike]
        print_table("Of whom the same is said", ["", "likeness", "shared"], alike, numeric=(1,))
    if not found.terms:
        say("Nothing that was read or tagged says anything of them; `earmark read` and tags tell more.")


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    return "; ".join(f"{one.source}: “{one.quote}”" if one.quote else one.source for one in evidence[:2])
