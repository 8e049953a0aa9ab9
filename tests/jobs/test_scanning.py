from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import APIC, ID3
from tests.homes import opened
from tests.jobs import hearings
from tests.signals.audio.sounds import tone, write

from earmark.engines.progress import Unwatched
from earmark.errors import BusyError, EarmarkError, UnreadableInputError
from earmark.jobs import scanning
from earmark.jobs.house import House
from earmark.jobs.locks import scanning as scanning_here
from earmark.jobs.scan_config import ScanConfig
from earmark.jobs.scan_report import ScanReport
from earmark.jobs.scanning import ScanOptions, libraries_at, scan
from earmark.jobs.schedule import LEARN, ask_for_build
from earmark.listening.libraries import Lyrics
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store.port import SongId
from earmark.store.queue import State

PNG = b"\x89PNG\r\n\x1a\n" + b"y" * 50


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    home.mkdir()
    with opened(home) as house:
        yield replace(house, scan=ScanConfig(workers=1, file_seconds=30))


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Files of music, each with a sound of its own."""
    folder = tmp_path_factory.mktemp("pieces")
    return [write(folder / f"{n}.flac", tone(220 * (n + 1), seconds=0.2)).read_bytes() for n in range(4)]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def put(path: Path, whole: bytes, **tags: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(whole)
    if tags:
        file = FLAC(path)
        file.update(tags)
        file.save()
    return path


def scanned(house: House, music: Path, **options: object) -> ScanReport:
    options = {"ears": hearings.toys} | options
    return scan(house, libraries_at([music]), Unwatched(), **options)  # type: ignore[arg-type]


def figures(report: ScanReport) -> dict[str, int]:
    told = {name: getattr(report, name) for name in (
        "files", "new", "changed", "retagged", "moved", "gone", "unchanged", "heard", "left_out_before",
    )}  # fmt: skip
    return {name: n for name, n in told.items() if n}


def left_out(report: ScanReport, music: Path) -> dict[str, str]:
    causes = {os.path.relpath(one.path, music): one.cause for one in report.left_out}
    assert len(causes) == len(report.left_out), "each is told of once"
    return causes


def song(house: House, title: str, artist: str = "Band") -> SongId:
    return house.store.find_song(artist, title)


@pytest.fixture
def log(house: House) -> Callable[[], list[str]]:
    """Names of files that were heard since it was last asked."""
    house.models.mkdir()
    path = house.models / "heard"
    path.touch()

    def heard() -> list[str]:
        names = sorted(path.read_text().splitlines())
        path.write_text("")
        return names

    return heard


def test_a_library_through_its_life(
    house: House, music: Path, pieces: list[bytes], log: Callable[[], list[str]]
) -> None:
    one, two, three, four = pieces
    put(music / "Band" / "Album" / "01 - One.flac", one)
    put(music / "Band" / "Album" / "02 - Two.flac", two, artist="Band", title="Two", album="Album")
    put(music / "copy.flac", one, artist="Band", title="One (Live)")
    (music / "Band" / "Album" / "cover.jpg").write_bytes(PNG)
    (music / "Band" / "Album" / "01 - One.lrc").write_text("[00:01.00]la")
    first = scanned(house, music)
    assert figures(first) == {"files": 3, "new": 3, "heard": 2}
    assert (first.by_path, first.left_out, first.build_asked_for) == (1, (), False)
    assert first.sounds is not None
    assert (first.sounds.n, first.sounds.keys, first.sounds.minor) == (2, (("A minor", 2),), 1.0)
    assert len(log()) == 2
    files = house.store.files
    by_path = {one.path: one for one in files.of_songs([song(house, "One")])[song(house, "One")]}
    file = by_path[str(music / "Band" / "Album" / "01 - One.flac")]
    assert file.duration_ms == 200
    assert file.cover is not None
    assert (house.covers / file.cover).read_bytes() == PNG
    assert files.lyrics([song(house, "One")]) == {song(house, "One"): Lyrics("[00:01.00]la", timed=True)}
    sound = files.sounds([song(house, "Two")])[song(house, "Two")]
    assert (sound.heard_by, sound.embedding.tolist()) == ("toys 1", [1.0] * 4)

    assert figures(scanned(house, music)) == {"files": 3, "unchanged": 3}
    assert log() == []

    # Moved, tagged anew, with other words, encoded anew, new, and gone.
    added_at = {one.path: one.added_at for one in files.of_songs([song(house, "Two")])[song(house, "Two")]}
    (music / "Elsewhere").mkdir()
    moved = (music / "Band" / "Album" / "02 - Two.flac").rename(music / "Elsewhere" / "2.flac")
    (music / "Band" / "Album" / "01 - One.lrc").write_text("[00:02.00]other words")
    put(music / "copy.flac", three, artist="Band", title="One (Live)")
    put(music / "Four.flac", four, artist="Band", title="Four")
    second = scanned(house, music)
    assert figures(second) == {"files": 4, "new": 1, "changed": 1, "retagged": 1, "moved": 1, "heard": 2}
    assert log() == ["Four.flac", "copy.flac"]
    (file,) = files.of_songs([song(house, "Two")])[song(house, "Two")]
    assert (file.path, [file.added_at]) == (str(moved), [*added_at.values()])
    assert files.lyrics([song(house, "One")])[song(house, "One")].text == "[00:02.00]other words"

    (first_file,) = (one for one in files.known(str(music)) if one.path.endswith("01 - One.flac"))
    assert first_file.digest is not None
    put(music / "Four.flac", four, artist="Band", title="Five")
    shutil.rmtree(music / "Band")
    third = scanned(house, music)
    assert figures(third) == {"files": 3, "retagged": 1, "gone": 1, "unchanged": 2}
    assert log() == []
    assert files.of_songs([song(house, "One")])[song(house, "One")][0].path == str(music / "copy.flac")
    assert [*files.sounds([song(house, "Five")])]
    assert list(house.covers.iterdir()) == []
    assert files.heard_by(first_file.digest) is None
    assert third.sounds is not None
    assert third.sounds.n == 3


def test_sounds_that_older_models_heard_are_heard_again(
    house: House, music: Path, pieces: list[bytes], log: Callable[[], list[str]]
) -> None:
    put(music / "a.flac", pieces[0])
    put(music / "b.flac", pieces[1])
    assert figures(scanned(house, music)) == {"files": 2, "new": 2, "heard": 2}
    (house.models / "by").write_text("toys 2")
    assert figures(scanned(house, music)) == {"files": 2, "heard": 2}
    assert {one.heard_by for one in house.store.files.known(str(music))} == {"toys 2"}
    assert log() == ["a.flac", "a.flac", "b.flac", "b.flac"]


def test_whatever_is_bad_is_told_of_once_and_the_scan_goes_on(
    house: House, music: Path, pieces: list[bytes]
) -> None:
    house = replace(house, scan=ScanConfig(workers=2, file_seconds=1.5))
    whole = pieces[0]
    put(music / "Good - Song.flac", pieces[1])
    put(music / "empty.mp3", b"")
    put(music / "picture.mp3", PNG)
    put(music / "garbage.ogg", bytes(range(256)) * 40)
    put(music / "head.flac", whole[:60])
    put(music / "bad.flac", whole[:8] + b"\xff" * 34 + whole[42:])
    write(music / "really mp3.mp3", tone(seconds=0.2)).rename(music / "really mp3.ogg")
    write(music / "low.wav", tone(seconds=0.2, rate=8_000), 8_000)
    write(music / "high.wav", tone(seconds=0.1, rate=192_000), 192_000)
    write(music / "loud.wav", tone(seconds=0.2, level=30))
    write(music / "silence.wav", tone(seconds=0.2, level=0))
    put(music / "crash 1.flac", pieces[2])
    put(music / "hang 1.flac", pieces[3])
    write(music / "noise 1.wav", tone(331, seconds=0.1))
    write(music / "vanish 1.wav", tone(332, seconds=0.1))
    write(music / "cut 1.wav", tone(333, seconds=0.1))
    (music / "round").symlink_to(music)
    (music / "to nothing.mp3").symlink_to(music / "nothing.mp3")
    report = scanned(house, music)
    causes = left_out(report, music)
    assert causes == {
        "empty.mp3": "is empty",
        "garbage.ogg": "holds no sound of a known format, or its header is damaged",
        "head.flac": "holds no sound of a known format, or its header is damaged",
        "picture.mp3": "is a PNG picture, whatever its name says",
        "crash 1.flac": "crashed its decoder (SIGSEGV)",
        "hang 1.flac": "takes longer than 2 s, so it was given up",
        "noise 1.wav": "is damaged: none of its sound can be decoded",
        "vanish 1.wav": "cannot be read: No such file or directory",
        "cut 1.wav": "ends before its sound does; it was heard as far as it goes",
        "round": "is a link that leads back to a folder it lies in; it is not followed",
        "to nothing.mp3": "is a link to nothing, or has just gone",
    }
    assert song(house, "Song", "Good")
    # What failed is remembered and not tried again before it changes, or somebody asks.
    again = scanned(house, music)
    before = len(report.left_out) - len({"cut", "vanish", "round", "to nothing"})
    assert set(left_out(again, music)) == {"round", "to nothing.mp3"}
    assert again.left_out_before == before
    assert (again.heard, again.gone) == (0, 1)
    put(music / "hang 1.flac", pieces[2], title="crash")
    (music / "hang 1.flac").rename(music / "crash 1.flac")
    (music / "crash 1.flac").rename(music / "sound.flac")
    third = scanned(house, music, options=ScanOptions(again=True))
    assert third.heard == 1
    assert len(third.left_out) == before - 2 + 2
    assert scanned(house, music).left_out_before == before - 2


def test_names_that_no_terminal_should_be_shown_are_told_of_readably(
    house: House, music: Path, pieces: list[bytes]
) -> None:
    odd = os.fsdecode(b"\xff \x1b[31m\n")
    put(music / f"{odd}.flac", pieces[0])
    put(music / f"noise {odd}.flac", pieces[1])
    put(music / f"{odd}.mp3", b"")
    report = scanned(house, music)
    assert figures(report) == {"files": 3, "new": 2, "heard": 1}
    assert left_out(report, music) == {
        "\\xff \\x1b[31m\\n.mp3": "is empty",
        "noise \\xff \\x1b[31m\\n.flac": "is damaged: none of its sound can be decoded",
    }
    assert msgspec.json.encode(report)
    assert figures(scanned(house, music)) == {"files": 3, "unchanged": 1, "left_out_before": 2}


def test_a_long_file_is_read_and_not_heard(house: House, music: Path) -> None:
    write(music / "Band - Long.wav", tone(seconds=2))
    write(music / "Band - Short.wav", tone(seconds=0.5))
    house = replace(house, scan=ScanConfig(workers=1, longest_minutes=1 / 60))
    report = scanned(house, music)
    assert figures(report) == {"files": 2, "new": 2, "heard": 1}
    assert left_out(report, music) == {
        "Band - Long.wav": "is longer than 0.0166667 minutes: read, but not heard"
    }
    assert song(house, "Long")
    assert figures(scanned(house, music)) == {"files": 2, "unchanged": 1, "left_out_before": 1}
    longer = replace(house, scan=ScanConfig(workers=1))
    assert figures(scanned(longer, music)) == {"files": 2, "unchanged": 1, "heard": 1}


def test_a_scan_that_is_stopped_goes_on_where_it_was(
    house: House, music: Path, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, piece in enumerate(pieces):
        put(music / f"{n}.flac", piece)

    class Impatient(Unwatched):
        def stage(self, name: str, total: int | None = None, unit: str = "") -> object:
            del name, unit
            return _StopsAfter(2 if total else 99)

    with pytest.raises(KeyboardInterrupt):
        scan(house, libraries_at([music]), Impatient(), ears=hearings.toys)  # type: ignore[arg-type]
    known = house.store.files.known(str(music))
    n_heard = sum(one.heard_by is not None for one in known)
    assert 2 <= n_heard < 4
    report = scanned(house, music)
    assert (report.new + len(known), report.heard + n_heard) == (4, 4)


class _StopsAfter:
    """A stage that is interrupted after so many files."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __enter__(self) -> Callable[[int], None]:
        return self.advance

    def __exit__(self, *_: object) -> None:
        pass

    def advance(self, done: int) -> None:
        self.left -= done
        if self.left <= 0:
            raise KeyboardInterrupt


