"""How far reading is can be told."""

from __future__ import annotations

import json
from pathlib import Path

from earmark.jobs.read_amount import Amount
from earmark.music.documents import Document
from earmark.sources.reading.local import read_local


def test_in_files_it_is_their_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "page.html").write_text(
        f"<html><body>{'<b></b>' * 50}<p>One word and another.</p></body></html>"
    )
    (folder / "post.md").write_text("Some words.")
    rows = [json.dumps({"text": "word " * 1_000, "id": f"n{n}"}) for n in range(5)]
    (tmp_path / "many.jsonl").write_text("\n".join(rows))
    amount = Amount([str(folder), str(tmp_path / "many.jsonl")])
    documents = [
        one
        for path in (folder, tmp_path / "many.jsonl")
        for one in read_local(path)
        if isinstance(one, Document)
    ]
    sizes = [path.stat().st_size for path in (*sorted(folder.iterdir()), tmp_path / "many.jsonl")]
    assert (amount.unit, amount.total) == ("bytes", sum(sizes))
    assert [amount.of(one) for one in documents[:2]] == sizes[:2]
    assert amount.total is not None
    assert 0.95 * amount.total < sum(map(amount.of, documents)) <= amount.total


def test_on_the_web_and_where_nothing_is_it_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("Some words.")
    for what in (["https://a.org/feed", str(tmp_path)], [str(tmp_path / "nothing")], []):
        amount = Amount(what)
        assert (amount.total, amount.unit) == (None, "documents")
        assert amount.of(Document("a", "b", "c", "words")) == 1
