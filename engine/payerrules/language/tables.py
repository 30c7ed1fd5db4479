"""Tables: rows of cells that set facts, by one of four hit policies; a row that can never be reached is an error."""

from __future__ import annotations

from payerrules.language.composed import Piece
from payerrules.language.conditions import test
from payerrules.language.desk import Desk
from payerrules.language.expression import (
    ALWAYS,
    Condition,
    Fact,
    Member,
    Term,
    all_of,
)
from payerrules.language.items import ANY_DAY, LongTableLookup, TableLookup, TableRow
from payerrules.language.long_tables import read_long_table
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import written
from payerrules.language.policy import read_window
from payerrules.language.sets import entry
from payerrules.language.terms import read_term


def read_table(piece: Piece, desk: Desk) -> TableLookup | LongTableLookup | None:
    """A table, written in place or from a file."""
    node = piece.node
    if not isinstance(node, Mapping):
        return None
    for_each = written(node.get("for_each")) or "line"
    scopes = {"pair_of_lines": ("other", "pair"), "pair_of_diagnoses": ("diagnosis", "other_diagnosis")}
    with desk.looking_at(*scopes.get(for_each, ())):
        inputs = facts_of(node.get("inputs"), desk)
        outputs = facts_of(node.get("outputs"), desk)
        if not inputs or not outputs:
            return None
        id_ = f"{piece.text.policy}#table/{piece.name}"
        hit = written(node.get("hit")) or "unique"
        otherwise = read_otherwise(node, outputs, desk)
        in_force = read_window(node.get("in_force"), desk.found)
        source = desk.source(node)
        if node.get("from") is not None:
            return read_long_table(piece, id_, for_each, inputs, outputs, hit, otherwise, in_force, source, desk)
        rows = []
        listed = node.get("rows")
        for item in listed.items if isinstance(listed, Sequence) else ():
            row = read_row(item, inputs, outputs, source, desk)
            if row is not None:
                rows.append(row)
    return TableLookup(
        id_, for_each, inputs, outputs, hit, tuple(rows), otherwise, in_force, source, piece.text.policy, node.at
    )


def facts_of(node: Node | None, desk: Desk) -> tuple[Fact, ...]:
    """The facts that a list names."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [desk.fact(item.text, item) for item in items if isinstance(item, Scalar)]
    return tuple(fact for fact in found if fact is not None) if None not in found else ()


def read_otherwise(node: Mapping, outputs: tuple[Fact, ...], desk: Desk) -> tuple[Term, ...] | None:
    """What the outputs are where no row fits: one value for all of them, or one for each; `unknown` leaves them unknown."""
    said = node.get("otherwise")
    if said is None:
        key = node.key("otherwise") or node
        hint = "Add `otherwise: none` (known to be none), a value, or `otherwise: unknown`."
        desk.error(
            "missing-otherwise",
            "nothing says what holds where no row fits",
            key if isinstance(key, Scalar) else node,
            hint,
        )
        return None
    if isinstance(said, Scalar) and said.text == "unknown":
        return None
    items = said.items if isinstance(said, Sequence) else (said,) * len(outputs)
    if len(items) != len(outputs):
        desk.error(
            "row-width", f"there are {len(outputs)} outputs and {len(items)} values", said, "Write one for each."
        )
        return None
    terms = [read_term(item, desk, fact.type) for item, fact in zip(items, outputs, strict=True)]
    return None if None in terms else tuple(term for term in terms if term is not None)


def read_row(
    item: Node, inputs: tuple[Fact, ...], outputs: tuple[Fact, ...], source: str, desk: Desk
) -> TableRow | None:
    """One row: its cells as a list (inputs, then outputs), or as a map of facts with dates and a source of its own."""
    window, own = ANY_DAY, source
    cells: list[Node]
    if isinstance(item, Mapping):
        window = read_window(item, desk.found)
        own = desk.source(item) or source
        missing = [fact for fact in (*inputs, *outputs) if written_name(fact) not in item]
        if missing:
            message = f"the row has no cell for `{written_name(missing[0])}`"
            desk.error("row-width", message, item, "Write `any` where every value fits.")
            return None
        cells = [item.index[written_name(fact)] for fact in (*inputs, *outputs)]
    elif isinstance(item, Sequence):
        cells = list(item.items)
        if len(cells) != len(inputs) + len(outputs):
            message = f"the row has {len(cells)} cells, and the table {len(inputs)} inputs and {len(outputs)} outputs"
            desk.error("row-width", message, item, "Write `any` where every value fits.")
            return None
    else:
        return None
    when = all_of(*(cell_test(fact, cell, desk) for fact, cell in zip(inputs, cells, strict=False)))
    terms = [read_term(c, desk, f.type) for f, c in zip(outputs, cells[len(inputs) :], strict=True)]
    if None in terms:
        return None
    return TableRow(when, tuple(term for term in terms if term is not None), window, own, item.at)


def written_name(fact: Fact) -> str:
    """A fact's name as an analyst writes it."""
    plain = fact.name.partition("@")[0]
    return f"{fact.scope}.{plain.partition('.')[2]}" if fact.scope == "other" else plain


def cell_test(fact: Fact, cell: Node, desk: Desk) -> Condition:
    """What a cell asks of its input: a value, a comparison, `any`, `none`, present, absent, a prefix, or a list."""
    if isinstance(cell, Scalar):
        if cell.text == "any":
            return ALWAYS
        if cell.text.endswith("-") and fact.type.kind == "code":
            return Member(fact, entry(cell, desk))
    if isinstance(cell, Sequence):
        return test(fact, Mapping(((Scalar("in", cell.at), cell),), cell.at), desk)
    return test(fact, cell, desk)