def test_what_lies_where_nobody_may_look_is_not_taken_to_be_gone(
    house: House, music: Path, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(music / "a" / "1.flac", pieces[0])
    put(music / "b" / "2.flac", pieces[1])
    scanned(house, music)
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    report = scanned(house, music)
    assert figures(report) == {"files": 1, "unchanged": 1}
    assert left_out(report, music) == {"a": "may not be read (permission denied)"}
    monkeypatch.undo()
    assert figures(scanned(house, music)) == {"files": 2, "unchanged": 2}


def test_a_huge_cover_is_left_out_where_memory_is_scarce(house: House, music: Path) -> None:
    path = write(music / "Band - Song.mp3", tone(seconds=0.2))
    tag = ID3()
    tag.add(APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=b"\xff\xd8\xff" + bytes(150_000_000)))
    tag.save(path)
    scarce = replace(house, scan=ScanConfig(workers=1, process_megabytes=256))
    report = scanned(scarce, music)
    assert left_out(report, music) == {path.name: "has a picture that takes more than 10 MB"}
    assert figures(report) == {"files": 1, "new": 1, "heard": 1}


def test_a_file_that_may_not_be_read_is_tried_again_each_time(
    house: House, music: Path, pieces: list[bytes]
) -> None:
    path = put(music / "Band - Song.flac", pieces[0])
    path.chmod(0)
    for _ in range(2):
        report = scanned(house, music, ears=hearings.unprivileged)
        assert left_out(report, music) == {path.name: "cannot be read: Permission denied"}
        assert figures(report) == {"files": 1}
    path.chmod(0o644)
    assert figures(scanned(house, music)) == {"files": 1, "new": 1, "heard": 1}


