"""What the collaborative signal must reach, and what it does: one table from all of its benchmarks.

Without arguments the table is made of what `results/` holds. With `--run` every benchmark runs first, about an hour on
two cores, and its JSON is written there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from measured import run

RESULTS = Path(__file__).with_name("results")
BENCHMARKS = (
    "artists",
    "continuation",
    "next_track",
    "cold_artists",
    "real_input",
    "als",
    "kernels",
    "scale",
)
WEEKLY = ("popularity", "artists they know", "implicit iALS", "implicit item neighbours")
BILLION = 1_000_000_000

Figures = dict[str, Any]


class Row(NamedTuple):
    """A line of the table; figures as they are shown."""

    what: str
    asked: str
    reached: str
    best_peer: str
    ratio: str


def main() -> None:
    """Run what is asked for, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--run",
        nargs="*",
        choices=BENCHMARKS,
        metavar="NAME",
        help="run these benchmarks first; all by default",
    )
    chosen = arguments.parse_args().run
    for name in (chosen or BENCHMARKS) if chosen is not None else ():
        ran = run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))])
        document = json.dumps(ran["result"], indent=2, ensure_ascii=False)
        (RESULTS / f"{name}.json").write_text(document + "\n", encoding="utf-8")
    found = {name: json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")) for name in BENCHMARKS}
    table = Table("what", "asked", "reached", "best peer in the run", "ratio")
    for row in rows(found):
        table.add_row(*row)
    Console(width=150).print(table)
    for name, document in found.items():
        machine = document["machine"]
        print(f"{name}: {document['date']}, {machine['processor']}, {machine['cores']} cores")


def rows(found: dict[str, Figures]) -> Iterator[Row]:
    """The lines, accuracy first."""
    artists = found["artists"]["systems"]
    for metric, asked in (("ndcg@20", ".300"), ("recall@20", ".290")):
        means = {system: values[metric]["mean"] for system, values in artists.items()}
        yield _against(
            f"artists (HetRec), {metric}", asked, means, "earmark", peers=("implicit", "popularity")
        )
    for metric, asked in (("r_precision", ".150"), ("ndcg@500", ".280"), ("clicks", "5.0")):
        means = {system: values[metric] for system, values in found["continuation"]["means"].items()}
        yield _against(f"playlist continuation, {metric}", asked, means, "Earmark", least=metric == "clicks")
    for metric, asked in (("mrr@20", ".180"), ("hr@20", ".320")):
        means = {system: values[metric]["mean"] for system, values in found["next_track"]["systems"].items()}
        yield _against(f"next track, {metric}", asked, means, "next track")
    cold = found["cold_artists"]["ndcg@20"]["all tags"]
    means = {system: values["ndcg@20"] for system, values in cold.items()}
    yield _against("cold artists from tags, ndcg@20", ".600", means, "earmark")
    yield _weekly(found["real_input"]["trials"])
    yield from _speed(found["als"], found["kernels"])
    yield from _scale(found["scale"], found["als"], found["kernels"])


def _against(
    what: str,
    asked: str,
    means: dict[str, float],
    ours: str,
    *,
    peers: tuple[str, ...] = ("",),
    least: bool = False,
) -> Row:
    others = {name: mean for name, mean in means.items() if name != ours and name.startswith(peers)}
    best = (min if least else max)(others, key=lambda name: others[name])
    return Row(
        what,
        asked,
        f"{means[ours]:.4g}",
        f"{others[best]:.4g} ({best})",
        f"{means[ours] / others[best]:.2f}",
    )


def _weekly(trials: list[Figures]) -> Row:
    scores = [
        {line["system"]: line["scores"]["recall@100"]["mean"] for line in report["lines"]}
        for trial in trials
        for report in trial["reports"]
    ]
    means = {
        system: fmean(one[system] for one in scores)
        for system in ("weekly discovery", *WEEKLY)
        if system in scores[0]
    }
    return _against("weekly discovery, recall@100", "1.3 × the best peer", means, "weekly discovery")


def _speed(als: Figures, kernels: Figures) -> Iterator[Row]:
    for factors, taken in als["factors"].items():
        yield Row(
            f"an iALS iteration, {factors} factors, CPU s",
            "≤ .25 × the peer",
            f"{taken['ours']['cpu_s']:.2f}",
            f"{taken['implicit']['cpu_s']:.2f} (implicit)",
            f"{taken['cpu_ratio']:.3f}",
        )
    (neighbours,) = kernels["neighbours"]
    yield _faster("neighbours, K=100, CPU s", "≥ 3 × as fast", neighbours)
    (top,) = kernels["top"]
    for factors, taken in top.items():
        if factors.endswith("factors"):
            yield _faster(f"top 100 for everyone, {factors}, CPU s", "≥ 5 × as fast", taken)
    yield Row("folding in 500 songs, ms", "≤ 1", f"{als['fold_in_ms']['500']:.2f}", "", "")


def _faster(what: str, asked: str, taken: Figures) -> Row:
    return Row(
        what,
        asked,
        f"{taken['ours']['cpu_s']:.2f}",
        f"{taken['implicit']['cpu_s']:.2f} (implicit)",
        f"{taken['ratio']:.1f}",
    )


def _scale(scale: Figures, als: Figures, kernels: Figures) -> Iterator[Row]:
    sizes = scale["sizes"]
    for size in sizes:
        listens = size["stored"]["listens"] / 1e6
        yield Row(
            f"{listens:.1f} million listens: snapshot to live build",
            "≤ 180 s, 4 GB" if size is sizes[-1] else "",
            f"{size['learn']['wall_s']:.0f} s, {size['learn']['peak_mb'] / 1e3:.1f} GB",
            "",
            "",
        )
        yield Row(
            f"{listens:.1f} million listens: mixes for {size['weekly']['made']:,}",
            "≤ 180 s" if size is sizes[-1] else "",
            f"{size['weekly']['wall_s']:.0f} s, {size['weekly']['peak_mb'] / 1e3:.1f} GB",
            "",
            "",
        )
    for factors, taken in als["factors"].items():
        hours = taken["ours"]["cpu_s"] * BILLION / als["pairs"] / 3600
        yield Row(
            f"a billion pairs: an iALS iteration, {factors} factors, CPU hours", "", f"{hours:.2f}", "", ""
        )
    largest = kernels["growth"][-1]
    yield Row(
        "a billion pairs: neighbours, K=100, CPU hours",
        "",
        f"{largest['a_billion_pairs_cpu_hours']:.2f}",
        "",
        "",
    )


if __name__ == "__main__":
    main()
