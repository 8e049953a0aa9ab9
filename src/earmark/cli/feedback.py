"""`earmark feedback`: love, hate, hide or exclude a song or an artist."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, say


def feedback(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The listener.")],
    verdict: Annotated[
        str, typer.Argument(help="love, hate, hide, exclude or save; or clear, to take all back.")
    ],
    artist: Annotated[str, typer.Argument(help="The artist.")],
    title: Annotated[
        str | None, typer.Argument(help="The song; without it, everything by the artist.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what you love, hate, want hidden, or want kept out of your taste."""
    from earmark.errors import EarmarkError
    from earmark.listening.feedback import Feedback, Verdict
    from earmark.listening.listens import UnixMs
    from earmark.music.items import Track

    known = [one.value for one in Verdict]
    if verdict not in (*known, "clear"):
        raise EarmarkError(f"{verdict!r} is not a verdict.", f"Say {', '.join(known)} or clear.")
    with open_house(context, home) as house:
        listener = house.store.find_listener(name)
        song = whole = shown = None
        if title is None:
            whole = house.store.find_artist(artist)
            by = house.store.artists([whole])["artist_name"].item()
        else:
            song = house.store.find_song(artist, title)
            by, shown = house.store.songs([song]).select("artist_name", "title").row(0)
        with house.store.writing() as writer:
            about = None if title is None else Track(artist, title)
            if verdict == "clear":
                changed = writer.take_back(listener.id, song=song, artist=whole)
            else:
                said = Feedback(
                    Verdict(verdict), about, None if about else artist, UnixMs(int(time.time() * 1000))
                )
                changed = writer.add_feedback(listener.id, [said])
    if as_json:
        print_json({"listener": name, "verdict": verdict, "artist": by, "title": shown, "changed": changed})
    else:
        thing = f"{by} – {shown}" if shown else f"{by} (everything)"
        if verdict == "clear" and not changed:
            say(f"{name} had said nothing about {thing}, so there is nothing to take back.")
            return
        say(f"{name}: {verdict} {thing}.")
        say("The next mix that is made follows it; editions already made stay as they were.")
