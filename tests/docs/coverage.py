"""Pages of facts: every fact that was read, with its grade, the rule that has it and the golden cases that hold it, or why none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GRADES = {"P": "primary", "MAC": "contractor", "S": "secondary"}
COLUMNS = "| fact | source | grade | rule | golden cases |\n|---|---|---|---|---|\n"
NAMED = ("limits", "parameters", "tables", "unit_rules", "value_sets", "derive")


KEYS = {"at", "fact", "grade", "source", "rules", "golden", "refused", "reason", "note"}


@dataclass(frozen=True)
class Coverage:
    """A page made from a file of facts, and what its facts may name.

    `sections` are the titles by the number that a fact's `at` begins with; `folders` the folders of policies whose items a rule may be,
    named without `family`; `golden` the folder whose golden files it may name, by their path in it without the ending.
    """

    facts: Path
    page: Path
    golden: Path
    folders: tuple[str, ...]
    family: str
    head: str
    sections: Mapping[str, str]

    @cached_property
    def told(self) -> dict[str, list[dict[str, Any]]]:
        """The file of facts."""
        return dict(loaded(self.facts))

    @cached_property
    def all(self) -> list[dict[str, Any]]:
        """Every fact, and every line that is listed beside them."""
        return [*self.told["facts"], *self.told.get("lines", ())]

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """The names of the cases of each golden file."""
        found = {}
        for path in sorted(self.golden.rglob("*.golden.yaml")):
            name = path.relative_to(self.golden).as_posix().removesuffix(".golden.yaml")
            found[name] = [case["name"] for case in loaded(path)["golden"]]
        return found

    @cached_property
    def items(self) -> set[str]:
        """Everything of the policies and catalogues that has a name: rules, limits, parameters, tables, sets, derived facts, checks, codes."""
        found = set()
        for path in (path for folder in self.folders for path in (ROOT / "policies" / folder).rglob("*.yaml")):
            text = loaded(path)
            own = {rule["id"] for section in ("rules", "checks") for rule in text.get(section, ())}
            own |= {name for section in NAMED for name in text.get(section, {})} | set(text.get("codes", {}))
            name = str(text.get("policy") or text.get("catalogue") or "").removeprefix(self.family)
            found |= {f"{name}#{one}" for one in own}
        return found

    def cases(self, fact: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
        """The golden files a fact names, what their names hold, and the cases that have it."""
        named = [pair for one in fact.get("golden", ()) for pair in one.items()]
        return [(file, part, [name for name in self.names.get(file, ()) if part in name]) for file, part in named]

    def row(self, fact: dict[str, Any]) -> str:
        """One row of the table."""
        up = "../" * (len(self.page.relative_to(ROOT).parts) - 1)
        folder = self.golden.relative_to(ROOT).as_posix()
        held = "<br>".join(
            f"[{file}]({up}{folder}/{file}.golden.yaml): {found[0]}"
            + (f" and {len(found) - 1} more" if found[1:] else "")
            for file, _, found in self.cases(fact)
        )
        refused = "<br>".join(
            f"[{name}]({up}tests/policies/bad/{name}.yaml) is refused by `payerrules check`"
            for name in fact.get("refused", ())
        )
        why = fact.get("reason", "")
        last = "<br>".join(part for part in (held, refused, f"*{why}*" if why else "", fact.get("note", "")) if part)
        rules = ", ".join(f"`{rule}`" for rule in fact.get("rules", ()))
        cells = [fact["fact"], *([fact["source"], GRADES[fact["grade"]]] if "grade" in fact else []), rules, last]
        return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |\n"

    def made(self) -> str:
        """The page as it should be."""
        astray = [fact["fact"] for fact in self.told["facts"] if fact["at"].partition(".")[0] not in self.sections]
        assert astray == [], "every fact belongs to a section"
        parts = []
        for number, title in self.sections.items():
            rows = [self.row(fact) for fact in self.told["facts"] if fact["at"].partition(".")[0] == number]
            parts.append(f"## {number}. {title}\n{COLUMNS}{''.join(rows)}\n")
        if "lines" in self.told:
            parts.append(
                "## CPT 92507, line by line\n| line | rule | golden cases |\n|---|---|---|\n"
                + "".join(map(self.row, self.told["lines"]))
            )
        return self.head + "".join(parts).rstrip("\n") + "\n"

    def write(self) -> None:
        """Write the page anew."""
        self.page.write_text(self.made(), encoding="utf-8")

    def check(self, fact: dict[str, Any]) -> None:
        """Every rule and every case that a fact names is there, a fact without a case says why, and no text is split at a comma."""
        assert set(fact) - KEYS == set()
        assert set(fact.get("rules", ())) - self.items == set()
        assert [(file, part) for file, part, found in self.cases(fact) if not found] == []
        assert [
            name for name in fact.get("refused", ()) if not (ROOT / f"tests/policies/bad/{name}.yaml").is_file()
        ] == []
        assert fact.get("golden") or fact.get("refused") or fact.get("reason"), (
            "a fact has a golden case, or a reason why none"
        )


def loaded(path: Path) -> dict[str, Any]:
    """A YAML file, every scalar as it is written."""
    with path.open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=yaml.BaseLoader))


def ids(page: Coverage) -> list[str]:
    """The names of the tests of a page's facts."""
    return [re.sub(r"\W+", "-", fact["fact"])[:60] for fact in page.all]
