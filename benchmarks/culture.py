"""What culture and the taste profile must reach, and what they do: one table from all of their benchmarks.

Without arguments the table is made of what `results/` holds; a benchmark without one has no line. With `--run` they run
first, about an hour and a half on two cores, and their JSON is written there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from measured import run

RESULTS = Path(__file__).with_name("results")
AT_RECALL = "precision_at_recall_0.75"
Figures = dict[str, Any]


class Row(NamedTuple):
    """A line of the table; figures as they are shown."""

    what: str
    asked: str
    reached: str
    best_peer: str


def linking(found: Figures) -> Iterator[Row]:
    """Names in texts."""
    peers = "; ".join(f"{name} {found[name][AT_RECALL]:.3f}" for name in found if name.startswith("look-up"))
    for name in ("with title", "without title"):
        reached = found["earmark"][name][AT_RECALL]
        yield Row(f"artists in blog posts, {name}, precision at recall ≥ .75", ".70", f"{reached:.3f}", peers)


def microgenres(found: Figures) -> Iterator[Row]:
    """Labels, names, stability."""
    labels = found["labels"]["p@1"]
    best = max((name for name in labels if not name.startswith("earmark")), key=lambda name: labels[name])
    yield Row(
        "fine label of an artist, P@1, 5-fold",
        ".66",
        f"{labels['earmark']:.3f}",
        f"{labels[best]:.3f} ({best})",
    )
    names = found["names"]["at least 10 listeners"]
    yield Row(
        "hidden artists who carry a term of the name",
        ".85",
        f"{names['earmark: share']:.3f}",
        f"{names['k-means: share']:.3f} (k-means; at random {names['earmark: at random']:.3f})",
    )
    distinct, peer = names["earmark: distinct"], names["k-means: distinct"]
    yield Row("names that are distinct", ".95", f"{distinct:.3f}", f"{peer:.3f} (k-means)")


def hidden_genres(found: Figures) -> Iterator[Row]:
    """Genres whose own tag is hidden."""
    systems = {name: values["five_tags_or_more"]["p_at_10"] for name, values in found["figures"].items()}
    best = max((name for name in systems if name != "earmark"), key=lambda name: systems[name])
    yield Row(
        "hidden genres from tags, P@10", ".58", f"{systems['earmark']:.3f}", f"{systems[best]:.3f} ({best})"
    )


def rising(found: Figures) -> Iterator[Row]:
    """Who doubles their share."""
    all_ = {name: values["all"] for name, values in found["systems"].items()}
    best = max((name for name in all_ if name not in ("earmark", "base")), key=lambda name: all_[name])
    yield Row("rising artists, precision@50", ".25", f"{all_['earmark']:.3f}", f"{all_[best]:.3f} ({best})")


def reading(found: Figures) -> Iterator[Row]:
    """How many documents a second."""
    for kind, pace in found["pace"].items():
        told = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in pace.items())
        yield Row(f"{kind}, end to end, two cores", "1,000 a second", told, "862 (known)")


def forgetting(found: Figures) -> Iterator[Row]:
    """Excluded listens."""
    same = ", ".join(f"{name} {n:,}" for name, n in found["identical"].items())
    yield Row(
        "cases with identical bytes",
        "1,000 of 1,000",
        f"{same} of {found['cases']:,}",
        f"{found['weekly mixes that erasing changes']:,} mixes change by erasing",
    )


def contamination(found: Figures) -> Iterator[Row]:
    """Sleep noise in real histories."""
    for name, systems in found["systems"].items():
        if not name.startswith("sleep"):
            continue
        ours, *peers = (
            f"{values['precision']:.3f} / {values['recall']:.3f} ({system})"
            for system, values in systems.items()
            if "precision" in values
        )
        yield Row(f"{name} planted, precision / recall", ".95 / .90", ours, "; ".join(peers))


def cleaned_mixes(found: Figures) -> Iterator[Row]:
    """What is left of nights in weekly mixes."""
    changed = found["songs of 30 that changed"]
    left, noisy = changed["after what is proposed is taken"], changed["with the nights"]
    yield Row(
        "songs of 30 that change after proposals are taken, mean / most",
        "1 at most",
        f"{left['mean']} / {left['most']}",
        f"{noisy['mean']} / {noisy['most']} (nothing taken)",
    )


ROWS: dict[str, Callable[[Figures], Iterator[Row]]] = {
    "linking": linking,
    "microgenres": microgenres,
    "hidden_genres": hidden_genres,
    "rising": rising,
    "reading": reading,
    "forgetting": forgetting,
    "contamination": contamination,
    "cleaned_mixes": cleaned_mixes,
}


def main() -> None:
    """Run what is asked for, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--run", nargs="*", choices=ROWS, metavar="NAME", help="run these benchmarks first; all by default"
    )
    chosen = arguments.parse_args().run
    for name in (chosen or ROWS) if chosen is not None else ():
        ran = run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))])
        document = json.dumps(ran["result"], indent=2, ensure_ascii=False)
        (RESULTS / f"{name}.json").write_text(document + "\n", encoding="utf-8")
    table = Table("what", "asked", "reached", "peers in the run")
    dates = []
    for name, rows in ROWS.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            for row in rows(found):
                table.add_row(*row)
            dates.append(f"{name}: {found['date']}, {found['machine']['processor']}")
    Console(width=150).print(table)
    print("\n".join(dates))


if __name__ == "__main__":
    main()
