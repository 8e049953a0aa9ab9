from typing import Any

from numpy.typing import NDArray

_Array = NDArray[Any]

def find_neighbours(
    start: int,
    stop: int,
    n_songs: int,
    n_rows: int,
    k: int,
    shrink: float,
    song_starts: _Array,
    song_rows: _Array,
    song_weights: _Array,
    row_starts: _Array,
    row_songs: _Array,
    row_weights: _Array,
    left: _Array,
    right: _Array,
    ids: _Array,
    similarities: _Array,
    /,
) -> None: ...
def score_neighbours(
    start: int,
    stop: int,
    n_songs: int,
    n_rows: int,
    k: int,
    n: int,
    history_starts: _Array,
    history_songs: _Array,
    history_weights: _Array,
    exclude_starts: _Array,
    exclude_songs: _Array,
    neighbour_ids: _Array,
    similarities: _Array,
    ids: _Array,
    scores: _Array,
    /,
) -> None: ...
def mark_excluded(
    start: int, stop: int, n_rows: int, words: int, starts: _Array, songs: _Array, bits: _Array, /
) -> None: ...
def offer_tile(
    n_rows: int,
    n_columns: int,
    n_listeners: int,
    words: int,
    n: int,
    room: int,
    tile: _Array,
    listeners: _Array,
    songs: _Array,
    excluded: _Array,
    keys: _Array,
    fill: _Array,
    floors: _Array,
    least: _Array,
    /,
) -> None: ...
def finish_top(
    n_rows: int, n: int, room: int, keys: _Array, fill: _Array, ids: _Array, scores: _Array, /
) -> None: ...
def fill_bitsets(
    n_songs: int, n_rows: int, starts: _Array, rows: _Array, slots: _Array, bits: _Array, /
) -> None: ...
def find_evidence(
    start: int,
    stop: int,
    n_pairs: int,
    n_songs: int,
    n_rows: int,
    k: int,
    history_starts: _Array,
    history_songs: _Array,
    history_weights: _Array,
    neighbour_ids: _Array,
    similarities: _Array,
    n_playlist_rows: int,
    playlist_starts: _Array,
    playlist_rows: _Array,
    playlist_slots: _Array,
    playlist_bits: _Array,
    own_playlist_starts: _Array,
    own_playlists: _Array,
    n_listener_rows: int,
    listener_starts: _Array,
    listener_rows: _Array,
    listener_slots: _Array,
    listener_bits: _Array,
    own_row_starts: _Array,
    own_rows: _Array,
    pair_listeners: _Array,
    pair_songs: _Array,
    first: _Array,
    second: _Array,
    n_playlists: _Array,
    n_listeners: _Array,
    /,
) -> None: ...
