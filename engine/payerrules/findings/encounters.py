"""Encounters that show a finding: the facts a search found, written down as an encounter that `payerrules decide` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payerrules.language.expression import Member
from payerrules.language.items import EditionMeaning, Limit
from payerrules.language.policy import PolicyText
from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.values import NONE, FactType, show
from payerrules.program.formulas import DATE_OF_LINE, Key
from payerrules.program.solver import TRUE_ONLY, solve
from payerrules.program.space import Space

PAYER = {"payer": "id", "program": "program", "state": "state", "plan": "plan", "rank": "rank"}
ELSEWHERE = {"setting": ("setting",), "provider_type": ("provider", "type"), "market": ("coverage", "market")}
LISTS = {"authorization": ("coverage", "authorizations"), "other_payer": ("coverage", "other_payers")}
MADE = ("line.stands", "line.units_payable", "line.payment", "line.patient_share", "line.number", "patient")
"""Facts that the engine itself makes, and nobody can give."""
COMMONLY_ALLOWED = 7400
"""An allowed amount, in cents, for lines that a limit of money counts."""


class Writer:
    """Writes encounters for one edition: its payer, its first day, its codes."""

    def __init__(self, text: PolicyText, meaning: EditionMeaning, space: Space) -> None:
        self.text = text
        self.meaning = meaning
        self.space = space
        self.vocabulary: Vocabulary = space.vocabulary

    def encounter(self, facts: Mapping[Key, Any]) -> dict[str, Any]:
        """An encounter with these facts."""
        facts = {**self.about(facts), **facts}
        line: dict[str, Any] = {"line": 1, "date": self.day(facts), "code": self.code(facts)}
        whole: dict[str, Any] = {"encounter": "EXAMPLE", "payer": self.payer(), "patient": {"id": "P-1"}}
        for name, path in ELSEWHERE.items():
            if said := self.text.applies_to.get(name):
                put(whole, path, said[0])
        others: dict[str, dict[str, Any]] = {}
        for (scope, name), value in facts.items():
            if scope == "@there":
                others.setdefault(name, {})
            elif scope not in ("", "@free"):
                self.write(name, value, others.setdefault(scope, {}), whole)
            elif scope == "" and (scope, name) not in (DATE_OF_LINE, ("", "line.code")) and name not in MADE:
                self.write(name, value, line, whole)
        self.limits(facts, line, whole)
        lines = [line]
        for scope, thing in others.items():
            if facts.get(("@there", scope)) is not False:
                self.beside(scope.partition("#")[0], thing, lines, whole)
        for path in LISTS.values():
            if any(scope == "@there" and name.startswith(path[1][:-1]) for scope, name in facts):
                put(whole, path, whole.get(path[0], {}).get(path[1], []))
        return {**whole, "history": whole.get("history", []), "lines": lines}

    def about(self, facts: Mapping[Key, Any]) -> Mapping[Key, Any]:
        """A code for the line, where the facts name none: one that the policy speaks of."""
        if ("", "line.code") in facts:
            return {}
        return {key: value for key, value in (solve([(self.meaning.about, TRUE_ONLY)], self.space).facts or {}).items()}

    def code(self, facts: Mapping[Key, Any]) -> str:
        """The code of the line."""
        found = facts.get(("", "line.code"))
        if isinstance(found, str):
            return found
        conditions = [self.meaning.about, *(rule.when for rule in self.meaning.rules)]
        named = (code for part in conditions for code in codes_named(part))
        return next(named, "OTHER")

    def day(self, facts: Mapping[Key, Any]) -> str:
        """The date of service."""
        return show(facts.get(DATE_OF_LINE, self.space.window.first), FactType("date"))

    def payer(self) -> dict[str, str]:
        """The payer's name, as the policy has it."""
        said = {PAYER[key]: words[0] for key, words in self.text.applies_to.items() if key in PAYER and words}
        return {"id": "example", **said} if "id" not in said else said

    def write(self, name: str, value: Any, line: dict[str, Any], whole: dict[str, Any]) -> None:
        """Write one fact where an encounter holds it: on the line (or thing) for its own facts, else on the whole."""
        if value is None or name.startswith(("limit.", "parameter.")):
            return
        if name in ("provider", "line.provider"):
            put(line, ("provider", "npi"), value)
            return
        if name == "line.line":
            return
        if name in ("line.authorized", "line.authorization_requested"):
            status = "approved" if name == "line.authorized" else "requested"
            put(whole, LISTS["authorization"], [{"id": "A-1", "status": status}] if value is True else [])
            return
        entry = self.vocabulary.facts.get(name)
        if entry is None:
            return
        said = written(value, entry)
        if said is None:
            return
        if name in ("line.diagnoses", "encounter.diagnoses", "line.first_diagnosis", "diagnosis.code"):
            listed = said if isinstance(said, list) else [said]
            whole["diagnoses"] = list(dict.fromkeys([*whole.get("diagnoses", []), *listed]))
        elif entry.entity == "payer":
            put(whole, ("payer", *entry.at_path[-1:]), said)
        elif entry.entity in ("line", *LISTS):
            put(line, entry.at_path, said)
        elif entry.entity not in ("limit", "step", "pair", "encounter", "diagnosis"):
            put(whole, entry.at_path, said)

    def beside(self, what: str, thing: dict[str, Any], lines: list[dict[str, Any]], whole: dict[str, Any]) -> None:
        """Put another line, authorization or payer beside the line."""
        if what == "other":
            first = lines[0]
            lines.append({"line": len(lines) + 1, "date": first["date"], "code": first["code"], **thing})
        elif what in LISTS:
            place = whole.setdefault("coverage", {}).setdefault(LISTS[what][1], [])
            place.append({"id": f"{what[0].upper()}-{len(place) + 1}", **thing})

    def limits(self, facts: Mapping[Key, Any], line: dict[str, Any], whole: dict[str, Any]) -> None:
        """Counters, so that what is used of a limit comes to what was found."""
        for limit in self.meaning.limits:
            after = facts.get(("", f"limit.{limit.key}.after"))
            before = facts.get(("", f"limit.{limit.key}.before"))
            if isinstance(before, int):
                used = before
            elif isinstance(after, int):
                used = after - self.size(limit, after, line)
            else:
                continue
            counter: dict[str, Any] = {
                "limit": limit.name,
                "used": show(used, MONEY_OF[limit.counts == "allowed_amount"]),
            }
            pool = {fact.name: facts.get(("", fact.name)) for fact in limit.per if fact.name != "patient"}
            if said := {name: value for name, value in pool.items() if isinstance(value, str)}:
                counter["pool"] = said
            whole.setdefault("counters", []).append(counter)

    @staticmethod
    def size(limit: Limit, after: int, line: dict[str, Any]) -> int:
        """How much of a limit the line itself uses; an allowed amount is given to it where it has none."""
        if limit.counts != "allowed_amount":
            return min(after, 1)
        found = min(after, COMMONLY_ALLOWED)
        line["allowed"] = show(found, FactType("money", decimals=2))
        return found


