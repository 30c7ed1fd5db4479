"""Edits to an encounter as plain data: one fact set or taken away, a thing added beside; and what two encounters differ in, in words."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.values import DATE, NONE, FactType, show

Data = dict[str, Any]
GONE = object()


def plain_value(value: Any, kind: FactType) -> Any:
    """A value as an encounter file would hold it; None takes the key away."""
    if value is None or isinstance(value, bool):
        return value
    if value is NONE:
        return "none"
    return sorted(value) if isinstance(value, frozenset) else show(value, kind)


def line_of(data: Data, place: int) -> Data:
    """A line of an encounter."""
    line: Data = data["lines"][place]
    return line


def put(where: Data, path: tuple[str, ...], value: Any) -> None:
    """Put a value at keys, or take it away where it is None."""
    for key in path[:-1]:
        inner = where.get(key)
        if not isinstance(inner, dict):
            if value is None:
                return
            inner = where[key] = {}
        where = inner
    if value is None:
        where.pop(path[-1], None)
    else:
        where[path[-1]] = value


def put_fact(data: Data, place: int, entry: FactEntry, value: Any) -> None:
    """Put a given fact of a line, or of the encounter, where its vocabulary entry says."""
    written = plain_value(value, entry.type)
    if entry.entity == "line":
        put(line_of(data, place), entry.at_path, written)
        if written is None and entry.also_from_encounter:
            put(data, entry.at_path, None)
        return
    if entry.entity == "provider" and "provider" in line_of(data, place):
        put(line_of(data, place), entry.at_path, written)
        if written is not None:
            return
    put(data, entry.at_path, written)


def put_modifiers(line: Data, wanted: frozenset[str] | None) -> None:
    """Set the modifiers of a line; those it has keep their order."""
    now = [str(m) for m in line.get("modifiers") or ()] if not isinstance(line.get("modifiers"), str) else []
    chosen = wanted or frozenset()
    line["modifiers"] = [m for m in now if m in chosen] + sorted(chosen - set(now))


def put_age(data: Data, place: int, years: int | None, months: int | None) -> None:
    """Set the birth date so that the patient is this old on the line's date; none takes it away."""
    day = date.fromisoformat(str(line_of(data, place).get("date") or data.get("date_of_service")))
    if years is None and months is None:
        put(data, ("patient", "birth_date"), None)
        return
    back = (years or 0) * 12 + (months or 0)
    total = day.year * 12 + day.month - 1 - back
    born = date(total // 12, total % 12 + 1, min(day.day, 28))
    put(data, ("patient", "birth_date"), born.isoformat())


def put_diagnoses(data: Data, place: int, wanted: frozenset[str] | None, first: str | None = None) -> None:
    """Set the diagnoses of the encounter, which the line then points to as a whole."""
    line_of(data, place).pop("diagnoses", None)
    if wanted is None and first is None:
        data.pop("diagnoses", None)
        return
    now = [str(code) for code in data.get("diagnoses") or ()]
    if first is not None:
        data["diagnoses"] = [first, *(code for code in now if code != first)]
    else:
        chosen = wanted or frozenset()
        data["diagnoses"] = [code for code in now if code in chosen] + sorted(chosen - set(now))


def put_used(data: Data, limit: str, used: str | None) -> None:
    """Say how much of a limit is used; none says that nobody knows."""
    kept = [one for one in data.get("counters") or () if one.get("limit") != limit]
    if used is None:
        data.pop("history", None)
    else:
        kept.append({"limit": limit, "used": used})
    if kept:
        data["counters"] = kept
    else:
        data.pop("counters", None)


def add_line(data: Data, place: int) -> int:
    """Add a copy of a line; gives back its place."""
    new = copy.deepcopy(line_of(data, place))
    numbers = [int(str(one.get("line", n))) for n, one in enumerate(data["lines"], 1)]
    new["line"] = max(numbers) + 1
    for number, one in zip(numbers, data["lines"], strict=True):
        one["line"] = number
    data["lines"].append(new)
    return len(data["lines"]) - 1


def add_service(data: Data, place: int) -> Data:
    """Add an earlier service like a line, a week before it."""
    line = copy.deepcopy(line_of(data, place))
    day = date.fromisoformat(str(line.get("date") or data.get("date_of_service")))
    kept = {key: value for key, value in line.items() if key not in ("line", "diagnoses", "charge")}
    kept["date"] = date.fromordinal(day.toordinal() - 7).isoformat()
    data["history"] = [*(data.get("history") or ()), kept]
    return kept


def differences(before: Data, after: Data) -> list[str]:
    """What two encounters differ in, one short sentence each."""
    old, new = dict(flat(before)), dict(flat(after))
    found = []
    for path in dict.fromkeys([*old, *new]):
        one, other = old.get(path, GONE), new.get(path, GONE)
        if one is GONE:
            found.append(f"{path}: not said -> {other}")
        elif other is GONE:
            found.append(f"{path}: {one} -> not said")
        elif one != other:
            found.append(f"{path}: {one} -> {other}{by_how_much(str(one), str(other))}")
    return found


def by_how_much(one: str, other: str) -> str:
    """For two amounts: how much more or less the second is.

    >>> by_how_much("50.00", "50.01"), by_how_much("2", "1"), by_how_much("GN", "GO")
    (' (0.01 more)', ' (1 less)', '')
    """
    try:
        step = Decimal(other) - Decimal(one)
    except InvalidOperation:
        return ""
    return f" ({abs(step)} {'more' if step > 0 else 'less'})"


def flat(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """An encounter as paths and values; short lists of codes stay together."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from flat(value, f"{path}.{key}" if path else str(key))
        return
    if isinstance(part, list | tuple):
        if not any(isinstance(one, dict | list) for one in part):
            yield path, ", ".join(str(one) for one in part) or "none"
            return
        for number, value in enumerate(part, 1):
            yield from flat(value, f"{path.removesuffix('s')} {number}")
        return
    yield path, "yes" if part is True else "no" if part is False else str(part)


def entry_for(vocabulary: Vocabulary, name: str) -> FactEntry | None:
    """The entry of a fact that an encounter can give."""
    entry = vocabulary.facts.get(name)
    return None if entry is None or entry.origin in ("limit", "judged") or not entry.at_path else entry


def day_text(day: int) -> str:
    """A day number as an encounter writes it."""
    return show(day, DATE)
