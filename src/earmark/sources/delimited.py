"""Any delimited file with a header, once it is said which column holds what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final

import msgspec

from earmark.errors import UnreadableInputError
from earmark.listening.listens import LONGEST_PLAY_MS, Ending, Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import RowFaultError, Window, clean, play_length, track_of, window
from earmark.sources.files import SourceFile
from earmark.sources.gathering import gathered
from earmark.sources.json_rows import CUT_OFF
from earmark.sources.shapes import first_line
from earmark.sources.tables import DELIMITERS, Cells, read_cells, read_header
from earmark.sources.times import moment_of

TITLE: Final = "a delimited file with a header"

FIELDS: Final = (
    "ended",
    "started",
    "artist",
    "title",
    "release",
    "ms_played",
    "seconds_played",
    "duration_ms",
    "uri",
    "listener",
    "private",
    "skipped",
)
"""What a column can hold. Times are Unix seconds or milliseconds, or ISO 8601; without a zone, UTC."""

RESOLUTIONS: Final = {"second": 1_000, "minute": 60_000}
WRONG_WIDTH: Final = "wrong number of columns"
NO_COLUMN: Final = "a table without the columns asked for"
NO_LISTENER: Final = "no listener"
UNREADABLE_LENGTH: Final = "play length not understood"

_EXAMPLE: Final = "ended=ts,artist=artist,title=track,ms_played=ms_played"
_TRUE: Final = frozenset({"1", "true", "yes", "t", "y"})
_LARGEST_SECONDS: Final = 100_000_000_000
_MOST_REMEMBERED: Final = 1 << 16


class ColumnMap(msgspec.Struct, frozen=True):
    """Which column holds which field, and how finely the times are written."""

    columns: Mapping[str, str]
    resolution_ms: int = 1_000

    @property
    def origin(self) -> Origin:
        """The kind of record; files read by other mappings are of other kinds."""
        pairs = ",".join(f"{field}={self.columns[field]}" for field in FIELDS if field in self.columns)
        return Origin(f"csv:{pairs}", self.resolution_ms)


class Layout(msgspec.Struct, frozen=True):
    """Where in a row the fields stand."""

    delimiter: str
    width: int
    places: Mapping[str, int]
    origin: Origin
    header: bool = True


def parse_columns(text: str) -> ColumnMap:
    """A mapping as it is written on the command line: ``field=column``, comma-separated.

    ``resolution=minute`` says that the times have no seconds.

    Raises:
        UnreadableInputError: it cannot be understood; the message names the part.
    """

    def wrong(what: str) -> UnreadableInputError:
        return UnreadableInputError(
            f"--columns: {what}.", f'Write it like "{_EXAMPLE}". The fields are: {", ".join(FIELDS)}.'
        )

    columns: dict[str, str] = {}
    resolution_ms = 1_000
    for pair in text.split(","):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise wrong(f'"{pair.strip()}" does not say which column holds which field')
        if field == "resolution":
            if column not in RESOLUTIONS:
                raise wrong(f'"{column}" is no resolution; it is "second" or "minute"')
            resolution_ms = RESOLUTIONS[column]
        elif field not in FIELDS:
            raise wrong(f'there is no field "{field}"')
        elif field in columns:
            raise wrong(f'"{field}" is given twice')
        else:
            columns[field] = column
    if ("ended" in columns) == ("started" in columns):
        raise wrong('give either "ended" or "started"')
    if "ms_played" in columns and "seconds_played" in columns:
        raise wrong('give "ms_played" or "seconds_played", not both')
    for needed in ("artist", "title"):
        if needed not in columns:
            raise wrong(f'"{needed}" is missing')
    return ColumnMap(columns, resolution_ms)


def recognises(name: str, head: bytes) -> bool:
    """Whether a file looks like a table at all; which columns it has is for its reader to judge."""
    line = first_line(head)
    return (
        b"\0" not in head
        and any(mark in line for mark in DELIMITERS)
        and not line.startswith(("{", "[", "<"))
    )


def read(files: Sequence[SourceFile], now: UnixMs | None, columns: str | None = None) -> Iterator[Batch]:
    """The listens in the files, all by one mapping.

    Raises:
        UnreadableInputError: the mapping cannot be understood, or no file has all its columns.
    """
    if columns is None:
        raise UnreadableInputError(
            "A delimited file needs --columns to say which column holds what.",
            f'For example --columns "{_EXAMPLE}". The fields are: {", ".join(FIELDS)}.',
        )
    mapping = parse_columns(columns)
    possible = window(now)
    headers = [read_header(file.head(), mapping.columns.values()) for file in files]
    missing = [_missing(header, mapping) for header, _ in headers]
    if files and all(missing):
        raise UnreadableInputError(
            f"{files[0].name} has no {missing[0]}.", f"Its columns are: {', '.join(headers[0][0])[:600]}."
        )
    for file, (header, delimiter), lack in zip(files, headers, missing, strict=True):
        if lack:
            skip = Skipped(file.name, 0, NO_COLUMN, f"no {lack}"[:80])
            yield Batch(file.name, mapping.origin, skipped=[skip], bytes_read=file.size)
        else:
            yield from read_listens(file, _layout(header, delimiter, mapping), possible)


def _missing(header: list[str], mapping: ColumnMap) -> str | None:
    for field, column in mapping.columns.items():
        if column not in header:
            return f'column "{column}" (for the field "{field}")'
    return None


def _layout(header: list[str], delimiter: str, mapping: ColumnMap) -> Layout:
    places = {field: header.index(column) for field, column in mapping.columns.items()}
    return Layout(delimiter, len(header), places, mapping.origin)


def read_listens(file: SourceFile, layout: Layout, possible: Window) -> Iterator[Batch]:
    """The listens of one table."""
    rows = _Rows(file.name, layout, possible)
    cells = read_cells(file, layout.delimiter, header=layout.header)
    return gathered(rows.batch(block) for block in cells)


class _Rows:
    """Turns rows of cells into listens by one layout."""

    def __init__(self, name: str, layout: Layout, possible: Window) -> None:
        self._name = name
        self._layout = layout
        self._window = possible
        self._tracks = _Tracks(layout.places)
        self._key = self._tracks.key
        place = layout.places.get
        self._ended = "ended" in layout.places
        self._when = layout.places["ended" if self._ended else "started"]
        self._played, self._unit = place("ms_played", -1), 1
        if "seconds_played" in layout.places:
            self._played, self._unit = layout.places["seconds_played"], 1_000
        self._listener, self._private, self._skip = (
            place("listener", -1),
            place("private", -1),
            place("skipped", -1),
        )

    def batch(self, block: Cells) -> Batch:
        """The listens of a block of cells."""
        listens: list[Listen] = []
        skipped = block.skipped
        width, last = self._layout.width, None if block.whole else block.first + len(block.rows) - 1
        for number, cells in enumerate(block.rows, start=block.first):
            if len(cells) == width:
                try:
                    listens.append(self._listen(cells))
                except RowFaultError as fault:
                    skipped.append(fault.at(self._name, number))
            else:
                cause = CUT_OFF if number == last and len(cells) < width else WRONG_WIDTH
                skipped.append(Skipped(self._name, number, cause, f"{len(cells)} instead of {width}"))
        return Batch(
            self._name,
            self._layout.origin,
            len(block.rows),
            listens,
            skipped=skipped,
            bytes_read=block.bytes_read,
        )

    def _listen(self, cells: list[str]) -> Listen:
        try:
            number = int(cells[self._when])
            moment = number * 1_000 if -_LARGEST_SECONDS < number < _LARGEST_SECONDS else number
        except ValueError:
            moment = moment_of(cells[self._when])
        ms_played: int | None = None
        if self._played >= 0:
            try:
                ms_played = int(cells[self._played]) * self._unit
            except ValueError:
                ms_played = self._odd_length(cells[self._played])
            if ms_played is not None and not 0 <= ms_played <= LONGEST_PLAY_MS:
                play_length(ms_played)
        track = self._tracks[self._key(cells)]
        if self._ended:
            moment -= ms_played or 0
        possible = self._window
        if not possible.earliest <= moment <= possible.latest:
            possible.check(moment)
        ending, private, listener = Ending.UNKNOWN, False, None
        if self._skip >= 0 and cells[self._skip].strip().lower() in _TRUE:
            ending = Ending.SKIPPED
        if self._private >= 0:
            private = cells[self._private].strip().lower() in _TRUE
        if self._listener >= 0:
            listener = clean(cells[self._listener])
            if listener is None:
                raise RowFaultError(NO_LISTENER)
        return Listen(track, UnixMs(moment), ms_played, ending, private, listener)

    def _odd_length(self, cell: str) -> int | None:
        """A length that is not a whole number: a fraction, or nothing."""
        if not cell.strip():
            return None
        try:
            return round(float(cell) * self._unit)
        except (ValueError, OverflowError) as error:
            raise RowFaultError(UNREADABLE_LENGTH, cell) from error


class _Tracks(dict[tuple[str, ...], Track]):
    """Tracks by the cells that name them, each checked and built once."""

    def __init__(self, places: Mapping[str, int]) -> None:
        super().__init__()
        fields = [field for field in ("artist", "title", "release", "uri", "duration_ms") if field in places]
        self._place_of = {field: place for place, field in enumerate(fields)}
        self.key = itemgetter(*(places[field] for field in fields))

    def __missing__(self, key: tuple[str, ...]) -> Track:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        given = {field: key[place] for field, place in self._place_of.items()}
        try:
            duration_ms = round(float(given.get("duration_ms") or 0))
        except (ValueError, OverflowError):
            duration_ms = 0
        track = self[key] = track_of(
            given["artist"], given["title"], given.get("release"), given.get("uri"), duration_ms
        )
        return track
