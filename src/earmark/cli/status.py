"""`earmark status`: what is stored, and what was learned from it."""

from __future__ import annotations

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, print_table, say, say_held_out


def status(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """Show what is stored, which build is live, and its scores."""
    with open_house(context, home) as house:
        counts = house.store.counts()
        people = house.store.listeners()
        live = house.builds.live()
        manifest = house.builds.manifest(live) if live else None
        every = house.builds.all()
        folder = str(house.home)
    listeners = [one.name for one in people if one.community is None]
    if as_json:
        print_json(
            {
                "home": folder,
                "stored": counts,
                "listeners": listeners,
                "live": manifest,
                "builds": every,
            }
        )
        return
    import msgspec

    print_table(
        f"Stored in {folder}",
        ["what", "how many"],
        [[name.replace("_", " "), f"{value:,}"] for name, value in msgspec.structs.asdict(counts).items()],
        numeric=(1,),
    )
    say()
    if listeners:
        say(f"Listeners: {', '.join(listeners[:20])}{' …' if len(listeners) > 20 else ''}")
    if manifest is None:
        say("Nothing is learned yet: run `earmark learn`.")
        return
    say(f"Live build {manifest.id}:")
    say_held_out(manifest.held_out, manifest.held_out_rows)
    for note in manifest.notes:
        say(f"  note: {note}")