def test_a_library_that_is_empty_all_at_once_is_kept(house: House, music: Path, pieces: list[bytes]) -> None:
    put(music / "1.flac", pieces[0])
    scanned(house, music)
    (music / "1.flac").unlink()
    report = scanned(house, music)
    assert left_out(report, music)["."].startswith(
        "holds no music, though the record knows 1 of its files: is the disk there?"
    )
    assert len(house.store.files.known(str(music))) == 1
    # Seen from above, it is one folder of several.
    put(music.parent / "2.flac", pieces[1])
    assert scanned(house, music.parent).gone == 1


def test_a_library_that_lies_elsewhere_now_keeps_its_record(
    house: House, music: Path, pieces: list[bytes], log: Callable[[], list[str]]
) -> None:
    put(music / "1.flac", pieces[0])
    put(music / "2.flac", pieces[1])
    scanned(house, music)
    assert len(log()) == 2
    music.rename(music.parent / "new place")
    report = scanned(house, music.parent / "new place")
    assert figures(report) == {"files": 2, "moved": 2}
    assert log() == []
    assert house.store.files.known(str(music)) == []


def test_a_build_is_asked_for_once_where_there_is_something_to_learn(
    house: House, music: Path, pieces: list[bytes]
) -> None:
    with house.store.writing() as writer:
        plays = [Listen(Track("Band", "One"), UnixMs(1_700_000_000_000))]
        writer.add_listens([writer.listener("Ada")], plays, Origin("phone"))
    put(music / "Band - One.flac", pieces[0])
    assert scanned(house, music).build_asked_for
    assert not scanned(house, music).build_asked_for
    assert ask_for_build(house.store, UnixMs(2_000_000_000_000))
    (job,) = house.store.queue.jobs([State.WAITING], 9)
    assert job.kind == LEARN


