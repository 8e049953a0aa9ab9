"""The demo: the whole job on a made world, whose planted tastes say whether it worked."""

from __future__ import annotations

import msgspec
import numpy as np

from earmark.engines.progress import Progress
from earmark.errors import EarmarkError
from earmark.evaluation.intervals import Interval
from earmark.jobs.editions import show
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.made_world import fill
from earmark.jobs.opened_build import live_manifest
from earmark.jobs.weekly import run_weekly, this_week
from earmark.mixes.shown import Shown
from earmark.music.names import artist_key, song_key
from earmark.world import World, WorldConfig

LISTENERS = 400
FITS = 5.0
"""A track of a listener's taste suits them at least so many times as well as the average track."""


class Demonstration(msgspec.Struct, frozen=True):
    """One listener's mix, and how much of it is the taste that the world gave them."""

    home: str
    listeners: int
    mix: Shown
    planted: tuple[str, ...]
    fitting: int
    fitting_popular: int
    held_out: dict[str, dict[str, Interval]]
    held_out_rows: dict[str, int]


def demonstrate(house: House, seed: int, progress: Progress) -> Demonstration:
    """Do what is not done yet of: fill the record, learn, make this week's mixes; then show one listener's.

    Raises:
        EarmarkError: the home folder holds somebody else than this world's listeners.
    """
    world = World(WorldConfig(seed=seed, listeners=LISTENERS))
    people = house.store.listeners()
    strangers = {one.name for one in people} - {one.name for one in world.listeners()}
    if strangers:
        raise EarmarkError(
            f"{house.home} holds listeners who are not of the made world of seed {seed}, such as {min(strangers)}.",
            "Name a folder of its own for this world: earmark demo --home FOLDER.",
        )
    if len(people) < LISTENERS:
        fill(house.store, world, progress)
        people = house.store.listeners()
    if house.builds.live() is None:
        run_learning(house, progress, budget_seconds=0)
    week = this_week(house.work.time_zone)
    run_weekly(house, people, week, progress)
    index = _telling_listener(world)
    name = world.listener(index).name
    mix = show(house, house.store.find_listener(name), week)
    planted = np.argsort(-world.affinity(index))[:3]
    return Demonstration(
        str(house.home),
        len(people),
        mix,
        tuple(world.catalogue.genre_names()[genre] for genre in planted),
        _fitting(world, index, [(entry.artist, entry.title) for entry in mix.entries]),
        _fitting(world, index, _popular_unheard(world, index)),
        live_manifest(house).held_out,
        live_manifest(house).held_out_rows,
    )


def _telling_listener(world: World) -> int:
    """The first listener who has played a lot."""
    lengths = (len(world.listener(index).plays.track) for index in range(world.config.listeners))
    return next((index for index, plays in enumerate(lengths) if plays >= 600), 0)


def _fitting(world: World, index: int, songs: list[tuple[str, str]]) -> int:
    """How many of the songs the world made to suit this listener."""
    place = {(artist_key(track.artist), song_key(track.title)): at for at, track in enumerate(world.tracks)}
    at = [place[artist_key(artist), song_key(title)] for artist, title in songs]
    return int((world.fits(index, at) >= FITS).sum())


def _popular_unheard(world: World, index: int) -> list[tuple[str, str]]:
    """The thirty most popular songs that the listener has not played."""
    catalogue = world.catalogue
    heard = set(catalogue.song[world.listener(index).plays.track].tolist())
    by_popularity = (int(at) for at in np.argsort(-catalogue.popularity))
    unheard = (world.tracks[at] for at in by_popularity if int(catalogue.song[at]) not in heard)
    return [(track.artist, track.title) for track, _ in zip(unheard, range(30), strict=False)]
