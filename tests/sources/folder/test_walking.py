from __future__ import annotations

import os
from pathlib import Path

import pytest

from earmark.sources.folder import walking
from earmark.sources.folder.walking import Beside, Found, Unreached, walk


def made(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(name))


def found(root: Path) -> list[str]:
    return [os.path.relpath(one.path, root) for one in walk(str(root)) if isinstance(one, Found)]


def unreached(root: Path) -> dict[str, str]:
    return {
        os.path.relpath(one.path, root): one.cause for one in walk(str(root)) if isinstance(one, Unreached)
    }


def test_whatever_may_be_music_is_found_in_order(tmp_path: Path) -> None:
    made(
        tmp_path,
        "b/2.MP3",
        "b/1.flac",
        "a.opus",
        "b/c/3.m4a",
        "odd",
        "x.dat",
        "cover.jpg",
        "b/1.lrc",
        "notes.txt",
    )
    assert found(tmp_path) == ["a.opus", "odd", "x.dat", "b/1.flac", "b/2.MP3", "b/c/3.m4a"]
    named = {Path(one.path).name: one.named_so for one in walk(str(tmp_path)) if isinstance(one, Found)}
    assert named == {
        "a.opus": True,
        "odd": False,
        "x.dat": False,
        "1.flac": True,
        "2.MP3": True,
        "3.m4a": True,
    }


def test_hidden_files_and_folders_of_systems_are_passed_over(tmp_path: Path) -> None:
    made(
        tmp_path, ".hidden.mp3", "._resource.mp3", ".git/a.mp3", "@eaDir/a.mp3", "$RECYCLE.BIN/a.mp3", "a.mp3"
    )
    assert found(tmp_path) == ["a.mp3"]


def test_one_file_may_be_asked_for(tmp_path: Path) -> None:
    made(tmp_path, "a.mp3", "b.mp3", "a.lrc")
    (one,) = walk(str(tmp_path / "a.mp3"))
    assert isinstance(one, Found)
    assert (one.path, one.beside.timed) == (str(tmp_path / "a.mp3"), str(tmp_path / "a.lrc"))


def test_covers_and_lyrics_beside_belong_to_it(tmp_path: Path) -> None:
    made(tmp_path, "a.mp3", "a.LRC", "a.txt", "b.mp3", "Folder.JPG", "front.png", "sub/c.mp3", "sub/d.txt")
    besides = {Path(one.path).name: one.beside for one in walk(str(tmp_path)) if isinstance(one, Found)}
    cover = str(tmp_path / "Folder.JPG")
    assert besides == {
        "a.mp3": Beside(cover, str(tmp_path / "a.LRC"), str(tmp_path / "a.txt")),
        "b.mp3": Beside(cover),
        "c.mp3": Beside(),
    }


def test_a_mark_changes_with_the_file_and_with_what_lies_beside_it(tmp_path: Path) -> None:
    made(tmp_path, "a.mp3", "b.mp3", "a.lrc")

    def marks() -> list[tuple[int, int, int]]:
        return [
            (one.mark.size, one.mark.mtime_ns, one.mark.beside)
            for one in walk(str(tmp_path)) if isinstance(one, Found)
        ]  # fmt: skip

    first = marks()
    assert first == marks()
    assert first[1][2] == 0
    os.utime(tmp_path / "b.mp3", ns=(1, 5))
    assert (marks()[0], marks()[1][1]) == (first[0], 5)
    (tmp_path / "a.lrc").write_text("longer than before")
    assert (marks()[0][:2], marks()[1][2]) == (first[0][:2], 0)
    assert marks()[0][2] != first[0][2]
    made(tmp_path, "cover.jpg")
    assert marks()[1][2] != 0


def test_folders_that_links_lead_to_are_gone_through_once(tmp_path: Path) -> None:
    made(tmp_path, "m/z/1.mp3", "elsewhere/2.mp3")
    root = tmp_path / "m"
    (root / "a").symlink_to(root / "z")
    (root / "b").symlink_to(tmp_path / "elsewhere")
    (root / "c").symlink_to(tmp_path / "elsewhere")
    (root / "3.mp3").symlink_to(tmp_path / "elsewhere" / "2.mp3")
    assert found(root) == ["3.mp3", "z/1.mp3", "b/2.mp3"]
    assert unreached(root) == {}


def test_links_in_a_circle_are_told_of_once(tmp_path: Path) -> None:
    made(tmp_path, "a/b/1.mp3")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    (tmp_path / "one.mp3").symlink_to(tmp_path / "other.mp3")
    (tmp_path / "other.mp3").symlink_to(tmp_path / "one.mp3")
    (tmp_path / "nothing.mp3").symlink_to(tmp_path / "gone.mp3")
    (tmp_path / "nothing.jpg").symlink_to(tmp_path / "gone.jpg")
    assert found(tmp_path) == ["a/b/1.mp3"]
    circle = "is a link in a circle"
    assert unreached(tmp_path) == {
        "a/b/up": "is a link that leads back to a folder it lies in; it is not followed",
        "a/self": circle,
        "one.mp3": circle,
        "other.mp3": circle,
        "nothing.mp3": "is a link to nothing, or has just gone",
    }


def test_two_folders_that_link_to_each_other_are_each_gone_through(tmp_path: Path) -> None:
    made(tmp_path, "a/1.mp3", "b/2.mp3")
    (tmp_path / "a" / "to").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "to").symlink_to(tmp_path / "a")
    assert found(tmp_path) == ["a/1.mp3", "b/2.mp3"]


def test_a_folder_that_goes_or_is_closed_amid_the_walk_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "a/1.mp3", "b/2.mp3", "c/3.mp3", "d/4.mp3")
    scan = os.scandir

    def scandir(path: str) -> object:
        # Root reads whatever it likes, so what the system says to others is said here.
        if path.endswith("b"):
            raise PermissionError(13, "Permission denied", path)
        if path.endswith("c"):
            raise OSError(5, "Input/output error", path)
        return scan(path)

    monkeypatch.setattr(walking.os, "scandir", scandir)
    walked = []
    for one in walk(str(tmp_path)):
        walked.append(os.path.relpath(one.path, tmp_path))
        if one.path.endswith("1.mp3"):
            (tmp_path / "d" / "4.mp3").unlink()
            (tmp_path / "d").rmdir()
    assert walked == ["a/1.mp3", "b", "c", "d"]
    monkeypatch.setattr(walking.os, "scandir", scandir)
    assert unreached(tmp_path) == {
        "b": "may not be read (permission denied)",
        "c": "cannot be read (Input/output error)",
    }


def test_what_is_no_file_and_what_has_an_endless_path_is_not_taken_for_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    folder = tmp_path
    while len(str(folder)) < walking.LONGEST_PATH:
        folder = folder / ("x" * 200)
    made(folder, "1.mp3")
    assert found(tmp_path) == []
    assert list(unreached(tmp_path).values()) == ["has a path of more than 2,000 bytes"]


def test_a_name_that_is_no_text_is_found(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xe9.mp3")
    made(tmp_path, name)
    assert found(tmp_path) == [name]
