"""Traits in sentences; every number in them is a figure of the trait."""

from __future__ import annotations

from typing import Final

from earmark.taste.traits.trait import Measured, TraitName

SUBJECT: Final = {
    TraitName.TEMPO: "The mean tempo of what is played is {} BPM",
    TraitName.ENERGY: "The mean energy of the music is {} (0 to 1)",
    TraitName.VALENCE: "The mean valence of the music, from dark (0) to bright (1), is {}",
    TraitName.ACOUSTICNESS: "The mean acousticness of the music is {} (0 to 1)",
    TraitName.INSTRUMENTAL: "{} of the plays are of music that is rather without voice",
    TraitName.ERA: "The mean year of release is {}",
    TraitName.NEW: "{} of the plays are of songs that were new",
    TraitName.MAINSTREAM: "{} of the plays are of the tenth of all songs that is held most",
    TraitName.ARTISTS: "The plays are spread as widely as over {} artists played equally",
    TraitName.SONGS: "The plays are spread as widely as over {} songs played equally",
    TraitName.NIGHT: "{} of the plays began between midnight and six",
    TraitName.WEEKEND: "{} of the plays began on a Saturday or Sunday",
}
MISSING: Final = {
    TraitName.TEMPO: "known tempo",
    TraitName.ENERGY: "known energy",
    TraitName.VALENCE: "known valence",
    TraitName.ACOUSTICNESS: "known acousticness",
    TraitName.INSTRUMENTAL: "songs of which it is known whether somebody sings",
    TraitName.ERA: "a known year of release",
    TraitName.NEW: "songs of which it is known whether they were new",
    TraitName.MAINSTREAM: "songs of which it is known how many hold them",
}
SHARES: Final = {
    TraitName.INSTRUMENTAL,
    TraitName.NEW,
    TraitName.MAINSTREAM,
    TraitName.NIGHT,
    TraitName.WEEKEND,
}
WHOLE: Final = {TraitName.TEMPO, TraitName.ERA}


def about_trait(
    name: TraitName,
    ever: Measured,
    *,
    lately: Measured,
    before: Measured,
    percentile: float | None,
    others: int,
    lately_days: int,
) -> str:
    """What the trait is, what it was, and how many of the others are below it."""
    of = f" of {MISSING[name]}" if name in MISSING else ""
    if ever.value is None:
        return f"Too little is known to tell the {name} trait: {_plays(ever.plays)}{of}."
    said = f"{SUBJECT[name].format(figure(name, ever.value))}, over {_plays(ever.plays)}{of}"
    if lately.value is not None and before.value is not None:
        said += (
            f"; in the last {lately_days} days {figure(name, lately.value)} ({_plays(lately.plays)}), "
            f"before {figure(name, before.value)} ({_plays(before.plays)})"
        )
    if percentile is not None:
        said += f"; of {others} others, {percentile:.0%} are below that"
    return f"{said}."


def about_spread(what: str, names: tuple[str, ...], shares: tuple[float, ...], plays: int) -> str:
    """Where most plays are."""
    if not plays:
        known = "songs whose lyrics are known" if what == "languages" else "anything"
        return f"Nothing can be told of {what}: there are no plays of {known}."
    top = sorted(range(len(names)), key=lambda at: (-shares[at], at))[:3]
    listed = ", ".join(f"{names[at]} ({shares[at]:.0%})" for at in top if shares[at] > 0)
    of = " of songs whose lyrics are known" if what == "languages" else ""
    return f"Most played {what}, over {_plays(plays)}{of}: {listed}."


def figure(name: TraitName, value: float) -> str:
    """A value as it is told."""
    if name in SHARES:
        return f"{value:.0%}"
    if name in WHOLE:
        return f"{value:.0f}"
    if name in (TraitName.ARTISTS, TraitName.SONGS):
        return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{value:.2f}"


def _plays(n: int) -> str:
    return f"{n:,} play" if n == 1 else f"{n:,} plays"