def test_only_one_scan_runs_at_once(house: House, music: Path) -> None:
    with scanning_here(house.home), pytest.raises(BusyError, match="scanning"):
        scanned(house, music)


def test_without_ears_nothing_is_scanned(house: House, music: Path, pieces: list[bytes]) -> None:
    put(music / "1.flac", pieces[0])
    with pytest.raises(EarmarkError, match="holds no model"):
        scanned(house, music, ears=hearings.broken)
    assert house.store.files.known(str(music)) == []


def test_libraries_are_folders_that_are_there_each_once(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "ab").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "ab")
    paths = [tmp_path / "a" / "b", tmp_path / "a", tmp_path / "link", tmp_path / "ab" / "..", tmp_path / "ab"]
    assert libraries_at(paths[:3] + paths[4:]) == [str(tmp_path / "a"), str(tmp_path / "ab")]
    assert libraries_at(paths) == [str(tmp_path)]
    with pytest.raises(UnreadableInputError, match="no such folder"):
        libraries_at([tmp_path / "nowhere"])
    assert scanning.libraries_at([]) == []


def test_lyrics_are_read_once(house: House, music: Path, pieces: list[bytes]) -> None:
    for n, words in enumerate(["The sea, the sea\nSailing over the sea\nThe waves", "[00:01.00]la", None]):
        put(music / f"Band - {n}.flac", pieces[n])
        if words is not None:
            (music / f"Band - {n}.lrc").write_text(words)
    first = scanned(house, music)
    assert (first.lyrics, scanned(house, music).lyrics) == (2, 0)
    said = house.store.files.figures_of_lyrics([song(house, f"{n}") for n in range(3)])
    assert [figures.lines for figures in said.values()] == [3, 1]
    (music / "Band - 1.lrc").write_text("Other\nwords")
    again = scanned(house, music)
    assert (again.lyrics, again.heard, again.build_asked_for) == (1, 0, False)
    assert house.store.files.figures_of_lyrics([song(house, "1")])[song(house, "1")].lines == 2
