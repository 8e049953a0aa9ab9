from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.listening.listens import Ending, Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources import checks
from earmark.sources.batch import Batch
from earmark.sources.delimited import (
    NO_COLUMN,
    NO_LISTENER,
    UNREADABLE_LENGTH,
    WRONG_WIDTH,
    parse_columns,
    read,
    recognises,
)
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import CUT_OFF

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]

COLUMNS = "ended=ts,artist=artist,title=track,ms_played=ms_played"
T = 1_600_000_000


@pytest.fixture
def table(memory: Memory, join: Join, now: UnixMs) -> Callable[..., Batch]:
    def read_table(text: str | bytes, columns: str = COLUMNS) -> Batch:
        return join(read([memory("plays.tsv", text)], now, columns))

    return read_table


def test_the_usual_table(table: Callable[..., Batch]) -> None:
    batch = table(f"user\tts\tartist\ttrack\tms_played\nu1\t{T}\tVera Lind\tCopper\t65000\n")
    expected = Listen(Track("Vera Lind", "Copper"), UnixMs(T * 1_000 - 65_000), 65_000)
    assert (batch.listens, batch.rows, batch.skipped) == ([expected], 1, [])
    assert batch.origin == Origin("csv:ended=ts,artist=artist,title=track,ms_played=ms_played", 1_000)


def test_every_field(table: Callable[..., Batch]) -> None:
    text = (
        "who;when;by;what;on;secs;len;id;hush;skip\n"
        f'u1;{T};Vera Lind;"Copper; Tin";Ore;65.5;180000;x:1;TRUE;no\n'
        f"u2;{T};Vera Lind;Zinc;;;0;;0;1\n"
    )
    columns = (
        "started=when, artist=by, title=what, release=on, seconds_played=secs, duration_ms=len, uri=id, "
        "listener=who, private=hush, skipped=skip, resolution=minute"
    )
    batch = table(text, columns)
    assert batch.listens == [
        Listen(
            Track("Vera Lind", "Copper; Tin", "Ore", "x:1", 180_000),
            UnixMs(T * 1_000),
            65_500,
            private=True,
            listener="u1",
        ),
        Listen(Track("Vera Lind", "Zinc"), UnixMs(T * 1_000), None, Ending.SKIPPED, listener="u2"),
    ]
    assert batch.origin.resolution_ms == 60_000


@pytest.mark.parametrize(
    "when",
    [
        str(T),
        str(T * 1_000),
        f"{T}.0",
        "2020-09-13T12:26:40Z",
        "2020-09-13 12:26:40",
        "2020-09-13T14:26:40+02:00",
    ],
)
def test_times_in_their_spellings(table: Callable[..., Batch], when: str) -> None:
    batch = table(f"ts,artist,track,ms_played\n{when},a,t,\n")
    assert [listen.started_at for listen in batch.listens] == [T * 1_000]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("", None),
        ("5,a,t,1", checks.TOO_EARLY),
        (f"{T * 2},a,t,1", checks.TOO_LATE),
        ("soon,a,t,1", checks.UNREADABLE_DATE),
        (" ,a,t,1", checks.NO_DATE),
        (f"{T},,t,1", checks.NO_ARTIST),
        (f"{T},a,,1", checks.NO_TITLE),
        (f"{T},a,{'t' * 10_000},1", checks.TITLE_TOO_LONG),
        (f"{T},a,t,-1", checks.NEGATIVE_LENGTH),
        (f"{T},a,t,99999999999", checks.TOO_LONG_PLAY),
        (f"{T},a,t,long", UNREADABLE_LENGTH),
        (f"{T},a,t,inf", UNREADABLE_LENGTH),
        (f"{T},a,t", WRONG_WIDTH),
        (f"{T},a,t,1,2", WRONG_WIDTH),
    ],
)
def test_a_bad_row_costs_only_itself(table: Callable[..., Batch], line: str, cause: str | None) -> None:
    good = f"{T},a,t,1"
    batch = table("\n".join(["ts,artist,track,ms_played", good, line, good, ""]))
    assert len(batch.listens) == 2
    assert [(skip.row, skip.cause) for skip in batch.skipped] == ([] if cause is None else [(2, cause)])


