"""Comparing a decision with what a golden case expects: only what is named is compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from payerrules.language.nodes import Mapping, Node, Scalar, plain
from payerrules.language.spelling import remedy
from payerrules.model.diagnostic import Diagnostic

LINE_FIELDS = (
    "billed_as", "code", "modifiers", "outcome", "as_submitted", "as_corrected", "adjustments", "carc", "rarc", "group",
    "liability", "flags", "actions", "needs", "presumed", "corrections", "authorization", "units_payable", "allowed", "payment",
    "patient_share", "rules",
)  # fmt: skip
"""What a case may expect of a line; each also with _in, _include, _absent, and numbers with _at_most and _at_least."""
CASE_FIELDS = ("outcome", "complete", "flags", "actions", "needs", "presumed", "limits", "overrides")
"""What a case may expect of the encounter as a whole, beside `lines` and `not_silent`."""
LEFT_OUT = ("liability", "payment", "patient_share", "parts")
"""Keys that a verdict leaves out where there is nothing to say; `none` fits them then, and no other key."""
VERDICTS = ("outcome", "as_submitted", "as_corrected")
OUTCOMES = ("pay", "deny", "return", "pend")
SUFFIXES = ("_in", "_include", "_absent", "_at_most", "_at_least")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected: where, what was wanted, what came, and the node that wanted it."""

    path: str
    wanted: Any
    came: Any
    node: Node
    line: int = 0

    def __str__(self) -> str:
        """Tell it in one line."""
        return f"{self.path}: expected {shown(self.wanted)}, got {shown(self.came)}"


def shown(value: Any) -> str:
    """A value on one line, as YAML would write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None or value == "" else str(value)


def compare(expect: Mapping, decision: dict[str, Any]) -> tuple[list[Difference], list[Diagnostic]]:
    """Hold a decision against `expect`; gives back what differs, and what of `expect` makes no sense (an unknown key)."""
    differences: list[Difference] = []
    wrong: list[Diagnostic] = []
    lines = {str(line["line"]): line for line in decision["lines"]}
    for key, node in expect:
        if key.text == "lines" and isinstance(node, Mapping):
            for number, wanted in node:
                line = lines.get(number.text)
                if line is None:
                    differences.append(Difference(f"lines.{number.text}", "a line", None, node))
                elif not isinstance(wanted, Mapping) or not wanted.entries:
                    hint = "Write what is expected of the line, such as {billed_as: CODE-MODIFIER, as_submitted: pay}."
                    message = f"nothing is expected of line {number.text}"
                    wrong.append(Diagnostic("unknown-expectation", message, wanted.at, hint))
                elif isinstance(wanted, Mapping):
                    fields = line_fields(line, decision)
                    found = _compare(wanted, fields, LINE_FIELDS, f"lines.{number.text}.", wrong, int(number.text))
                    differences += found
        elif key.text == "not_silent":
            loud = decision["outcome"] != "pay" or any(case_fields(decision)[f] for f in ("flags", "actions", "needs"))
            if loud != truth(node):
                differences.append(Difference("not_silent", plain(node), loud, node))
        else:
            one = Mapping(((key, node),), node.at)
            differences += _compare(one, case_fields(decision), CASE_FIELDS, "", wrong, 0)
    return differences, wrong


def truth(node: Node) -> bool:
    """Whether a scalar says yes."""
    return isinstance(node, Scalar) and node.text.lower() in ("yes", "true")


def line_fields(line: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    """What a line's decision says under each name a case may use."""
    submitted, corrected = line["as_submitted"], line["as_corrected"]
    adjustments = submitted["adjustments"]
    groups = {adjustment["group"] for adjustment in adjustments}
    actions = [*line["actions"], *decision.get("actions", ())]
    return {
        **{
            name: line.get(name)
            for name in ("billed_as", "code", "modifiers", "presumed", "corrections", "needs", "authorization")
        },
        "outcome": corrected["outcome"],
        "as_submitted": submitted,
        "as_corrected": corrected,
        "adjustments": adjustments,
        "carc": sorted({adjustment["carc"] for adjustment in adjustments}),
        "rarc": sorted({code for adjustment in adjustments for code in adjustment["rarc"]}),
        "group": groups.pop() if len(groups) == 1 else sorted(groups),
        "liability": submitted.get("liability"),
        "flags": line["flags"],
        "actions": [action["do"] for action in actions],
        "units_payable": corrected["units"]["payable"],
        "allowed": corrected["allowed"],
        "payment": corrected.get("payment"),
        "patient_share": corrected.get("patient_share"),
        "rules": [t["rule"] for t in decision["trace"] if t["verdict"] == "fired" and t["line"] == line["line"]],
    }


