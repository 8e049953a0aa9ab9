"""A made world in the shapes of real export files, for importers to read.

Spotify's extended streaming history: JSON arrays of some 16,000 rows a file, ``ts`` being when the play
ENDED, in whole seconds. Rows are put together from ready pieces, one per track, because a million of them
are needed.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from earmark.listening.listens import Ending, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.world.catalogue import Tracks
from earmark.world.config import WorldConfig
from earmark.world.draws import GroupedDraw
from earmark.world.made import MadeListener, World
from earmark.world.plays import Plays

ROWS_PER_FILE: Final = 16_000
HISTORY_FOLDER: Final = "Spotify Extended Streaming History"

_HISTORY_BEGINS: Final = UnixMs(1_325_376_000_000)
"""2012-01-01, where the rows of ``write_extended_rows`` begin."""

_NO_EPISODE: Final = json.dumps(
    dict.fromkeys(
        (
            "episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title", "audiobook_uri",
            "audiobook_chapter_uri", "audiobook_chapter_title",
        )
    ),
    separators=(",", ":"),
)[1:-1]  # fmt: skip

_REASONS: Final = {
    Ending.UNKNOWN: ("unknown", "unknown", "false"),
    Ending.COMPLETED: ("trackdone", "trackdone", "false"),
    Ending.SKIPPED: ("trackdone", "fwdbtn", "true"),
    Ending.STOPPED: ("trackdone", "logout", "false"),
}
"""``reason_start``, ``reason_end`` and ``skipped``."""


def write_spotify_extended(listener: MadeListener, destination: Path) -> list[Path]:
    """Write a listener's history as Spotify hands it out.

    Args:
        listener: whose plays to write.
        destination: a folder (made if missing) for the ``Streaming_History_Audio_*.json`` files, or a path
            ending in ``.zip`` for the archive as downloaded.

    Returns:
        The files written.
    """
    if destination.suffix != ".zip":
        return _write_files(listener.plays, listener.tracks, destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _history_files(listener.plays, listener.tracks):
            # A date of its own keeps the archive's bytes the same from run to run.
            archive.writestr(zipfile.ZipInfo(f"{HISTORY_FOLDER}/{name}"), content, zipfile.ZIP_DEFLATED)
    return [destination]


def write_playlists_jsonl(playlists: Iterable[Playlist], path: Path) -> int:
    """Write playlists one JSON object a line, tracks as ``[artist, title, uri]``; gzip for ``.gz``.

    Returns:
        How many were written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    compress = path.suffix == ".gz"
    written = 0
    with path.open("wb") as file:
        out = gzip.GzipFile("", "wb", 6, file, mtime=0) if compress else file
        for playlist in playlists:
            tracks = [(track.artist, track.title, track.uri) for track in playlist.tracks]
            row = {"name": playlist.name, "followers": playlist.followers, "tracks": tracks}
            out.write(msgspec.json.encode(row) + b"\n")
            written += 1
        if compress:
            out.close()
    return written


def write_extended_rows(
    rows: int,
    folder: Path,
    *,
    distinct: int = 50_000,
    seed: int = 1,
    progress: Callable[[int], object] | None = None,
) -> list[Path]:
    """Write one very long extended history, for measuring importers.

    Plays follow one another without overlap from 2012 on; popularity has a long tail, and where there are
    rows enough every one of the ``distinct`` tracks is played.

    Args:
        rows: how many plays.
        folder: where the files go; made if missing.
        distinct: size of the catalogue that is played.
        seed: of the catalogue and the plays.
        progress: called with the number of rows in each file written.

    Returns:
        The files written.
    """
    world = World(WorldConfig(seed=seed, listeners=0, tracks=distinct, playlists=0))
    catalogue = world.catalogue
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, 3))))
    draw = GroupedDraw(np.zeros(distinct, np.int32), np.sqrt(catalogue.popularity), 1)
    track = draw(np.zeros(rows, np.int32), rng.random(rows))
    track[: min(rows, distinct)] = np.arange(min(rows, distinct))
    rng.shuffle(track)
    skipped = rng.random(rows) < 0.2
    ms_played = np.where(skipped, rng.integers(1_500, 29_500, rows), catalogue.duration_ms[track]).astype(
        np.int32
    )
    pause = np.where(rng.random(rows) < 0.01, 3_600_000, 1_500)
    started_at = _HISTORY_BEGINS + np.cumsum(ms_played + pause) - ms_played
    ending = np.where(skipped, int(Ending.SKIPPED), int(Ending.COMPLETED)).astype(np.uint8)
    private = rng.random(rows) < 0.005
    plays = Plays(track, started_at, ms_played, ending, private)
    return _write_files(plays, world.tracks, folder, progress)


def _write_files(
    plays: Plays, tracks: Tracks, folder: Path, progress: Callable[[int], object] | None = None
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in _history_files(plays, tracks):
        written.append(folder / name)
        written[-1].write_bytes(content)
        if progress is not None:
            progress(min(ROWS_PER_FILE, len(plays) - ROWS_PER_FILE * (len(written) - 1)))
    return written


def _history_files(plays: Plays, tracks: Tracks) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, in order of time."""
    pieces: dict[int, str] = {}
    for number, first in enumerate(range(0, len(plays), ROWS_PER_FILE)):
        part = slice(first, first + ROWS_PER_FILE)
        place = plays.track[part].tolist()
        for new in set(place).difference(pieces):
            pieces[new] = _track_piece(tracks[new])
        started = plays.started_at[part]
        moments = (started + plays.ms_played[part]).astype("datetime64[ms]")
        ended = np.datetime_as_string(moments, unit="s").tolist()
        columns = zip(
            place,
            ended,
            (started // 1_000).tolist(),
            plays.ms_played[part].tolist(),
            plays.ending[part].tolist(),
            plays.private[part].tolist(),
            strict=True,
        )
        rows = ",\n".join(
            f'{{"ts":"{ts}Z","platform":"android","ms_played":{ms},"conn_country":"ZZ","ip_addr":"0.0.0.0",'
            f"{pieces[track]},{_NO_EPISODE},{_TAILS[ending]}"
            f'"offline_timestamp":{since},"incognito_mode":{"true" if private else "false"}}}'
            for track, ts, since, ms, ending, private in columns
        )
        years = sorted({ended[0][:4], ended[-1][:4]})
        yield f"Streaming_History_Audio_{'-'.join(years)}_{number}.json", f"[{rows}]".encode()


def _track_piece(track: Track) -> str:
    return json.dumps(
        {
            "master_metadata_track_name": track.title,
            "master_metadata_album_artist_name": track.artist,
            "master_metadata_album_album_name": track.release,
            "spotify_track_uri": track.uri,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )[1:-1]


def _tail(ending: Ending) -> str:
    start, end, skipped = _REASONS[ending]
    return (
        f'"reason_start":"{start}","reason_end":"{end}","shuffle":false,"skipped":{skipped},"offline":false,'
    )


_TAILS: Final = tuple(_tail(ending) for ending in Ending)
