"""The reading desk: what one reads a policy's sections with. Its facts, sets, parameters and sources, and what is wrong so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from payerrules.language.composed import Composed, Piece
from payerrules.language.effect import Source
from payerrules.language.expression import CodeSet, Fact
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Node, Scalar
from payerrules.language.policy import PolicyText
from payerrules.language.spelling import comparison_meant, near_code, remedy
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.values import CODE, CODES, COUNT, DATE, MONEY, TEXT, YES_NO, FactType, parse

IDENTITIES = ("patient", "provider", "line")
LIMIT_PARTS = ("before", "this", "after", "remaining")
OF_DAYS = {"below": "before", "at_most": "on_or_before", "at_least": "on_or_after", "above": "after"}
"""What the comparisons of numbers are called for days."""
LIMIT_DATES = ("reached_on", "last_date", "free_on")
SCOPED = ("authorization", "other_payer", "diagnosis", "other_diagnosis", "pair")
RESERVED = {
    "line.authorized": YES_NO,
    "line.authorization_requested": YES_NO,
    "line.stands": YES_NO,
    "line.units_payable": COUNT,
    "line.covered_by": TEXT,
    "line.authorized_visits": COUNT,
    "line.authorized_units": COUNT,
    "line.authorized_minutes": COUNT,
}
"""Facts the engine itself makes, known to every vocabulary."""

MODIFIERS: Final = "codes/modifiers.yaml"
"""The catalogue of modifiers, in a folder of policies."""
Catalogue = Mapping[str, Mapping[str, Any]]
"""A catalogue of codes: each code with its entry as plain data."""

NEW_FACT: Final = (
    "A new fact is added by the vocabulary of a plugin (docs/hooks.md), or by the vocabulary.yaml of your own folder."
)
"""What to do where a fact is meant that the vocabulary does not have."""


class Desk:
    """What the sections of one composed edition are read with; `found` collects the diagnostics."""

    def __init__(self, composed: Composed, vocabulary: Vocabulary, catalogues: Mapping[str, Catalogue]) -> None:
        self.composed = composed
        self.vocabulary = vocabulary
        self.catalogues = catalogues
        self.found: list[Diagnostic] = []
        self.sets: dict[str, CodeSet] = {}
        self.parameters: dict[str, FactType] = {}
        self.limits: dict[str, FactType] = {}
        self.sources: dict[str, Source] = {}
        self.scopes: frozenset[str] = frozenset()
        self.text: PolicyText = composed.top
        self.modifiers = catalogues.get(MODIFIERS, {})
        for layer in composed.layers:
            self.sources |= {f"{layer.policy}:{name}": source for name, source in layer.sources.items()}

    # --- saying what is wrong ---------------------------------------------------------------
    def error(self, code: str, message: str, node: Node, hint: str = "") -> None:
        """Note an error at a node."""
        self.found.append(Diagnostic(code, message, node.at, hint))

    def warn(self, code: str, message: str, node: Node, hint: str = "") -> None:
        """Note a warning at a node."""
        self.found.append(Diagnostic(code, message, node.at, hint, Severity.WARNING))

    @contextmanager
    def reading(self, piece: Piece) -> Iterator[None]:
        """Read a piece: sources, defaults and files are those of its own policy."""
        before, self.text = self.text, piece.text
        try:
            yield
        finally:
            self.text = before

    @contextmanager
    def looking_at(self, *scopes: str) -> Iterator[None]:
        """Let the facts of other things be read: other, pair, authorization ..."""
        before, self.scopes = self.scopes, self.scopes | frozenset(scopes)
        try:
            yield
        finally:
            self.scopes = before

    # --- names --------------------------------------------------------------------------------
    def source(self, owner: Map, key: str = "source") -> str:
        """The key of the source that an item names, `policy:id`; an unknown one is an error."""
        node = owner.get(key)
        if not isinstance(node, Scalar):
            return ""
        if node.text not in self.text.sources:
            hint = remedy(node.text, self.text.sources, "The policy's sources are")
            self.error("unknown-source", f"`{node.text}` is no source of this policy", node, hint)
            return ""
        found = self.text.sources[node.text]
        return f"{found.policy}:{found.id}"

    def is_fact(self, name: str) -> bool:
        """Whether a text is the name of a fact, rather than a code or a word."""
        head, _, rest = name.partition(".")
        if not rest:
            return False
        if head in ("parameter", "limit", "other", *SCOPED):
            return True
        return name in self.vocabulary.facts or name in RESERVED or head in self.entities

    @property
    def entities(self) -> frozenset[str]:
        """The things that facts are about."""
        return frozenset(name.partition(".")[0] for name in self.vocabulary.facts)

    def fact(self, name: str, node: Node, *, made: bool = False) -> Fact | None:
        """The fact of a name as an analyst writes it; an unknown one is an error with the nearest name, and how one that is `made` here is added."""
        head, _, rest = name.partition(".")
        if head == "parameter":
            return self.parameter(rest, node)
        if head == "limit" and rest.count(".") == 1:
            return self.limit(rest, node)
        if name in IDENTITIES:
            return Fact(name, TEXT)
        if name in ("diagnosis", "other_diagnosis"):
            return self.scoped(name, "diagnosis.code", node)
        if head == "other" and rest:
            return self.other(rest, node)
        if head in SCOPED:
            return self.scoped(head, f"diagnosis.{rest}" if head == "other_diagnosis" else name, node)
        if name == "line.line":
            name = "line.number"
        kind = self.type_of(name)
        if kind is None:
            self.unknown(name, node, made=made)
            return None
        return Fact(name, kind)

    def type_of(self, name: str) -> FactType | None:
        """The type of a fact by its full name; None where there is no such fact."""
        if name in RESERVED:
            return RESERVED[name]
        entry = self.vocabulary.facts.get(name)
        return entry.type if entry else None

    def unknown(self, name: str, node: Node, *, made: bool = False) -> None:
        """Say that there is no such fact."""
        near = self.vocabulary.did_you_mean(name)
        hint = f"Did you mean `{near}`?" if near else "policies/vocabulary.yaml lists every fact."
        if made or not near:
            hint += f" {NEW_FACT}"
        self.error("unknown-fact", f"`{name}` is no fact of the vocabulary", node, hint)

    def other(self, rest: str, node: Node) -> Fact | None:
        """A fact of the partner of a pair, or of a line or service that is looked at."""
        if rest in ("provider", "patient"):
            full, kind = rest, TEXT
        else:
            full = "line.number" if rest == "line" else f"line.{rest}"
            found = self.type_of(full)
            if found is None and self.type_of(rest) is not None:
                full, found = rest, self.type_of(rest)
            if found is None:
                self.unknown(f"other.{rest}", node)
                return None
            kind = found
        return self.in_scope(Fact(full, kind, "other"), "other", node)

    def scoped(self, scope: str, name: str, node: Node) -> Fact | None:
        """A fact of an authorization, another payer, a diagnosis or a pair."""
        kind = self.type_of(name)
        if kind is None:
            self.unknown(name, node)
            return None
        return self.in_scope(Fact(name, kind, scope), scope, node)

    def in_scope(self, fact: Fact, scope: str, node: Node) -> Fact | None:
        """The fact, if its thing is being looked at here."""
        if scope in self.scopes:
            return fact
        ways = {
            "other": "Use it in a rule `for_each: pair_of_lines`, or inside exists_line or exists_service.",
            "pair": "Use it in a rule `for_each: pair_of_lines`.",
            "authorization": "Use it inside exists_authorization, or in a rule `for_each: authorization`.",
            "other_payer": "Use it inside exists_other_payer.",
        }
        hint = ways.get(scope, "Use it inside exists_diagnosis, or in a rule `for_each: pair_of_diagnoses`.")
        self.error("scope-not-here", f"no `{scope}` is looked at here", node, hint)
        return None

    def parameter(self, name: str, node: Node) -> Fact | None:
        """A parameter of the composed policy."""
        kind = self.parameters.get(name)
        if kind is None:
            hint = remedy(name, self.parameters, "The policy's parameters are")
            self.error("unknown-parameter", f"`{name}` is no parameter of this policy", node, hint)
            return None
        return Fact(f"parameter.{name}@{self.composed.top.policy}", kind)

    def limit(self, rest: str, node: Node) -> Fact | None:
        """A number or date of a limit: before, this, after, remaining; reached_on, last_date, free_on."""
        name, _, part = rest.partition(".")
        kind = self.limits.get(name)
        if kind is None:
            hint = remedy(name, self.limits, "The policy's limits are")
            self.error("unknown-limit", f"`{name}` is no limit of this policy", node, hint)
            return None
        if part in LIMIT_DATES:
            return Fact(f"limit.{name}@{self.composed.top.policy}.{part}", DATE)
        if part not in LIMIT_PARTS:
            hint = remedy(part, (*LIMIT_PARTS, *LIMIT_DATES), "A limit has")
            self.error("unknown-limit", f"a limit has no `{part}`", node, hint)
            return None
        return Fact(f"limit.{name}@{self.composed.top.policy}.{part}", kind)

    def limit_key(self, name: str) -> str:
        """The key of a limit of this policy."""
        return f"{name}@{self.composed.top.policy}"

    # --- values -------------------------------------------------------------------------------
    def value(self, node: Node, kind: FactType) -> Any:
        """A written value of a type; None where it is wrong, which is reported as wrong-type."""
        if not isinstance(node, Scalar):
            self.error("wrong-type", f"a {kind} is written as one value", node, "Write a single value here.")
            return None
        try:
            return parse(node.text, kind)
        except ValueError as error:
            hint = remedy(node.text, kind.words, "Choose") if kind.words else f"A {kind} is wanted here."
            if (meant := comparison_meant(node.text)) is not None:
                word, limit = meant
                word = OF_DAYS.get(word, word) if kind.kind == "date" else word
                hint = f"A comparison is a map: {{{word}: {limit}}}."
            self.error("wrong-type", f"{error}", node, hint)
            return None

    def modifier(self, node: Scalar) -> str:
        """A modifier as written; one that the catalogue does not have is an error."""
        if self.modifiers and node.text not in self.modifiers:
            near = near_code(node.text, self.modifiers)
            where = (
                "codes/modifiers.yaml lists them; a file of that name beside your policy may add one, with its source."
            )
            hint = f"Did you mean `{near}`?" if near else where
            self.error("unknown-modifier", f"`{node.text}` is no modifier of the catalogue", node, hint)
        return node.text


def money_or_count(counts: str) -> FactType:
    """The type of a limit's numbers, by what it counts."""
    return MONEY if counts == "allowed_amount" else COUNT


__all__ = ["CODE", "CODES", "Catalogue", "Desk", "money_or_count"]