def case_fields(decision: dict[str, Any]) -> dict[str, Any]:
    """What the decision as a whole says under each name a case may use: of all lines and of the encounter."""
    lines = decision["lines"]
    actions = [action for line in lines for action in line["actions"]] + list(decision.get("actions", ()))
    return {
        "outcome": decision["outcome"],
        "complete": decision["complete"],
        "flags": sorted({f for line in lines for f in line["flags"]} | set(decision.get("flags", ()))),
        "actions": [action["do"] for action in actions],
        "needs": sorted({n for line in lines for n in line["needs"]} | set(decision.get("needs", ()))),
        "presumed": sorted({n for line in lines for n in line["presumed"]} | set(decision.get("presumed", ()))),
        "limits": decision["limits"],
        "overrides": decision["overrides"],
    }


def _compare(
    expect: Mapping,
    fields: dict[str, Any],
    known: tuple[str, ...],
    path: str,
    wrong: list[Diagnostic],
    line: int,
) -> Iterator[Difference]:
    for key, node in expect:
        suffix = next((s for s in SUFFIXES if key.text.endswith(s) and key.text.removesuffix(s) in known), "")
        field = key.text.removesuffix(suffix) if suffix else key.text
        if field not in known:
            allowed = [*known, *(f"{name}{end}" for name in known for end in ("_in", "_include", "_absent"))]
            hint = remedy(key.text, allowed, "A case may expect")
            wrong.append(Diagnostic("unknown-expectation", f"`{key.text}` is nothing a case can expect", key.at, hint))
            continue
        wanted, came = plain(node), fields.get(field)
        if suffix in ("_at_most", "_at_least") and number(wanted) is None:
            hint = "Write a number such as 1 or 74.00."
            wrong.append(Diagnostic("unknown-expectation", f"`{shown(wanted)}` is no number", node.at, hint))
            continue
        if field in VERDICTS and (word := no_outcome(wanted)) is not None:
            hint = remedy(word, OUTCOMES, "An outcome is")
            wrong.append(Diagnostic("unknown-expectation", f"`{word}` is no outcome", node.at, hint))
            continue
        if not fits(suffix, wanted, came):
            if isinstance(wanted, str) and isinstance(came, dict) and "outcome" in came:
                came = came["outcome"]
            yield Difference(f"{path}{key.text}", wanted, came, node, line)


def no_outcome(wanted: Any) -> str | None:
    """The first word of an expected verdict that is no outcome; None where all are.

    >>> no_outcome("paid"), no_outcome(["pay", "deny"]), no_outcome({"adjustments": []})
    ('paid', None, None)
    """
    words = wanted if isinstance(wanted, list) else [wanted.get("outcome") if isinstance(wanted, dict) else wanted]
    return next((word for word in words if isinstance(word, str) and word not in OUTCOMES), None)


def fits(suffix: str, wanted: Any, came: Any) -> bool:
    """Whether what came is what was wanted, in the way the suffix says."""
    match suffix:
        case "_in":
            return any(same(one, came) for one in wanted or ())
        case "_include":
            wished = wanted if isinstance(wanted, list) else [wanted]
            return all(any(same(one, other) for other in came or ()) for one in wished)
        case "_absent":
            wished = wanted if isinstance(wanted, list) else [wanted]
            return not any(same(one, other) for one in wished for other in came or ())
        case "_at_most":
            return number(came) is not None and Decimal(str(came)) <= Decimal(wanted)
        case "_at_least":
            return number(came) is not None and Decimal(str(came)) >= Decimal(wanted)
        case _:
            return same(wanted, came)


def number(value: Any) -> Decimal | None:
    """A written or decided value as a number; None where it is none."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def same(wanted: Any, came: Any) -> bool:
    """Whether a written value is what came. Of a map only the named keys compare; a word beside a verdict is its outcome.

    >>> same("pay", {"outcome": "pay", "adjustments": []}), same({"carc": "4"}, {"group": "CO", "carc": "4"})
    (True, True)
    """
    if isinstance(came, dict):
        if isinstance(wanted, dict):
            return all((key in came or key in LEFT_OUT) and same(one, came.get(key)) for key, one in wanted.items())
        return bool("outcome" in came and same(wanted, came["outcome"]))
    if isinstance(wanted, list):
        return (
            isinstance(came, list | tuple)
            and len(wanted) == len(came)
            and all(same(one, other) for one, other in zip(wanted, came, strict=True))
        )
    if isinstance(came, bool):
        return str(wanted).lower() in (("yes", "true") if came else ("no", "false"))
    if wanted is None or came is None:
        return wanted in (None, "none", "") and came in (None, "")
    return str(wanted) == str(came)
