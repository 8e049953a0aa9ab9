"""What the word lists for lyrics catch and what they take for explicit wrongly, on texts that are no lyrics.

- Lists of strong language by others (LDNOOBW): how many of their entries give any reason. Those lists hold many names
  of practices that no song sings of, and words that are explicit only in company.
- HateCheck: explicit is not hateful, so the share of cases with strong language must be the same where swearing hates
  and where it does not, and zero where there is hatred in clean words.
- Encyclopedia pages and blog posts about music, sentence by sentence: shares with each reason. Such texts do quote
  titles with strong language and speak of drugs, so a share is an upper bound of what is wrong.
"""

from __future__ import annotations

import csv
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from earmark.music.lyrics import LyricFigures, Reason
from earmark.signals.culture.lyrics import read_lyrics
from earmark.signals.culture.lyrics.wordlists import LANGUAGES
from measured import real_data, report

SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
LEAST_LETTERS = 20


def caught(text: str, language: str) -> set[Reason]:
    """The reasons that a text of one line gives."""
    return {each.reason for each in read_lyrics(text, language).explicit}


def lists(folder: Path) -> dict[str, dict[str, float]]:
    """By language, the share of a list's entries that give a reason."""
    found = {}
    for language in LANGUAGES:
        entries = [
            line for line in (folder / language).read_text(encoding="utf-8").splitlines() if line.strip()
        ]
        hits = sum(bool(caught(entry, language)) for entry in entries)
        found[language] = {"entries": len(entries), "caught": round(hits / len(entries), 3)}
    return found


def cases(path: Path) -> dict[str, dict[str, float | str]]:
    """By function of HateCheck, the share with strong language, and with any reason."""
    told: dict[tuple[str, str], list[set[Reason]]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            told[row["functionality"], row["label_gold"]].append(caught(row["test_case"], "en"))
    return {
        function: {
            "gold": gold,
            "cases": len(reasons),
            "strong_language": round(
                sum(Reason.STRONG_LANGUAGE in some for some in reasons) / len(reasons), 3
            ),
            "any_reason": round(sum(bool(some) for some in reasons) / len(reasons), 3),
        }
        for (function, gold), reasons in sorted(told.items())
    }


def plain(texts: Iterable[str]) -> dict[str, object]:
    """Of all sentences, the share with each reason, and how many a second of CPU were read."""
    counts: Counter[str] = Counter()
    began = time.process_time()
    for text in texts:
        sentences = [some for some in SENTENCES.split(text) if len(some) > LEAST_LETTERS]
        figures: LyricFigures = read_lyrics("\n".join(sentences))
        counts["sentences"] += figures.lines
        for each in figures.explicit:
            counts[each.reason.value] += len(each.lines)
        counts["any"] += len({line for each in figures.explicit for line in each.lines})
    spent = time.process_time() - began
    shares = {
        name: round(count / counts["sentences"], 5) for name, count in counts.items() if name != "sentences"
    }
    return {
        "sentences": counts["sentences"],
        "shares": shares,
        "sentences_a_cpu_s": round(counts["sentences"] / spent),
    }


def main() -> None:
    """Print all figures."""
    csv.field_size_limit(1 << 30)
    folder = real_data() / "text"
    with (folder / "wikipedia" / "ambient.csv").open(encoding="utf-8") as file:
        pages = [max(row.values(), key=lambda cell: len(cell or "")) for row in csv.DictReader(file)]
    posts = [
        path.read_text(encoding="utf-8", errors="replace") for path in sorted((folder / "blog").glob("*.m*"))
    ]
    report(
        "lyrics",
        {
            "lists": lists(folder / "ldnoobw"),
            "hatecheck": cases(folder / "hatecheck" / "test_suite_cases.csv"),
            "encyclopedia": plain(pages),
            "blog": plain(posts),
        },
    )


if __name__ == "__main__":
    main()
