"""Checks of a payer's own settings: what a policy, and those that extend it, are held to before any claim.

`for_each: limit` reads `limit.name`, `limit.counts`, `limit.period`, `limit.crossing`, the sets `limit.per`, `limit.one_per` and
`limit.of` (the facts that its condition reads), `limit.of_yes` and `limit.of_no` (the yes/no facts that it wants to be yes, or no),
and the number `limit.beyond`, the smallest that a step names itself. `for_each: pair_of_limits` reads the same of `limit` and of
`other_limit`, each pair both ways. `for_each: parameter` reads `parameter.name`, `parameter.type` and `parameter.by`; `for_each: rule`
reads `rule.id`, `rule.stage` and `rule.effects` (the words of its effects). Words compare with a value, {in: [...]} or {not_in: [...]};
sets with has, has_any, has_all and has_none; numbers with above, at_least, below and at_most. On the right may stand another field. A
number that is not there, for the coverage or a parameter gives it, is neither above nor below any.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from payerrules.language.composed import Composed, Piece
from payerrules.language.effect import Hit
from payerrules.language.expression import All, Compare, Condition, Fact, Literal, Term
from payerrules.language.items import EditionMeaning, Limit, ParameterLookup
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Node, plain
from payerrules.language.outcomes import written
from payerrules.language.spelling import remedy
from payerrules.model.diagnostic import Diagnostic, Location, Severity
from payerrules.model.values import unscaled

Subject = tuple[str, Mapping[str, Any], Location | None]
COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}


def run_checks(composed: Composed, meaning: EditionMeaning) -> list[Diagnostic]:
    """Run every check of the layers over the composed edition; what it refuses is an error at the thing itself."""
    found: list[Diagnostic] = []
    for piece in composed.checks:
        node = piece.node
        if not isinstance(node, Map):
            continue
        when, unless = node.get("when"), node.get("unless")
        for name, fields, at in subjects(written(node.get("for_each")), meaning):
            if when is not None and holds(when, fields, found) and not (unless and holds(unless, fields, found)):
                found.append(complaint(piece, name, at, fields.get("other_limit.name", "")))
    return found


def complaint(piece: Piece, name: str, at: Location | None, other: str = "") -> Diagnostic:
    """The error or warning of a check, with the name of what it is about put into its text."""
    node = piece.node
    assert isinstance(node, Map)
    refuse = node.get("refuse")
    text = written(refuse if refuse is not None else node.get("warn"))
    for word in ("limit", "parameter", "rule"):
        text = text.replace("{" + word + "}", f"`{name}`")
    text = text.replace("{other_limit}", f"`{other}`")
    source = written(node.get("source"))
    hint = f"Check `{piece.name}` of {piece.text.policy}" + (f", source {source}." if source else ".")
    code, severity = ("check-refused", Severity.ERROR) if refuse is not None else ("check-warned", Severity.WARNING)
    return Diagnostic(code, text, at or node.at, hint, severity)


def subjects(for_each: str, meaning: EditionMeaning) -> Iterator[Subject]:
    """The things a check looks at, each with what it can read of them."""
    if for_each == "limit":
        for limit in meaning.limits:
            yield limit.name, of_limit(limit, "limit"), limit.at
    elif for_each == "pair_of_limits":
        for limit in meaning.limits:
            for other in meaning.limits:
                if other is not limit:
                    yield limit.name, {**of_limit(limit, "limit"), **of_limit(other, "other_limit")}, limit.at
    elif for_each == "parameter":
        for lookup in meaning.lookups:
            if isinstance(lookup, ParameterLookup):
                name = lookup.fact.name.partition("@")[0].removeprefix("parameter.")
                by = names(lookup.by)
                yield (
                    name,
                    {"parameter.name": name, "parameter.type": str(lookup.fact.type), "parameter.by": by},
                    lookup.at,
                )
    else:
        for rule in meaning.rules:
            words = {effect.word for effect in rule.effects if isinstance(effect, Hit)}
            words |= {type(effect).__name__.lower() for effect in rule.effects if not isinstance(effect, Hit)}
            yield rule.id, {"rule.id": rule.id, "rule.stage": rule.stage, "rule.effects": words}, rule.at


def of_limit(limit: Limit, called: str) -> dict[str, Any]:
    """What a check can read of a limit."""
    bounds = [found for _, term in limit.beyonds if (found := bound(term)) is not None]
    fields = {
        "name": limit.name,
        "counts": limit.counts,
        "period": limit.period.kind,
        "crossing": limit.crossing,
        "per": names(limit.per),
        "one_per": names(limit.one_per),
        "of": names(limit.of),
        "of_yes": wanted_to_be(True, limit.of),
        "of_no": wanted_to_be(False, limit.of),
        "beyond": min(bounds, default=None),
    }
    return {f"{called}.{name}": field for name, field in fields.items()}


def bound(term: Term) -> Decimal | None:
    """A bound that the policy names itself; None where a parameter or the coverage gives it."""
    match term:
        case Literal(int() as value, kind):
            return Decimal(unscaled(value, kind.decimals))
    return None


def wanted_to_be(value: bool, condition: Condition) -> set[str]:
    """The yes/no facts that every line of a condition has as yes, or as no."""
    match condition:
        case All(parts):
            return set().union(*(wanted_to_be(value, part) for part in parts))
        case Compare(Fact() as fact, "eq", Literal(said)) if said is value:
            return names(fact)
    return set()


def names(part: Any) -> set[str]:
    """The names of the facts that a piece of meaning reads."""
    if isinstance(part, Fact):
        return {part.name.partition("@")[0]}
    if isinstance(part, tuple):
        return set().union(*(names(one) for one in part)) if part else set()
    if dataclasses.is_dataclass(part):
        return set().union(*(names(getattr(part, f.name)) for f in dataclasses.fields(part)), set())
    return set()


def holds(node: Node, fields: Mapping[str, Any], found: list[Diagnostic]) -> bool:
    """Whether a check's condition holds of one thing."""
    if not isinstance(node, Map):
        return False
    result = True
    for key, value in node:
        match key.text:
            case "because":
                continue
            case "all" | "any" | "not":
                inner = [holds(item, fields, found) for item in getattr(value, "items", None) or (value,)]
                result &= all(inner) if key.text == "all" else any(inner) if key.text == "any" else not any(inner)
            case name if name in fields:
                result &= fits(fields[name], plain(value), fields)
            case name:
                hint = remedy(name, fields, "A check reads")
                found.append(Diagnostic("unknown-fact", f"a check cannot read `{name}`", key.at, hint))
                return False
    return result


def fits(said: Any, wanted: Any, fields: Mapping[str, Any]) -> bool:
    """Whether a word, a number or a set of names is what is wanted; a field's name on the right is that field."""
    if not isinstance(wanted, dict):
        wanted = fields.get(wanted, wanted) if isinstance(wanted, str) else wanted
        return bool(said == wanted) if said is None or isinstance(said, str | Decimal) else wanted in said
    result = True
    for word, listed in wanted.items():
        if word in COMPARED:
            right = number(fields.get(listed, listed))
            result &= said is not None and right is not None and COMPARED[word](said, right)
            continue
        words = set(listed if isinstance(listed, list) else [listed])
        match word:
            case "in":
                result &= said in words
            case "not_in":
                result &= said not in words
            case "has_all":
                result &= words <= set(said)
            case "has_none":
                result &= not words & set(said)
            case _:
                result &= bool(words & set(said))
    return result


def number(written: Any) -> Decimal | None:
    """A number as it is written; None for anything else."""
    try:
        return Decimal(written) if isinstance(written, str | Decimal) else None
    except InvalidOperation:
        return None
