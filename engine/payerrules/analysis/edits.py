"""What differs between two editions, in an analyst's words, each difference an edit that can be made by itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from payerrules.analysis.mutations import Edit, part_of, sets_in
from payerrules.analysis.replacing import replaced
from payerrules.analysis.study import MeaningKey
from payerrules.analysis.wording import (
    code_words,
    limit_words,
    rule_words,
    span_words,
    table_words,
    verified_words,
)
from payerrules.language.expression import CodeSet
from payerrules.language.items import (
    EditionMeaning,
    LongTableLookup,
    ParameterLookup,
    ParameterRow,
    Rule,
    TableLookup,
    Window,
)
from payerrules.language.long_rows import LongRows
from payerrules.program.build import meet
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_terms import value_text

ONE_OF_A_KIND = ("called ", "rests on ", "in force ", "counts ", "for each ", "over ", "what crosses ")
"""How sentences begin of which an item has at most one, so that the old and the new belong together."""
SAME_RULE, SAME_SENTENCE = 500, 600
"""How like two rules must be to be one that was renamed, and two sentences to be one that changed, of a thousand."""
SECTIONS = ("rules", "lookups", "limits", "limit_step_rules")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of which policy and part, in words; `edits` make it in the first side."""

    policy: str
    part: str
    words: str
    edits: tuple[Edit, ...] = ()

    @property
    def name(self) -> str:
        """The difference in one line."""
        part = self.part.removeprefix(f"{self.policy}#")
        return f"{part}: {self.words}" if part else self.words


def changes_between(
    one: Mapping[MeaningKey, EditionMeaning], other: Mapping[MeaningKey, EditionMeaning]
) -> list[Change]:
    """Every difference between two sides, by policy."""
    found: list[Change] = []
    policies = dict.fromkeys(m.policy for m in (*one.values(), *other.values()))
    for policy in sorted(policies):
        mine = [(key, m) for key, m in one.items() if m.policy == policy]
        theirs = [(key, m) for key, m in other.items() if m.policy == policy]
        for (key, first), (_, second) in paired(mine, theirs):
            found += between(key, first, second)
        for _, gone in mine[len(theirs) :]:
            found.append(Change(policy, "", f"edition {gone.edition} ({span_words(gone.effective)}) is gone"))
        for _, new in theirs[len(mine) :]:
            found.append(Change(policy, "", f"edition {new.edition} ({span_words(new.effective)}) is new"))
    return list(merged(found))


