"""Ids that can be turned back into what they name."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.mixes.weeks import week_of
from earmark.store.port import ItemId
from earmark.web.listenbrainz.playlist_ids import EditionName, edition_uuid, named_by, playlist_uuid
from earmark.web.listenbrainz.recordings import id_of, identified, identifier_of, item_of, msid_of

MBID = "ea124a4d-0b1c-4a5c-8e51-000000000001"
URI = f"https://musicbrainz.org/recording/{MBID}"
numbers = st.integers(1, (1 << 31) - 1)


@given(numbers, numbers, st.dates(dt.date(2002, 1, 1)))
def test_what_an_id_names_is_read_from_it(number: int, listener: int, day: dt.date) -> None:
    week = week_of(day)
    ids = {
        playlist_uuid(number): number,
        edition_uuid(listener, week): EditionName(listener, week),  # type: ignore[arg-type]
    }
    for uuid, named in ids.items():
        assert named_by(uuid) == named_by(uuid.upper()) == named
        assert UUID(uuid).version == 8
        assert item_of(uuid) is None
    assert named_by(msid_of(number)) is None


@given(st.uuids())
def test_other_ids_name_nothing(uuid: UUID) -> None:
    assert named_by(str(uuid)) is None
    assert item_of(str(uuid)) is None


def test_ids_that_look_like_ours_and_name_no_week_name_nothing() -> None:
    for wrong in ("6561726d-6172-8b02-8000-00000071fa80", "6561726d-6172-8b01-bfff-ffffffffffff"):
        assert named_by(wrong) is None
    assert named_by(edition_uuid(7, "2026-W47")) == EditionName(7, "2026-W47")  # type: ignore[arg-type]


@given(st.integers(1, (1 << 31) - 1))
def test_a_track_is_identified_by_musicbrainz_or_by_us(item: int) -> None:
    assert identified(identifier_of(item, URI)) == URI
    assert identified(identifier_of(item, "spotify:track:1")) == identified(identifier_of(item, None)) == item
    assert identified(f"https://musicbrainz.org/recording/{id_of(item, None)}") == ItemId(item)


@pytest.mark.parametrize(
    "other",
    [f"urn:uuid:{MBID}", "urn:uuid:x", URI[:-1], f"https://example.org/{MBID}", MBID, ""],
)
def test_other_identifiers_identify_nothing(other: str) -> None:
    assert identified(other) is None
