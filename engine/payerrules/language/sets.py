"""Sets of codes: value sets by name, lists in place, ranges, prefixes, and catalogues filtered by their entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from payerrules.language.catalogue import RANGE_HINT, spread
from payerrules.language.desk import Desk
from payerrules.language.expression import CodeSet
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence, plain
from payerrules.language.spelling import remedy

EMPTY = CodeSet()


def read_sets(desk: Desk) -> None:
    """Read every value set of the composed policy into the desk; one may name others, in any order."""
    waiting: list[str] = []
    for name in desk.composed.value_sets:
        value_set(name, desk, waiting)


def value_set(name: str, desk: Desk, waiting: list[str]) -> CodeSet:
    """A value set by name, read when first asked for; a ring of sets is an error."""
    if name in desk.sets:
        return desk.sets[name]
    piece = desk.composed.value_sets[name]
    if name in waiting:
        ring = " -> ".join([*waiting[waiting.index(name) :], name])
        desk.error("set-cycle", f"the set `{name}` is made of itself: {ring}", piece.node, "Take one of them out.")
        return EMPTY
    waiting.append(name)
    with desk.reading(piece):
        found = from_definition(piece.node, desk, waiting) if isinstance(piece.node, Mapping) else EMPTY
    waiting.pop()
    desk.sets[name] = named(found, name)
    return desk.sets[name]


def named(codes: CodeSet, name: str) -> CodeSet:
    """The set under a name."""
    return CodeSet(codes.codes, codes.prefixes, codes.ranges, codes.except_, name)


def from_definition(node: Mapping, desk: Desk, waiting: list[str]) -> CodeSet:
    """A value set as it is defined: codes, all_of, a catalogue, less what `except` names."""
    desk.source(node)
    parts: list[CodeSet] = []
    if (codes := node.get("codes")) is not None:
        parts.append(entries(codes, desk, waiting))
    if isinstance(others := node.get("all_of"), Sequence):
        parts += [by_name(item, desk, waiting) for item in others.items if isinstance(item, Scalar)]
    if isinstance(file := node.get("from"), Scalar):
        parts.append(from_catalogue(file, node.get("where"), desk))
    whole = union(parts)
    if (less := node.get("except")) is not None:
        return CodeSet(whole.codes, whole.prefixes, whole.ranges, entries(less, desk, waiting))
    return whole


def by_name(node: Scalar, desk: Desk, waiting: list[str]) -> CodeSet:
    """A value set that is named; an unknown one is an error."""
    if node.text in desk.composed.value_sets:
        return value_set(node.text, desk, waiting)
    hint = remedy(node.text, desk.composed.value_sets, "The policy's sets are")
    desk.error("unknown-set", f"`{node.text}` is no value set of this policy", node, hint)
    return EMPTY


def union(parts: list[CodeSet]) -> CodeSet:
    """All codes of several sets; what one leaves out is left out of that one only."""
    flat = [CodeSet(frozenset(c for c in p.codes if c in p), p.prefixes, p.ranges, p.except_) for p in parts]
    less = [p.except_ for p in flat if p.except_ is not None and (p.prefixes or p.ranges)]
    return CodeSet(
        frozenset().union(*(p.codes for p in flat)),
        tuple(dict.fromkeys(prefix for p in flat for prefix in p.prefixes)),
        tuple(dict.fromkeys(pair for p in flat for pair in p.ranges)),
        less[0] if len(less) == 1 else union(less) if less else None,
    )


def entries(node: Node, desk: Desk, waiting: list[str] | None = None) -> CodeSet:
    """Codes, ranges (92521-92524), prefixes (F84.-) and names of sets, as a list or one alone."""
    items = node.items if isinstance(node, Sequence) else (node,)
    parts = []
    for item in items:
        if not isinstance(item, Scalar):
            desk.error("wrong-type", "a code is wanted here", item, "Write a code, a range or a prefix.")
        elif item.text in desk.composed.value_sets:
            parts.append(value_set(item.text, desk, waiting if waiting is not None else []))
        else:
            parts.append(entry(item, desk))
    odd_ones(items, desk)
    return union(parts)


def odd_ones(items: Iterable[Node], desk: Desk) -> None:
    """Warn of a code of digits that is shorter or longer than most codes of digits that stand beside it."""
    digits = [item for item in items if isinstance(item, Scalar) and item.text.isdecimal()]
    usual, often = Counter(len(item.text) for item in digits).most_common(1)[0] if digits else (0, 0)
    for item in digits:
        if len(item.text) != usual and (often > 1 or len(item.text) < usual):
            message = f"`{item.text}` has {len(item.text)} digits, and the codes beside it have {usual}"
            desk.warn(
                "code-length",
                message,
                item,
                "Look the code up again, or put codes of another kind in a set of their own.",
            )


def entry(node: Scalar, desk: Desk) -> CodeSet:
    """One entry of a set: a code, a range or a prefix."""
    text = node.text
    if text.endswith("-"):
        stem = text[:-1]
        return CodeSet(frozenset({stem.rstrip(".")}), (stem,))
    codes = spread(text)
    if codes is None:
        desk.error("bad-range", f"`{text}` is no range of codes", node, RANGE_HINT)
        return EMPTY
    return CodeSet(codes)


def from_catalogue(file: Scalar, where: Node | None, desk: Desk) -> CodeSet:
    """The codes of a catalogue whose entries fit: {kind: surgical} or {kind: {in: [surgical, equipment]}}."""
    catalogue = desk.catalogues.get(file.text)
    if catalogue is None:
        hint = remedy(file.text, desk.catalogues, "The catalogues are")
        desk.error("unknown-catalogue", f"there is no catalogue `{file.text}`", file, hint)
        return EMPTY
    tests = [(key, plain(value)) for key, value in where] if isinstance(where, Mapping) else []
    keys = {key for fields in catalogue.values() for key in fields}
    for key, _ in tests:
        if key.text not in keys:
            hint = remedy(key.text, keys, "Its entries have")
            desk.error("unknown-column", f"no entry of `{file.text}` has `{key.text}`", key, hint)
    return CodeSet(
        frozenset(code for code, fields in catalogue.items() if all(fits(fields, k.text, t) for k, t in tests))
    )


def fits(fields: Any, key: str, wanted: Any) -> bool:
    """Whether an entry of a catalogue says what is wanted of one of its fields."""
    said = fields.get(key)
    words = {str(one) for one in said} if isinstance(said, list) else {str(said)}
    if isinstance(wanted, dict):
        allowed = wanted.get("in", wanted.get("not_in", []))
        listed = {str(one) for one in (allowed if isinstance(allowed, list) else [allowed])}
        return bool(words & listed) == ("in" in wanted)
    return str(wanted) in words


def read_members(node: Node, desk: Desk, *, modifiers: bool = False) -> CodeSet:
    """The members that a comparison names: a set by its bare name, or codes in place."""
    if isinstance(node, Scalar) and node.text in desk.composed.value_sets:
        return value_set(node.text, desk, [])
    if isinstance(node, Scalar) and node.text.islower() and "_" in node.text and not desk.is_fact(node.text):
        return by_name(node, desk, [])
    if modifiers:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar) and item.text not in desk.composed.value_sets:
                desk.modifier(item)
    return entries(node, desk)
