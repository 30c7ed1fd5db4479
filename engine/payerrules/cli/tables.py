"""Tables for people: one row a line, what to bill, what the payer would do, why, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from payerrules.decide.explain import next_text, number_text, period_text
from payerrules.decide.notes import COUNTER
from payerrules.model.decision import Decision, LineDecision
from payerrules.model.diagnostic import visible
from payerrules.model.encounter import Encounter

COLOURS = {"pay": "green", "pend": "yellow", "deny": "red", "return": "magenta"}


def decision_table(decisions: Iterable[Decision] = ()) -> Table:
    """The decisions as a table; `add_decision` adds more."""
    table = Table(title="", show_lines=True, expand=False)
    for column, width in (("encounter", 10), ("line", 4), ("bill as", 14), ("as submitted", 12), ("as corrected", 12)):
        table.add_column(
            column, min_width=width, no_wrap=column != "encounter", justify="right" if column == "line" else "left"
        )
    table.add_column("why, and what to do", min_width=40)
    for decision in decisions:
        add_decision(table, decision)
    return table


def add_decision(table: Table, decision: Decision) -> None:
    """A decision as rows, one a line."""
    seen: set[str] = set()
    for place, line in enumerate(decision.lines):
        said = [one for one in told(decision, line, place == 0) if one not in seen]
        seen |= {one for one in said if one.startswith("to do:")}
        table.add_row(
            visible(decision.encounter) if place == 0 else "",
            str(line.line),
            Text(visible(line.billed_as), style="bold"),
            verdict_text(line.as_submitted.outcome, codes(line)),
            verdict_text(line.as_corrected.outcome, ""),
            Text(visible("\n".join(said))),
        )
    if not decision.lines:
        table.add_row(
            visible(decision.encounter),
            "",
            "",
            verdict_text(decision.outcome, ""),
            "",
            Text(visible("\n".join(decision.unread))),
        )


def limits_table() -> Table:
    """The limits that lines touch: what was used before, by the line and with it, what is next, what was counted and what not."""
    table = Table(title="", show_lines=True, expand=False)
    for column in ("encounter", "line", "limit", "period", "before", "this", "after", "next"):
        table.add_column(column, justify="right" if column in ("line", "before", "this", "after") else "left")
    table.add_column("counted, and not", min_width=20)
    return table


def add_limits(table: Table, decision: Decision) -> None:
    """The limits of a decision as rows."""
    for limit in decision.to_dict()["limits"]:
        pool = "".join(f"\n{name} {value}" for name, value in limit["pool"].items())
        services = [f"{one['service']}: {number_text(one['used'])}" for one in limit["counted"]]
        services += [f"not {one['service']}: {one['because']}" for one in limit["not_counted"]]
        table.add_row(
            visible(decision.encounter),
            str(limit["line"]),
            Text(visible(limit["limit"] + pool)),
            period_text(limit),
            *(number_text(limit[name]) for name in ("before", "this", "after")),
            next_text(limit["next"]),
            Text(visible("\n".join(services))),
        )


def codes(line: LineDecision) -> str:
    """Group code and CARC of the adjustments as submitted."""
    return ", ".join(f"{one['group']} {one['carc']}".strip() for one in line.as_submitted.adjustments)


def verdict_text(outcome: str, more: str) -> Text:
    """An outcome in its colour, with its codes."""
    text = Text(outcome, style=COLOURS.get(outcome, ""))
    if more:
        text.append(f"\n{more}", style="dim")
    return text


def told(decision: Decision, line: LineDecision, first: bool) -> list[str]:
    """What a person should read about a line: corrections, flags, actions and needs."""
    found = []
    for correction in line.corrections:
        rule = correction["rule"].partition("#")[2]
        if "add_modifier" in correction:
            found.append(f"add {correction['add_modifier']} ({rule})")
        elif "remove_modifier" in correction:
            found.append(f"take off {correction['remove_modifier']} ({rule})")
        elif "replace_modifier" in correction:
            swap = correction["replace_modifier"]
            found.append(f"{swap['to']} instead of {swap['from']} ({rule})")
        else:
            cut = correction["cut_units"]
            found.append(f"{cut['to']} units instead of {cut['from']} ({rule})")
    found += line.remarks
    found += [f"flag: {flag}" for flag in line.flags]
    found += [f"to do: {action['say']}" for action in line.actions]
    found += [f"needs: {need}" for need in line.needs]
    if first:
        found += [text for text in decision.unread if text.startswith(COUNTER)]  # other faults are told beside
        found += [f"to do: {action['say']}" for action in decision.actions]
        found += [f"presumed: {name}" for name in decision.presumed]
        ledger = decision.ledger or {}
        found += [f"takes the place of {name}" for name in ledger.get("undoes", ())]
        found += [f"set aside: {name}" for name in ledger.get("set_aside", ())]
    found += [
        f"override by {one.plugin}: {one.before} -> {one.after}, {one.reason}"
        for one in decision.overrides
        if one.line == line.line
    ]
    return list(dict.fromkeys(found))


def needs_history(encounter: Encounter, decision: Decision) -> bool:
    """Whether a decision lacks the patient's history, of which nothing was given."""
    given = encounter.history is not None or encounter.counters
    return not given and any("history" in line.needs for line in decision.lines)


def missing_once(patients: set[str]) -> str:
    """What is missing most, said once for the whole run: the history of these patients, and what can be done about it."""
    if not patients:
        return ""
    return f"no history for {len(patients)} patient{'s' * (len(patients) != 1)}: give --ledger, history or counters in the encounter, or --assume-history none"
