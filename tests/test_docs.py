"""Settings, verbs, options and causes are documented; the commands and links that pages show hold."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

from earmark._app.settings import NOT_SETTINGS, Settings
from earmark.cli.app import app
from earmark.mixes.files import FORMATS
from earmark.sources.registry import SOURCES

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
VERBS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]

BOUNDS = {"ge": "{} or more", "gt": "above {}", "le": "at most {}", "lt": "below {}"}


def settings(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its name in the environment."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field


EVERY_SETTING = list(settings(Settings, "EARMARK_"))


def cells(name: str, field: FieldInfo) -> list[str]:
    """What stands in a setting's row: name, default and bounds; None and made defaults are put in words."""
    made = field.default_factory is not None or field.default is None
    bounds = ", ".join(
        words.format(getattr(bound, key))
        for bound in field.metadata
        for key, words in BOUNDS.items()
        if getattr(bound, key, None) is not None
    )
    return [f"`{name}`"] if made else [f"`{name}`", f"`{field.default}`", bounds]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """The text below each heading of the second level."""
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return {part.partition("\n")[0].strip("` "): part for part in parts}


@pytest.mark.parametrize(("name", "field"), EVERY_SETTING, ids=[name for name, _ in EVERY_SETTING])
def test_every_setting_is_documented_with_its_default_and_bounds(name: str, field: FieldInfo) -> None:
    table = [line.strip("| ").split(" | ") for line in page("docs/reference/settings.md").splitlines()]
    rows = [[cell.strip() for cell in row] for row in table if row[0] == f"`{name}`"]
    expected = cells(name, field)
    assert len(rows) == 1, f"docs/reference/settings.md needs one row | {' | '.join(expected)} | … |"
    assert rows[0][: len(expected)] == expected
    assert len(rows[0]) == 4
    assert rows[0][3].endswith(".")


def test_no_setting_is_documented_that_is_not_there() -> None:
    known = {name for name, _ in EVERY_SETTING}
    named = {
        name for path in PAGES for name in re.findall(r"\bEARMARK_[A-Z_]*[A-Z]\b", path.read_text("utf-8"))
    }
    assert named <= known | NOT_SETTINGS


def verbs_below(verb: str) -> dict[str, Any]:
    """The verbs of a verb that has some, by name."""
    return getattr(VERBS[verb], "commands", {})


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_every_verb_is_documented(verb: str) -> None:
    section = sections(page("docs/reference/commands.md"))[f"earmark {verb}"]
    for name in verbs_below(verb):
        assert f"`earmark {verb} {name}" in section
    parameters = [one for below in verbs_below(verb).values() for one in below.params]
    for parameter in (*VERBS[verb].params, *parameters):
        for name in (*parameter.opts, *parameter.secondary_opts):
            shown = name if name.startswith("--") else name.removesuffix("_").upper()
            assert f"`{shown}`" in section or f"`{shown} " in section, f"earmark {verb} takes {shown}"


def test_no_verb_is_documented_that_is_not_there() -> None:
    documented = [
        name for name in sections(page("docs/reference/commands.md")) if name.startswith("earmark ")
    ]
    assert sorted(documented) == sorted(f"earmark {verb}" for verb in VERBS)


def causes() -> Iterator[tuple[str, str]]:
    """Every cause that a source gives for leaving out a row, with the module that gives it."""
    for path in sorted((ROOT / "src/earmark/sources").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            place = {"RowFaultError": 0, "Skipped": 2}.get(call.func.id)
            if place is not None and len(call.args) > place:
                module = import_module(f"earmark.sources.{path.stem}")
                for name in ast.walk(call.args[place]):
                    if isinstance(name, ast.Name) and name.id.isupper():
                        yield path.stem, getattr(module, name.id)


@pytest.mark.parametrize(("module", "cause"), sorted(set(causes())))
def test_every_cause_for_leaving_out_a_row_is_documented(module: str, cause: str) -> None:
    assert cause in page("docs/reference/sources.md"), f"{module} leaves rows out for this"


@pytest.mark.parametrize("names", [SOURCES, FORMATS], ids=["sources", "formats"])
def test_sources_and_formats_are_documented(names: dict[str, object]) -> None:
    assert all(f"`{name}`" in page("docs/reference/commands.md") for name in names)


def commands(text: str) -> Iterator[list[str]]:
    """The words of every `earmark …` command that a page shows, in blocks or in running text."""
    blocks = re.findall(r"^ *```(?:sh|console)\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    spans = re.findall(r"`([^`\n]+)`", text)
    for line in (*lines, *spans):
        words = shlex.split(line.strip().removeprefix("$ "), comments=True) if "earmark" in line else []
        at = next((n for n, word in enumerate(words) if re.fullmatch(r"([\w./-]*/)?earmark", word)), None)
        if at is not None and len(words) > at + 1:
            yield words[at + 1 :]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_shown_can_be_given(path: Path) -> None:
    for verb, *words in commands(path.read_text(encoding="utf-8")):
        if verb in ("--help", "--version"):
            continue
        assert verb in VERBS, f"earmark {verb}"
        below = verbs_below(verb)
        assert not below or not words or words[0] in below, f"earmark {verb} {words[0]}"
        command = below[words[0]] if below and words else VERBS[verb]
        taken = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= taken, f"earmark {verb} does not take {given - taken}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{target} leads nowhere"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, f"{target}: no such heading"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_metric_is_documented() -> None:
    source = (ROOT / "src/earmark/web/metrics.py").read_text(encoding="utf-8")
    kinds = {"Counter": "_total", "Histogram": "", "Gauge": "", "GaugeMetricFamily": ""}
    made = {
        call.args[0].value + kinds[call.func.id]  # type: ignore[operator]
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in kinds
        and isinstance(call.args[0], ast.Constant)
    }
    documented = set(re.findall(r"^\| `(earmark_\w+)`", page("docs/reference/http.md"), flags=re.MULTILINE))
    assert documented == made
