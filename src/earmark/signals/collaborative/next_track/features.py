"""What the ranker is told about each candidate: its habits, its place in remembered sequences, its artist, the manner.

Raw counts and spans: trees do not ask for logarithms.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.collaborative.next_track.habits import RECENT
from earmark.signals.collaborative.next_track.moment import LAST_ARTISTS, Moment
from earmark.signals.collaborative.next_track.plays import Ints

Floats = NDArray[np.float32]
TRAITS: Final = ("known_step", "first_play", "repeat", "same_artist")
"""What `Heard.traits` tells of a play."""


def describe(
    moment: Moment, songs: Ints, activation: NDArray[np.float64]
) -> dict[str, NDArray[np.generic] | float]:
    """By name, one value a candidate, ``(n_candidates,)``, or one for the whole moment.

    Args:
        moment: of one listener.
        songs: ``(n_candidates,)`` positions in ``moment.plays.songs``.
        activation: ``(n_candidates,)``.
    """
    habits, near, following = moment.habits, moment.nearness, moment.following
    after, manner, artist = moment.after_any, moment.manner, moment.plays.artist
    last = np.full(LAST_ARTISTS, -1)
    last[: len(moment.last)] = artist[moment.last]
    hour, day, days, season = (span[songs] for span in habits.decayed)
    plays, skips = habits.total[songs], habits.skips[songs]
    return {
        "activation": activation,
        "base_level": habits.base_level[songs],
        "plays_this_hour": hour,
        "plays_this_day": day,
        "plays_these_days": days,
        "plays_this_season": season,
        "plays": plays,
        "share_at_this_hour": (habits.at_hour[songs] + 1 / 8) / (plays + 1),
        "since": habits.since[songs],
        "since_sounded": habits.since_sounded[songs],
        "plays_since": habits.plays_since[songs],
        "known_for": habits.known_for[songs],
        "skip_share": (skips + 0.3) / (skips + plays + 1),
        "late_skips": habits.late_skips[songs],
        "artist_this_hour": moment.of_artists(habits.decayed[0])[songs],
        "artist_these_days": moment.of_artists(habits.decayed[RECENT])[songs],
        "artist_plays": moment.of_artists(habits.total)[songs],
        "by_last_artist": artist[songs] == last[0],
        "share_of_last_artists": np.mean(artist[songs] == last[:, None], axis=0),
        "follows": following.shares[0, songs],
        "follows_second": following.shares[1, songs],
        "follows_third": following.shares[2, songs],
        "follow_second_age": following.ages[1, songs],
        "followed_late": following.late[songs],
        "places_ago": following.places_ago[songs],
        "after_two": following.after_two[songs],
        "after_two_age": following.after_two_age[songs],
        "near": near.plain[songs],
        "near_late": near.late[songs],
        "near_most": near.most[songs],
        "near_songs": near.songs[songs],
        "after_any": after.late[songs],
        "after_any_age": after.age[songs],
        "skips_after_any_age": after.skip_age[songs],
        "places": moment.echoes.counts[0] if len(moment.echoes.counts) else 0,
        "artist_run": manner.artist_run,
        **{f"lately_{trait}": share for trait, share in zip(TRAITS, manner.lately, strict=True)},
        **{f"usually_{trait}": share for trait, share in zip(TRAITS, manner.usually, strict=True)},
        "skipping": manner.skipping,
        "skipped_last": manner.skipped_last,
        "sitting": manner.sitting,
        "silence": manner.silence_s,
    }


def table_of(described: dict[str, NDArray[np.generic] | float], n: int) -> Floats:
    """The same as a table, ``(n, n_features)``."""
    table = np.empty((n, len(described)), np.float32)
    for column, value in enumerate(described.values()):
        table[:, column] = value
    return table