def paired(mine: list[Any], theirs: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Editions that stand for each other, in the order of their dates."""
    return zip(mine, theirs, strict=False)


def merged(found: list[Change]) -> Iterator[Change]:
    """The same difference in several compositions of an edition, once, with all its edits."""
    known: dict[tuple[str, str, str], Change] = {}
    for change in found:
        key = change.policy, change.part, change.words
        before = known.get(key)
        known[key] = change if before is None else replace(before, edits=(*before.edits, *change.edits))
    yield from known.values()


def between(key: MeaningKey, one: EditionMeaning, other: EditionMeaning) -> list[Change]:
    """The differences between two editions."""
    sets = list(of_sets(key, one, other))
    exchanged = {codes.name: codes for codes in all_sets(other)}
    same_sets = {codes: exchanged[codes.name] for codes in all_sets(one) if codes.name in exchanged}
    found = [*of_head(key, one, other), *sets]
    found += of_lookups(key, one, other, same_sets)
    found += of_named(key, one, other, "limits", same_sets)
    found += of_named(key, one, other, "rules", same_sets)
    found += of_named(key, one, other, "limit_step_rules", same_sets)
    return found


def of_head(key: MeaningKey, one: EditionMeaning, other: EditionMeaning) -> Iterator[Change]:
    """What is said of the edition as a whole."""
    policy = one.policy
    if one.title != other.title:
        yield Change(policy, "", f'the title, "{one.title}" -> "{other.title}"')
    if one.edition != other.edition:
        yield Change(policy, "", f"edition {one.edition} -> {other.edition}")
    if one.effective != other.effective:
        yield Change(policy, "", f"in force {span_words(one.effective)} -> {span_words(other.effective)}")
    if one.verified_through != other.verified_through:
        edit = Edit(key, "verified_through", 0, other.verified_through)
        yield Change(policy, "", verified_words(one.verified_through, other.verified_through), (edit,))
    if unnamed(one.about) != unnamed(other.about):
        words = f"the lines it speaks of: {condition_text(one.about)} -> {condition_text(other.about)}"
        yield Change(policy, "", words, (Edit(key, "about", 0, other.about),))
    for name in sorted(one.must_know ^ other.must_know):
        word = "no longer" if name in one.must_know else "now"
        yield Change(policy, "", f"{name} {word} must be known", (Edit(key, "must_know", 0, one.must_know ^ {name}),))
    if one.modifier_order != other.modifier_order:
        words = f"the order of modifiers, {', '.join(one.modifier_order)} -> {', '.join(other.modifier_order)}"
        yield Change(policy, "", words, (Edit(key, "modifier_order", 0, other.modifier_order),))


# --- sets ---------------------------------------------------------------------------------------------
def all_sets(meaning: EditionMeaning) -> list[CodeSet]:
    """Every named set that an edition uses."""
    items = [item for section in SECTIONS for item in getattr(meaning, section)]
    return list(dict.fromkeys(codes for part in (*items, meaning.about) for codes in sets_in(part)))


def of_sets(key: MeaningKey, one: EditionMeaning, other: EditionMeaning) -> Iterator[Change]:
    """Codes that came into a named set, or left it; one difference a set, wherever it is used."""
    theirs = {codes.name: codes for codes in all_sets(other)}
    for codes in all_sets(one):
        new = theirs.get(codes.name)
        if new is None or new == codes:
            continue
        edits = []
        for section in SECTIONS:
            for number, item in enumerate(getattr(one, section)):
                made = replaced(item, codes, new)
                if made is not item:
                    edits.append(Edit(key, section, number, made))
        about = replaced(one.about, codes, new)
        if about is not one.about:
            edits.append(Edit(key, "about", 0, about))
        yield Change(one.policy, f"{one.policy}#{codes.name}", code_words(codes, new), tuple(edits))


def unnamed(part: Any) -> Any:
    """A piece of meaning in which named sets are only their names, and nothing tells of which edition it is."""
    if isinstance(part, CodeSet):
        return CodeSet(name=part.name) if part.name else part
    if isinstance(part, LongRows):
        return part
    if isinstance(part, tuple):
        return tuple(unnamed(one) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        changed: dict[str, Any] = {}
        for field in fields(part):
            if field.name == "at":
                continue
            changed[field.name] = "" if field.name == "edition" else unnamed(getattr(part, field.name))
        return replace(part, **changed)
    return part


# --- parameters and tables ----------------------------------------------------------------------------
def of_lookups(
    key: MeaningKey, one: EditionMeaning, other: EditionMeaning, same_sets: Mapping[CodeSet, CodeSet]
) -> Iterator[Change]:
    """Values by their dates and keys, rows by their conditions."""
    theirs = {part_of(item): item for item in other.lookups}
    mine = {part_of(item): (number, item) for number, item in enumerate(one.lookups)}
    for part, (number, old) in mine.items():
        new = theirs.get(part)
        if new is None:
            yield Change(old.policy, part, "is gone", (Edit(key, "lookups", number, None),))
        elif isinstance(old, ParameterLookup) and isinstance(new, ParameterLookup):
            yield from of_values(key, number, old, new)
        elif unnamed(old) != unnamed(new):
            edit = (Edit(key, "lookups", number, new),)
            words = rows_words(old, new)
            yield Change(old.policy, part, words, edit)
    for part in theirs.keys() - mine.keys():
        yield Change(theirs[part].policy, part, "is new", (Edit(key, "lookups", -1, theirs[part]),))


def rows_words(old: Any, new: Any) -> str:
    """What became of a table."""
    if isinstance(old, TableLookup) and isinstance(new, TableLookup):
        return table_words(old, new)
    if isinstance(old, LongTableLookup) and isinstance(new, LongTableLookup):
        return f"another file: {len(old.rows):,} -> {len(new.rows):,} keys"
    return "is changed"


def of_values(key: MeaningKey, number: int, old: ParameterLookup, new: ParameterLookup) -> Iterator[Change]:
    """The values of a parameter that changed, for each key and stretch of dates."""
    part = part_of(old)
    for named in dict.fromkeys(row.key for row in (*old.rows, *new.rows)):
        mine = [row for row in old.rows if row.key == named]
        theirs = [row for row in new.rows if row.key == named]
        keyed = "".join(f" for {value_text(v, f.type)}" for v, f in zip(named, old.by, strict=True))
        starts = sorted({r.window.first for r in (*mine, *theirs)} | {r.window.last + 1 for r in (*mine, *theirs)})
        for first, after in itertools.pairwise(starts):
            was, now = at(mine, first), at(theirs, first)
            if (was.value if was else None) == (now.value if now else None):
                continue
            window = Window(first, after - 1)
            told = value_text(was.value, old.fact.type) if was else "no value"
            then = value_text(now.value, new.fact.type) if now else "no value"
            rows = (*without(old.rows, named, window), *((replace(now, window=window),) if now else ()))
            edit = Edit(key, "lookups", number, replace(old, rows=rows))
            yield Change(old.policy, part, f"{span_words(window)}{keyed}: {told} -> {then}", (edit,))


def at(rows: list[ParameterRow], day: int) -> ParameterRow | None:
    """The row of a day."""
    return next((row for row in rows if row.window.holds(day)), None)


def without(rows: tuple[ParameterRow, ...], key: tuple[Any, ...], window: Window) -> Iterator[ParameterRow]:
    """The rows with some days of one key cut out."""
    for row in rows:
        if row.key != key or not row.window.meets(window):
            yield row
            continue
        for rest in (Window(row.window.first, window.first - 1), Window(window.last + 1, row.window.last)):
            kept = meet(rest, row.window) if rest.first <= rest.last else None
            if kept is not None:
                yield replace(row, window=kept)


# --- rules and limits -----------------------------------------------------------------------------------
def of_named(
    key: MeaningKey, one: EditionMeaning, other: EditionMeaning, section: str, same_sets: Mapping[CodeSet, CodeSet]
) -> Iterator[Change]:
    """Rules or limits by their names; those that were renamed are followed."""
    mine = {part_of(item): (number, item) for number, item in enumerate(getattr(one, section))}
    theirs = {part_of(item): item for item in getattr(other, section)}
    names = {part: part for part in mine if part in theirs}
    names |= renamed(
        {p: i for p, (_, i) in mine.items() if p not in theirs}, {p: i for p, i in theirs.items() if p not in mine}
    )
    for part, (number, old) in mine.items():
        new = theirs.get(names.get(part, ""))
        if new is None:
            yield Change(old.policy, part, "is gone", (Edit(key, section, number, None),))
            continue
        edit = (Edit(key, section, number, with_sets_of(new, same_sets)),)
        if names[part] != part:
            yield Change(old.policy, part, f"is now called {names[part].partition('#')[2]}")
            new = replace(new, **{name: getattr(old, name) for name in ("id", "key", "name") if hasattr(old, name)})
        if unnamed(old) != unnamed(new):
            for words in words_of(old, new):
                yield Change(old.policy, part, words, edit)
    for part in theirs.keys() - set(names.values()):
        words = "is new" + (f": {theirs[part].title}" if getattr(theirs[part], "title", "") else "")
        yield Change(theirs[part].policy, part, words, (Edit(key, section, -1, theirs[part]),))


def with_sets_of(new: Any, same_sets: Mapping[CodeSet, CodeSet]) -> Any:
    """An item of the second side with the sets of the first: a set that changed is a difference of its own."""
    for mine, theirs in same_sets.items():
        if mine != theirs:
            new = replaced(new, theirs, mine)
    return new


def renamed(gone: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Which of the items that are gone lives on under another name: the one most like it, where that is like enough."""
    scores = []
    for part, item in gone.items():
        for name, other in new.items():
            if type(item) is type(other):
                scores.append((likeness(item, other), part, name))
    found: dict[str, str] = {}
    for score, part, name in sorted(scores, reverse=True):
        if score >= SAME_RULE and part not in found and name not in found.values():
            found[part] = name
    return found


def likeness(one: Any, other: Any) -> int:
    """How like two items are, of a thousand: how many of the sentences they consist of they share, whom they rest on aside."""
    mine, theirs = (
        {
            text
            for text in (rule_words(i) if isinstance(i, Rule) else limit_words(i))
            if not text.startswith("rests on ")
        }
        for i in (one, other)
    )
    return 2000 * len(mine & theirs) // max(1, len(mine) + len(theirs))


def alike(one: str, other: str) -> int:
    """How like two texts are, of a thousand."""
    return int(1000 * SequenceMatcher(None, one, other, autojunk=False).ratio())


def shortened(one: str, other: str) -> str:
    """The sentences of two texts that differ, the old and the new."""
    mine, theirs = one.split(". "), other.split(". ")
    if len(mine) == len(theirs):
        pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
        one, other = ". ".join(a for a, _ in pairs), ". ".join(b for _, b in pairs)
    return f"{one} -> {other}"


def words_of(old: Any, new: Any) -> Iterator[str]:
    """What changed of a rule or limit: each of its sentences that is another, is gone, or is new."""
    mine, theirs = (list(rule_words(i) if isinstance(i, Rule) else limit_words(i)) for i in (old, new))
    gone = [text for text in mine if text not in theirs]
    come = [text for text in theirs if text not in mine]
    for text in list(gone):
        kind = next((word for word in ONE_OF_A_KIND if text.startswith(word)), None)
        match = max(come, key=partial(alike, text), default=None)
        if kind is not None:
            match = next((one for one in come if one.startswith(kind)), None)
        if match is not None and (kind is not None or alike(text, match) >= SAME_SENTENCE):
            come.remove(match)
            gone.remove(text)
            yield shortened(text, match)
    yield from (f"no longer: {text}" for text in gone)
    yield from (f"now also: {text}" for text in come)
    if not gone and not come and mine == theirs:
        yield "is said in other words"