MONEY_OF = {True: FactType("money", decimals=2), False: FactType("count")}


def codes_named(part: Any) -> list[str]:
    """The procedure codes that a condition names."""
    found: list[str] = []
    for inner in getattr(part, "parts", ()) or ([part.part] if hasattr(part, "part") else []):
        found += codes_named(inner)
    if isinstance(part, Member) and getattr(part.left, "name", "") == "line.code":
        found += sorted(part.members.codes)
    if hasattr(part, "right") and getattr(part.left, "name", "") == "line.code":
        value = getattr(part.right, "value", None)
        found += [value] if isinstance(value, str) else []
    return found


def written(value: Any, entry: FactEntry) -> Any:
    """A value as an encounter has it; None where it is best left out."""
    if value is NONE:
        return None if entry.if_missing == "none" else "none"
    if isinstance(value, bool):
        return value
    if isinstance(value, frozenset):
        return sorted(value)
    return show(value, entry.type)


def put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value at its keys."""
    for key in path[:-1]:
        inner = data.setdefault(key, {})
        data = inner if isinstance(inner, dict) else {}
    data[path[-1]] = value


def flow(value: Any) -> str:
    """Plain data as YAML on one line.

    >>> flow({"a": [1, "x y"], "b": True, "c": "2026-01-01"})
    '{a: [1, "x y"], b: yes, c: 2026-01-01}'
    """
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(inner) for inner in value) + "]"
        case bool():
            return "yes" if value else "no"
        case str() if value and all(c.isalnum() or c in "._-/" for c in value) and value[0].isalnum():
            return value
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            return str(value)
