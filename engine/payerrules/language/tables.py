"""Tables: rows of cells that set facts, by one of four hit policies; a row that can never be reached is an error."""

from __future__ import annotations

from payerrules.language.composed import Piece
from payerrules.language.conditions import test
from payerrules.language.desk import Desk
from payerrules.language.expression import (
    ALWAYS,
    Compare,
    Condition,
    Fact,
    Literal,
    Member,
    Not,
    Present,
    SetTest,
    Term,
    all_of,
)
from payerrules.language.items import ANY_DAY, LongTableLookup, TableLookup, TableRow, Window
from payerrules.language.long_tables import read_long_table
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import written
from payerrules.language.policy import read_window
from payerrules.language.sets import entry
from payerrules.language.terms import read_term
from payerrules.model.values import NONE


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
        check_rows(piece.name, hit, rows, desk)
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


def check_rows(name: str, hit: str, rows: list[TableRow], desk: Desk) -> None:
    """Report rows that an earlier one always covers (first), and rows of a unique table that may fit together."""
    if hit in ("collect", "any"):
        return
    for place, row in enumerate(rows):
        for earlier in rows[:place]:
            if not row.window.meets(earlier.window):
                continue
            if covers(earlier.when, row.when) and within(row.window, earlier.window):
                hint = "Take it out, or put the narrower row first." if hit == "first" else "Take one of them out."
                message = f"this row of `{name}` can never be reached: the row of line {line(earlier)} covers it"
                desk.error("row-unreachable", message, _node(row), hint)
                break
            if hit == "unique" and row.outputs != earlier.outputs and not disjoint(earlier.when, row.when):
                message = f"this row of `{name}` and the row of line {line(earlier)} may fit together"
                hint = "Narrow one of them, or say `hit: first` where the order decides."
                desk.error("rows-overlap", message, _node(row), hint)
                break


def line(row: TableRow) -> int:
    """The line of the file a row stands on."""
    return row.at.line if row.at else 0


def _node(row: TableRow) -> Node:
    assert row.at is not None  # rows that were read have a place
    return Scalar("", row.at)


def within(inner: Window, outer: Window) -> bool:
    """Whether one window lies in another."""
    return outer.first <= inner.first and inner.last <= outer.last


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The parts of a conjunction."""
    parts = getattr(condition, "parts", None)
    if condition == ALWAYS:
        return ()
    return parts if parts is not None and type(condition).__name__ == "All" else (condition,)


def covers(wide: Condition, narrow: Condition) -> bool:
    """Whether whatever fits the narrow condition fits the wide one, as far as this can be seen from its parts."""
    inner = conjuncts(narrow)
    return all(any(implied(part, one) for one in inner) for part in conjuncts(wide))


def implied(wide: Condition, narrow: Condition) -> bool:
    """Whether one single test follows from another."""
    if wide == narrow:
        return True
    match wide, narrow:
        case Member(fact, members), Member(other, fewer) if fact == other:
            plain = not (fewer.prefixes or fewer.ranges or fewer.except_)
            return plain and all(code in members for code in fewer.codes)
        case Member(fact, members), Compare(other, "eq", Literal(value)) if fact == other:
            return isinstance(value, str) and value in members
        case Compare(fact, op, Literal(bound)), Compare(other, op2, Literal(value)) if fact == other:
            return isinstance(bound, int) and isinstance(value, int) and follows(op, bound, op2, value)
        case Present(fact), (Compare(other, "eq", Literal(value))) if fact == other:
            return value is not NONE
        case Present(fact), Member(other, _) if fact == other:
            return True
        case _:
            return False


def follows(op: str, bound: int, op2: str, value: int) -> bool:
    """Whether `x op bound` follows from `x op2 value`."""
    match op:
        case "ge":
            return (op2 in ("ge", "eq") and value >= bound) or (op2 == "gt" and value + 1 >= bound)
        case "gt":
            return (op2 in ("ge", "eq") and value > bound) or (op2 == "gt" and value >= bound)
        case "le":
            return (op2 in ("le", "eq") and value <= bound) or (op2 == "lt" and value - 1 <= bound)
        case "lt":
            return (op2 in ("le", "eq") and value < bound) or (op2 == "lt" and value <= bound)
        case _:
            return op2 == "eq" and value == bound


def disjoint(one: Condition, other: Condition) -> bool:
    """Whether two conditions can never hold together, as far as this can be seen from their parts."""
    return any(apart(a, b) or apart(b, a) for a in conjuncts(one) for b in conjuncts(other))


def apart(one: Condition, other: Condition) -> bool:
    """Whether two single tests contradict each other."""
    match one, other:
        case Not(part), _ if part == other or implied(part, other):
            return True
        case Compare(f, "eq", Literal(a)), Compare(g, "eq", Literal(b)) if f == g:
            return a != b
        case Compare(f, "eq", Literal(a)), Member(g, members) if f == g:
            return not isinstance(a, str) or a not in members
        case Member(f, members), Member(g, fewer) if f == g:
            plain = not (fewer.prefixes or fewer.ranges or fewer.except_)
            return plain and not any(code in members for code in fewer.codes)
        case Compare(f, ("gt" | "ge") as op, Literal(a)), Compare(g, op2, Literal(b)) if f == g:
            if not isinstance(a, int) or not isinstance(b, int):
                return False
            return (op2 in ("lt",) and b <= a + (op == "gt")) or (op2 in ("le", "eq") and b < a + (op == "gt"))
        case SetTest(f, "has_any", _), Not(SetTest(g, "has_any", none)) if f == g:
            return isinstance(one, SetTest) and all(code in none for code in one.members.codes)
        case _:
            return False