def test_a_last_row_that_is_not_whole(table: Callable[..., Batch]) -> None:
    batch = table(f"ts,artist,track,ms_played\n{T},a,t,1\n{T},a")
    assert len(batch.listens) == 1
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [(2, CUT_OFF)]


def test_a_row_without_a_listener(table: Callable[..., Batch]) -> None:
    batch = table(f"ts,artist,track,who\n{T},a,t,\n", "started=ts,artist=artist,title=track,listener=who")
    assert [skip.cause for skip in batch.skipped] == [NO_LISTENER]


def test_gzip_is_read_directly(table: Callable[..., Batch]) -> None:
    text = f"ts\tartist\ttrack\tms_played\n{T}\ta\tt\t1\n"
    assert table(gzip.compress(text.encode())).listens == table(text).listens


def test_the_order_of_a_mapping_makes_no_other_origin() -> None:
    assert (
        parse_columns("title=t,artist=a,started=s").origin
        == parse_columns("started=s, artist=a, title=t").origin
    )
    assert (
        parse_columns("title=t,artist=a,ended=s").origin != parse_columns("started=s,artist=a,title=t").origin
    )


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ("artist", '"artist" does not say which column'),
        ("artist=", '"artist=" does not say which column'),
        ("singer=a", 'there is no field "singer"'),
        ("artist=a,artist=b", '"artist" is given twice'),
        ("artist=a,title=t", 'either "ended" or "started"'),
        ("artist=a,title=t,ended=e,started=s", 'either "ended" or "started"'),
        ("title=t,ended=e", '"artist" is missing'),
        ("artist=a,ended=e", '"title" is missing'),
        ("artist=a,title=t,ended=e,ms_played=m,seconds_played=s", "not both"),
        ("artist=a,title=t,ended=e,resolution=day", '"day" is no resolution'),
    ],
)
def test_mappings_that_cannot_be_understood(columns: str, complaint: str) -> None:
    with pytest.raises(UnreadableInputError, match=complaint) as caught:
        parse_columns(columns)
    assert "seconds_played" in caught.value.remedy


def test_a_column_that_is_not_there(table: Callable[..., Batch]) -> None:
    with pytest.raises(
        UnreadableInputError, match=r'plays\.tsv has no column "ts" \(for the field "ended"\)'
    ) as caught:
        table("time,artist,track,ms_played\n")
    assert caught.value.remedy == "Its columns are: time, artist, track, ms_played."


def test_a_file_without_the_columns_among_others(memory: Memory, join: Join, now: UnixMs) -> None:
    plays = memory("plays.csv", f"ts,artist,track,ms_played\n{T},a,t,1\n")
    batch = join(read([memory("notes.txt", "Dear reader, hello"), plays], now, COLUMNS))
    assert len(batch.listens) == 1
    assert [(skip.file, skip.row, skip.cause) for skip in batch.skipped] == [("notes.txt", 0, NO_COLUMN)]


def test_without_a_mapping_nothing_is_guessed(memory: Memory, now: UnixMs) -> None:
    with pytest.raises(UnreadableInputError, match="needs --columns"):
        list(read([memory("a.csv", "a,b")], now))


@given(cut=st.integers(0, 400), size=st.integers(0, 30))
def test_a_table_cut_anywhere_gives_its_first_rows(
    memory: Memory, join: Join, now: UnixMs, cut: int, size: int
) -> None:
    lines = "".join(f"{T + n},artist {n},track {n},{n}\n" for n in range(size))
    data = f"ts,artist,track,ms_played\n{lines}"
    part = data[: 26 + cut % (len(data) - 25)]
    whole, found = (
        join(read([memory("a", data)], now, COLUMNS)),
        join(read([memory("a", part)], now, COLUMNS)),
    )
    # The very last row may be cut inside its last cell, which nothing can tell.
    certain = part.count("\n") - 1
    assert len(whole.listens) == size
    assert found.listens[:certain] == whole.listens[:certain]
    assert certain <= len(found.listens) <= certain + 1
    assert found.rows == len(found.listens) + len(found.skipped)


def test_what_looks_like_a_table() -> None:
    assert recognises("a.csv", b"a,b\n1,2")
    assert not recognises("a.json", b'{"a": 1, "b": 2}')
    assert not recognises("a.pdf", b"%PDF-1.4\n1,2")
    assert not recognises("a.bin", b"a,b\0")
