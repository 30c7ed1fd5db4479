"""Composing: the layers below a policy on a day, flattened; what a higher layer changes, replaced or switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from payerrules.language.composed import Composed, Piece
from payerrules.language.items import Window
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Node, Scalar
from payerrules.language.nodes import Sequence as List
from payerrules.language.outcomes import written
from payerrules.language.policy import PolicyText
from payerrules.language.spelling import remedy
from payerrules.model.diagnostic import Diagnostic

NAMED = ("parameters", "value_sets", "tables", "derive", "unit_rules", "limits")
Shelf = Mapping[str, Sequence[PolicyText]]
"""The editions of each policy, by its name."""


@dataclass
class Draft:
    """A composition being made: its sections so far, and what is wrong."""

    sections: dict[str, dict[str, Piece]] = field(default_factory=lambda: {name: {} for name in (*NAMED, "rules")})
    lists: dict[str, list[Piece]] = field(
        default_factory=lambda: {n: [] for n in ("checks", "examples", "about", "must_know")}
    )
    order: Piece | None = None
    off: list[tuple[str, str, str]] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)


def compositions(top: PolicyText, shelf: Shelf) -> tuple[list[Composed], list[Diagnostic]]:
    """The compositions of an edition: one for each stretch of its dates in which its layers are the same editions."""
    found: list[Diagnostic] = []
    by_layers: dict[tuple[str, ...], tuple[tuple[PolicyText, ...], list[Window]]] = {}
    for window in stretches(top, shelf):
        layers = layers_of(top, window.first, shelf, [], found)
        key = tuple(layer.label for layer in layers)
        by_layers.setdefault(key, (layers, []))[1].append(window)
    made = []
    for layers, windows in by_layers.values():
        composed, wrong = compose(layers, tuple(windows))
        found += wrong
        made.append(composed)
    if any(one.code == "unknown-base" for one in found):  # what it would have brought may be all that is missing
        found = [finding for finding in found if finding.code != "change-path"]
    return made, found


def stretches(top: PolicyText, shelf: Shelf) -> list[Window]:
    """The dates of an edition, cut where an edition of a layer below begins or ends."""
    cuts = {top.effective.first}
    for name in below(top, shelf, set()):
        for base in shelf.get(name, ()):
            cuts |= {day for day in (base.effective.first, base.effective.last + 1) if top.effective.holds(day)}
    starts = sorted(cuts)
    ends = [start - 1 for start in starts[1:]] + [top.effective.last]
    return [Window(first, last) for first, last in zip(starts, ends, strict=True)]


def below(top: PolicyText, shelf: Shelf, seen: set[str]) -> set[str]:
    """The names of all policies below one."""
    for name in top.extends:
        if name not in seen:
            seen.add(name)
            for base in shelf.get(name, ()):
                below(base, shelf, seen)
    return seen


def layers_of(
    text: PolicyText, day: int, shelf: Shelf, way: list[str], found: list[Diagnostic]
) -> tuple[PolicyText, ...]:
    """The layers of an edition on a day, the lowest first and the edition itself last."""
    if text.label in way:
        ring = " -> ".join([*way[way.index(text.label) :], text.label])
        found.append(
            Diagnostic("base-cycle", f"a policy extends itself: {ring}", text.node.at, "Take one `extends` out.")
        )
        return ()
    layers: list[PolicyText] = []
    if text.based_on:
        base = next((e for e in shelf.get(text.policy, ()) if e.edition == text.based_on), None)
        if base is None:
            known = [e.edition for e in shelf.get(text.policy, ())]
            missing(text, "based_on", text.based_on, known, found)
        else:
            layers += layers_of(base, day, shelf, [*way, text.label], found)
    for name in text.extends:
        editions = shelf.get(name, ())
        base = next((e for e in editions if e.effective.holds(day)), None)
        if base is None:
            missing(text, "extends", name, list(shelf), found, known=bool(editions))
            continue
        layers += [layer for layer in layers_of(base, day, shelf, [*way, text.label], found) if layer not in layers]
    return (*layers, text)


def missing(
    text: PolicyText, key: str, name: str, names: list[str], found: list[Diagnostic], *, known: bool = False
) -> None:
    """Say that a layer below is not there, or not on the day."""
    node = text.node.get(key)
    items = node.items if isinstance(node, List) else (node,)
    place = next((i for i in items if isinstance(i, Scalar) and i.text == name), text.node)
    if known:
        hint = "Give the base an edition for those dates, or narrow `effective`."
        message = f"no edition of `{name}` is in force on all dates of this policy"
    else:
        hint = remedy(name, names, "There are")
        message = f"there is no policy or edition `{name}`"
    found.append(Diagnostic("unknown-base", message, place.at, hint))


def compose(layers: tuple[PolicyText, ...], windows: tuple[Window, ...]) -> tuple[Composed, list[Diagnostic]]:
    """Flatten layers, the lowest first: sections by name, rules by id, changes applied as they come."""
    draft = Draft()
    for layer in layers:
        add_layer(draft, layer)
        apply_changes(draft, layer)
    sections = draft.sections
    composed = Composed(
        top=layers[-1],
        layers=layers,
        parameters=sections["parameters"],
        value_sets=sections["value_sets"],
        tables=sections["tables"],
        derive=sections["derive"],
        unit_rules=sections["unit_rules"],
        limits=sections["limits"],
        rules=sections["rules"],
        checks=tuple(draft.lists["checks"]),
        examples=tuple(draft.lists["examples"]),
        modifier_order=draft.order,
        about=tuple(draft.lists["about"]),
        must_know=tuple(draft.lists["must_know"]),
        switched_off=tuple(draft.off),
        windows=windows,
    )
    return composed, draft.found


def add_layer(draft: Draft, layer: PolicyText) -> None:
    """Add the sections of a layer; a name that a lower layer has is an error, as changes say why."""
    for section in NAMED:
        node = getattr(layer, section)
        for key, value in node if isinstance(node, Map) else ():
            put(draft, section, Piece(key.text, value, layer), key)
    for item in layer.rules.items if isinstance(layer.rules, List) else ():
        name = written(item.get("id")) if isinstance(item, Map) else ""
        place = item.get("id") if isinstance(item, Map) else None
        if name:
            put(draft, "rules", Piece(name, item, layer), place or item)
    for item in layer.checks.items if isinstance(layer.checks, List) else ():
        name = written(item.get("id")) if isinstance(item, Map) else ""
        draft.lists["checks"].append(Piece(name, item, layer))
    for section in ("examples", "about", "must_know"):
        node = getattr(layer, section)
        if node is not None:
            draft.lists[section].append(Piece(section, node, layer))
    if layer.modifier_order is not None:
        draft.order = Piece("modifier_order", layer.modifier_order, layer)


def put(draft: Draft, section: str, piece: Piece, place: Node) -> None:
    """Put a piece in its section, unless one of its name is there."""
    other = draft.sections[section].get(piece.name)
    if other is None:
        draft.sections[section][piece.name] = piece
        return
    if other.text is piece.text:
        message = f"there are two rules `{piece.name}`, the other on line {other.node.at.line}"
        draft.found.append(Diagnostic("duplicate-rule", message, place.at, "Give one of them another id."))
        return
    word = "rule" if section == "rules" else section.rstrip("s").replace("_", " ")
    message = f"the {word} `{piece.name}` is already in {other.text.label}"
    hint = (
        f"Use `changes: [{{replace: {section}.{piece.name}, with: ..., because: ..., source: ...}}]`, or another name."
    )
    draft.found.append(Diagnostic("redefined", message, place.at, hint))


def apply_changes(draft: Draft, layer: PolicyText) -> None:
    """Replace and switch off what a layer names."""
    for change in layer.changes.items if isinstance(layer.changes, List) else ():
        if not isinstance(change, Map):
            continue
        off = change.get("switch_off")
        node = off if off is not None else change.get("replace")
        if not isinstance(node, Scalar):
            continue
        path = node.text if "." in node.text and node.text.partition(".")[0] in draft.sections else f"rules.{node.text}"
        section, _, rest = path.partition(".")
        name = next(
            (n for n in sorted(draft.sections[section], key=len, reverse=True) if f"{rest}.".startswith(f"{n}.")), ""
        )
        if not name:
            known = [f"{s}.{n}" if s != "rules" else n for s, pieces in draft.sections.items() for n in pieces]
            hint = remedy(node.text, known, "There are")
            message = f"no layer below has `{node.text}`"
            draft.found.append(Diagnostic("change-path", message, node.at, hint))
            continue
        inner = [part for part in rest[len(name) + 1 :].split(".") if part]
        if off is not None:
            switch_off(draft, section, name, inner, change, layer, node)
        else:
            replace_part(draft, section, name, inner, change.get("with"), layer, node)


def switch_off(
    draft: Draft, section: str, name: str, inner: list[str], change: Map, layer: PolicyText, node: Scalar
) -> None:
    """Take a piece, or a part of one, out; it is listed as off."""
    piece = draft.sections[section][name]
    because, source = written(change.get("because")), written(change.get("source"))
    draft.off.append((f"{piece.text.policy}#{'/'.join([name, *inner])}", because, f"{layer.policy}:{source}"))
    if not inner:
        del draft.sections[section][name]
        return
    edited(draft, section, piece, inner, None, layer, node)


def replace_part(
    draft: Draft, section: str, name: str, inner: list[str], new: Node | None, layer: PolicyText, node: Scalar
) -> None:
    """Put something else in the place of a piece, or of a part of one."""
    piece = draft.sections[section][name]
    if new is None:
        return
    if not inner:
        if section == "rules" and isinstance(new, Map) and "id" not in new:
            new = Map(((Scalar("id", node.at), Scalar(name, node.at)), *new.entries), new.at)
        draft.sections[section][name] = Piece(name, new, with_sources(layer, piece.text))
        return
    edited(draft, section, piece, inner, new, layer, node)


def edited(
    draft: Draft, section: str, piece: Piece, path: list[str], new: Node | None, layer: PolicyText, node: Scalar
) -> None:
    """Edit a part of a piece: its sources may then be those of both layers."""
    tree = edit(piece.node, path, new)
    if tree is None:
        message = f"`{piece.name}` has no `{'.'.join(path)}`"
        known = list(paths(piece.node))
        draft.found.append(Diagnostic("change-path", message, node.at, remedy(".".join(path), known, "It has")))
        return
    draft.sections[section][piece.name] = Piece(piece.name, tree, with_sources(piece.text, layer))


def edit(node: Node, path: list[str], new: Node | None) -> Node | None:
    """A tree with one part replaced, or taken out where `new` is None; None where the path leads nowhere.

    A key may have dots of its own, as facts do: the longest key that the path begins with is meant.
    """
    if not path:
        return new
    if not isinstance(node, Map):
        return None
    length = next((n for n in range(len(path), 0, -1) if ".".join(path[:n]) in node), 0)
    meant, rest = ".".join(path[:length]), path[length:]
    if not length:
        return None
    entries = []
    for key, value in node.entries:
        if key.text != meant:
            entries.append((key, value))
        elif not rest and new is None:
            continue
        else:
            inner = edit(value, rest, new)
            if inner is None:
                return None
            entries.append((key, inner))
    return Map(tuple(entries), node.at)


def paths(node: Node, before: str = "") -> list[str]:
    """The paths that lead to parts of a tree."""
    found = []
    for key, value in node.entries if isinstance(node, Map) else ():
        path = f"{before}.{key.text}" if before else key.text
        found += [path, *paths(value, path)]
    return found


def with_sources(text: PolicyText, other: PolicyText) -> PolicyText:
    """A layer that may also name the sources of another."""
    return replace(text, sources={**other.sources, **text.sources})
