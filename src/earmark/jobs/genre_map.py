"""All micro-genres of the live build: what each is like, where it lies on the map, how much of it a listener plays."""

from __future__ import annotations

import msgspec

from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.tasting import taste_of
from earmark.signals.culture.genres import GenreTree, shipped
from earmark.taste.microgenres.chart import Spot, drawn


class MicroGenreShown(msgspec.Struct, frozen=True):
    """One micro-genre."""

    id: int
    name: str
    """As the listener calls it, where one was asked for who renamed it."""
    parent: str | None
    """The genre that it is under."""
    root: str | None
    """The kind of music that this belongs to at last."""
    terms: tuple[str, ...]
    """What its artists are called more than others are."""
    artists: tuple[str, ...]
    """Those who are its middle, most so first."""
    size: int
    """How many artists belong to it more than to any other."""
    x: float
    y: float
    """Where it lies on the map, −1 to 1: what is near is alike."""
    share: float | None = None
    """Of the attention of the listener that was asked for, 0 to 1."""


def micro_genres(
    house: House, build: OpenedBuild, listener: str | None = None
) -> tuple[MicroGenreShown, ...]:
    """All of them, by how many artists they have, or by what the listener plays.

    Raises:
        UnknownNameError: there is no such listener.
        NotLearnedError: a part of the build cannot be read.
    """
    found, tree = build.micro_genres.genres, shipped()
    artists = sorted({artist for genre in found for artist in genre.artists})
    names = dict(house.store.artists(artists).iter_rows())
    played = (
        {} if listener is None else {one.id: one for one in taste_of(house, listener, build).micro_genres}
    )
    shown = [
        MicroGenreShown(
            genre.id,
            played[genre.id].name if genre.id in played else genre.name,
            genre.parent,
            _root(genre.parent, tree),
            tuple(term.term for term in genre.terms),
            tuple(names[artist] for artist in genre.artists if artist in names),
            genre.size,
            genre.x,
            genre.y,
            None if listener is None else played[genre.id].share if genre.id in played else 0.0,
        )
        for genre in found
    ]
    return tuple(sorted(shown, key=lambda one: (-(one.share or 0.0), -one.size, one.id)))


def picture(shown: tuple[MicroGenreShown, ...], listener: str | None) -> str:
    """The map as an SVG document; with a listener, what they play stands out."""
    whose = "Micro-genres" if listener is None else f"What {listener} plays, among all micro-genres"
    return drawn(
        whose,
        [
            Spot(
                one.name,
                one.x,
                one.y,
                float(one.size) if one.share is None else one.share,
                one.root,
                _told(one),
            )
            for one in shown
        ],
    )


def _told(one: MicroGenreShown) -> str:
    share = "" if not one.share else f", {one.share:.1%} of attention"
    return f"{one.name} ({one.size:,} artists{share}): {', '.join(one.artists[:4])}"


def _root(genre: str | None, tree: GenreTree) -> str | None:
    """The farthest above a genre that is one itself, not a place."""
    if genre is None or genre not in tree:
        return genre
    return next((above for above in reversed(tree.ancestors(genre)) if above in tree), genre)
