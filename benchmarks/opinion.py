"""Whether praised music is called bad for how it feels: 5,000 acclaimed albums by their descriptors of mood and sound.

Descriptors judge nothing, so that any opinion of them is wrong, and a bad one is the fault of plain lexicons. Peers are
VADER and AFINN, of whichever is installed: pip install vaderSentiment afinn
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Callable
from typing import Any

from earmark.signals.culture.opinion import find_judgements, opinion
from earmark.signals.culture.sentences import words_of
from measured import real_data, report

Judge = Callable[[str], float]


def ours(text: str) -> float:
    """As Earmark hears it; 0 where nothing is said."""
    found = find_judgements(words_of([text])[0])
    return opinion([(one.value, one.weight) for one in found]) or 0.0


def systems() -> dict[str, Judge]:
    """Whoever judges, by name."""
    found: dict[str, Judge] = {"earmark": ours}
    if importlib.util.find_spec("vaderSentiment"):
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        vader = SentimentIntensityAnalyzer()
        found["VADER"] = lambda text: vader.polarity_scores(text)["compound"]
    if importlib.util.find_spec("afinn"):
        from afinn import Afinn

        afinn = Afinn()
        found["AFINN"] = afinn.score
    return found


def main() -> None:
    """Print the shares of albums that each calls good, bad, and neither."""
    with (real_data() / "text/rym_top_5000.csv").open(encoding="utf-8", newline="") as file:
        albums = [row["Descriptors"] for row in csv.DictReader(file) if row["Descriptors"].strip()]
    figures: dict[str, Any] = {}
    for name, judge in systems().items():
        values = [judge(descriptors) for descriptors in albums]
        figures[name] = {
            "bad": round(sum(value < 0 for value in values) / len(values), 3),
            "good": round(sum(value > 0 for value in values) / len(values), 3),
            "nothing": round(sum(value == 0 for value in values) / len(values), 3),
        }
    report("opinion of acclaimed albums by their descriptors", {"albums": len(albums), "systems": figures})


if __name__ == "__main__":
    main()
