"""`earmark similar`: what sounds like a song, and a way from one song to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.jobs.sounding import SoundingSong


def similar(
    context: typer.Context,
    artist: Annotated[str, typer.Argument(help="The artist.")],
    title: Annotated[str, typer.Argument(help="The song.")],
    to: Annotated[
        tuple[str, str] | None,
        typer.Option("--to", help="ARTIST TITLE of another song: show a way from one to the other."),
    ] = None,
    songs: Annotated[int, typer.Option(min=1, max=500, help="How many songs.")] = 20,
    slowest: Annotated[float | None, typer.Option(min=1, help="Only songs at least so fast, in BPM.")] = None,
    fastest: Annotated[float | None, typer.Option(min=1, help="Only songs at most so fast, in BPM.")] = None,
    mood: Annotated[
        list[str] | None,
        typer.Option("--mood", help="Only songs in this mood, such as calm or happy; may be said again."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show what sounds like a song; or, with --to, songs that lead from it to another, each like the one before."""
    from earmark.errors import EarmarkError
    from earmark.jobs.locks import using
    from earmark.jobs.opened_build import OpenedBuild
    from earmark.jobs.sounding import FEWEST_STEPS, MOST_STEPS, path, sounds_like
    from earmark.ranking.sound_wishes import Wishes

    wishes = Wishes(slowest, fastest, tuple(mood or ()))
    if to and wishes != Wishes():
        raise EarmarkError(
            "A way between two songs has no tempo or mood of its own.",
            "Leave out --slowest, --fastest and --mood.",
        )
    if to and not FEWEST_STEPS <= songs <= MOST_STEPS:
        raise EarmarkError(f"A way cannot have {songs} songs.", f"Ask for {FEWEST_STEPS} to {MOST_STEPS}.")
    with open_house(context, home) as house, using(house.home):
        build = OpenedBuild.live(house)
        song = house.store.find_song(artist, title)
        goal = None if to is None else house.store.find_song(*to)
        found = sounds_like(build, song, songs, wishes) if goal is None else path(build, song, goal, songs)
    if as_json:
        print_json(found)
    elif not found:
        say("Nothing that was heard is as you wish.")
    else:
        what = f"From “{title}” to “{to[1]}”" if to else f"Sounds like “{title}” by {artist}"
        _show(what, found)


def _show(title: str, songs: list[SoundingSong]) -> None:
    def figure(value: float | None, form: str) -> str:
        return "" if value is None else f"{value:{form}}"

    print_table(
        title,
        ["", "Song", "Artist", "BPM", "Key", "Energy", "Like"],
        [
            [
                str(place),
                one.title,
                one.artist_name,
                figure(one.tempo, ".0f"),
                one.camelot or "",
                figure(one.energy, ".2f"),
                figure(one.likeness, ".2f"),
            ]
            for place, one in enumerate(songs, 1)
        ],
        numeric=(0, 3, 5, 6),
    )
