from __future__ import annotations

from pathlib import Path

import pytest
from tests.signals.culture.frames import DAY, NOW, lyrics, mention, mentions, tags

from earmark.signals.culture.signal import Culture, CultureConfig, opinions

OLD = [
    mention(100 + n, artist, {"rock": 1.0}, source=f"s{n % 3}", published_at=NOW - (100 + 50 * n) * DAY)
    for n in range(12)
    for artist in (1, 2)
]
NEW = [
    mention(200 + n, 3, {"ambient dub techno": 1.0}, source=f"s{n}", opinion=0.5, published_at=NOW - n * DAY)
    for n in range(6)
]
MENTIONS = mentions(*OLD, *NEW, mention(300, 1, {"rock": 1.0}, published_at=NOW, opinion=-0.5))
TAGS = tags((3, None, "people", "dub techno", 9.0), (1, None, "people", "rock", 5.0))


def learned() -> Culture:
    return Culture.fit(MENTIONS, TAGS, lyrics((10, "de")), now=NOW)


def test_all_that_is_said_of_an_artist_stands_together() -> None:
    said = learned().of_artist(3)
    assert {"ambient dub techno", "dub techno"} <= {one.term for one in said.terms}
    assert {genre for genre, _ in said.genres[:2]} == {"ambient dub techno", "dub techno"}
    assert said.opinion is not None
    assert (said.opinion.documents, said.opinion.sources) == (6, 6)
    assert 0 < said.opinion.value < 0.5
    assert said.rise is not None
    assert (said.rise.mentions, said.rise.sources) == (6, 6)
    assert said.rise.evidence[0].address == "at/200"


def test_texts_alone_say_genres_too_with_who_said_so() -> None:
    told = mentions(
        mention(1, 7, {"swedish black metal": 1.0, "hushed vocals": 1.0}, source="one.example"),
        mention(2, 7, {"black metal": 1.0}, source="two.example"),
        mention(3, 7, {"polka": 1.0}, source="three.example", probability=0.3),
    )
    genres = Culture.fit(told, tags(), lyrics(), now=NOW).genres

    assert "polka" not in genres["genre"].to_list(), "who is hardly meant"
    likeliest = genres.row(0, named=True)
    assert (likeliest["genre"], likeliest["sources"]) == ("black metal", ["one.example", "two.example"])


def test_who_is_as_usual_is_not_rising() -> None:
    culture = learned()
    assert culture.rising["artist"].to_list() == [3]
    assert culture.rise(1) is None
    assert culture.rising_terms["term"].to_list() == ["ambient dub techno"]


def test_of_whom_nothing_is_said_nothing_is_told() -> None:
    said = learned().of_artist(99)
    assert (said.terms, said.genres, said.opinion, said.rise) == ((), (), None, None)


def test_a_document_has_one_opinion() -> None:
    frame = mentions(
        mention(1, 5, opinion=0.9, times=3),
        mention(1, 5, opinion=0.1, song=50),
        mention(2, 5, opinion=-0.3, published_at=NOW - 10 * DAY),
        mention(3, 5, opinion=0.9, probability=0.1),
    )
    config = CultureConfig()
    row = opinions(frame, NOW, config).row(0, named=True)
    faded = 0.5 ** (10 / config.vectors.said.half_life_days)
    assert row["documents"] == 2
    assert row["opinion"] == pytest.approx((0.7 - 0.3 * faded) / (1 + faded + config.doubt), abs=1e-6)


def test_what_is_kept_is_what_was_learned(tmp_path: Path) -> None:
    culture = learned()
    culture.save(tmp_path / "one")
    again = Culture.load(tmp_path / "one")
    assert again.of_artist(3) == culture.of_artist(3)
    assert again.lyrics.rows() == [(10, "de")]
    again.save(tmp_path / "other")
    for path in (tmp_path / "one").glob("**/*.*"):
        assert path.read_bytes() == (tmp_path / "other" / path.relative_to(tmp_path / "one")).read_bytes()


def test_an_empty_record_has_an_empty_culture(tmp_path: Path) -> None:
    culture = Culture.fit(mentions(), tags(), lyrics(), now=NOW)
    culture.save(tmp_path)
    again = Culture.load(tmp_path)
    assert again.rising.is_empty()
    assert again.of_artist(1).opinion is None
