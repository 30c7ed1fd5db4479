"""The vocabulary: every fact that a policy may name, with its type, its meaning and what missing means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.spelling import closest, remedy
from payerrules.model.diagnostic import Diagnostic, Location
from payerrules.model.values import KINDS, FactType, scaled

ENTITIES: Final = (
    "encounter", "payer", "claim", "line", "patient", "coverage", "provider", "documentation", "plan_of_care",
    "authorization", "hospice", "other_payer", "diagnosis", "other_diagnosis", "limit", "step", "pair", "locality",
    "spell_of_illness", "history",
)  # fmt: skip
"""Things that facts are about; a plugin's own facts begin with the name of its vocabulary instead."""
LISTED: Final = ("line", "authorization", "other_payer", "diagnosis")
"""Entities of which an encounter holds a list."""
ORIGINS: Final = ("given", "derived", "table", "limit", "plugin", "judged")
IF_MISSING: Final = ("unknown", "no", "none", "0", "empty")
SEEN_BY: Final = ("payer", "provider")
_DECIMALS: Final = {"money": 2, "percent": 2, "number": 4}
_OTHER_NAMES: Final = {"set of codes": "codes", "set_of_codes": "codes", "yes_no": "yes/no", "amount": "money"}


@dataclass(frozen=True, slots=True)
class FactEntry:
    """What the vocabulary says of one fact.

    `origin` is given, derived, table, limit, plugin or judged; `if_missing` unknown, no, none, 0 or empty; `seen_by`
    payer or provider. `at_path` are the keys at which an encounter holds it: inside the list entry for facts of lines,
    authorizations, other payers and diagnoses, else from the top. `also_from_encounter`: a line without it takes the
    encounter's own. `least` is the smallest value that can be right, scaled as the type is; None where any may be.
    `in_words` are the words in which it is spoken of, by `name`, `yes`, `no` and `none`.
    """

    name: str
    type: FactType
    origin: str = "given"
    if_missing: str = "unknown"
    seen_by: str = "payer"
    meaning: str = ""
    unit: str = ""
    at_path: tuple[str, ...] = ()
    also_from_encounter: bool = False
    personal: bool = False
    least: int | None = None
    in_words: tuple[tuple[str, str], ...] = ()
    at: Location | None = field(default=None, compare=False)

    @property
    def entity(self) -> str:
        """The thing it is a fact of: `line` for `line.code`."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The facts there are, by name."""

    facts: dict[str, FactEntry]
    name: str = ""

    def did_you_mean(self, name: str) -> str:
        """The fact most like the one written, or "".

        >>> Vocabulary({"line.code": FactEntry("line.code", FactType("code"))}).did_you_mean("line.cod")
        'line.code'
        """
        return closest(name, self.facts)

    def merge(self, other: Vocabulary) -> tuple[Vocabulary, list[Diagnostic]]:
        """Add another vocabulary, whose facts must begin with its own name; what clashes is reported and left out."""
        found: list[Diagnostic] = []
        merged = dict(self.facts)
        for name, entry in other.facts.items():
            if name in merged:
                message = f"`{name}` of the vocabulary `{other.name}` is already a fact of `{self.name}`"
                found.append(
                    Diagnostic(
                        "vocabulary-clash", message, entry.at, f"Name it `{other.name}.{name.partition('.')[2]}`."
                    )
                )
            elif not name.startswith(f"{other.name}."):
                message = (
                    f"the vocabulary `{other.name}` may add facts under `{other.name}.` only, and `{name}` is none"
                )
                found.append(
                    Diagnostic(
                        "vocabulary-clash", message, entry.at, f"Name it `{other.name}.{name.replace('.', '_')}`."
                    )
                )
            else:
                merged[name] = entry
        return Vocabulary(merged, self.name), found

    def of(self, entity: str) -> tuple[FactEntry, ...]:
        """The facts of one entity, by name."""
        return tuple(self.facts[name] for name in sorted(self.facts) if self.facts[name].entity == entity)


def load_vocabulary(node: Node | None) -> tuple[Vocabulary, list[Diagnostic]]:
    """The vocabulary of a tree; what cannot be read is reported and left out."""
    found: list[Diagnostic] = []
    if not isinstance(node, Mapping):
        return Vocabulary({}), [Diagnostic("wrong-shape", "a vocabulary is a map", node.at)] if node else []
    name = _text(node, "vocabulary")
    facts: dict[str, FactEntry] = {}
    listed = node.get("facts")
    for key, value in listed if isinstance(listed, Mapping) else ():
        entry = _entry(key, value, name, found)
        if entry:
            facts[key.text] = entry
    return Vocabulary(facts, name), found


def _entry(key: Scalar, node: Node, vocabulary: str, found: list[Diagnostic]) -> FactEntry | None:
    entity, dot, _ = key.text.partition(".")
    if not dot or entity not in (*ENTITIES, vocabulary):
        what = (
            f"`{entity}` is no entity that facts can be about"
            if dot
            else f"`{key.text}` says no entity: a fact is named `line.code`"
        )
        found.append(Diagnostic("unknown-entity", what, key.at, remedy(entity, (*ENTITIES, vocabulary), "There are")))
        return None
    if not isinstance(node, Mapping):
        return None
    kind = parse_type(node.get("type"), _text(node, "decimals"), found, key)
    if kind is None:
        return None
    given = _text(node, "from") == "given" and kind.kind in ("money", "count")
    least = _text(node, "least") or (
        "0" if given else ""
    )  # money and counts that an encounter gives are never below nothing
    return FactEntry(
        name=key.text,
        type=kind,
        origin=_word(node, "from", ORIGINS, found),
        if_missing=_word(node, "if_missing", IF_MISSING, found),
        seen_by=_word(node, "seen_by", SEEN_BY, found),
        meaning=_text(node, "meaning"),
        unit=_text(node, "unit"),
        at_path=_path(key.text, entity, _text(node, "at")),
        also_from_encounter=_text(node, "also_from") == "encounter",
        personal=_text(node, "personal") in ("yes", "true"),
        least=scaled(least, kind.decimals) if least and kind.numeric else None,
        in_words=_in_words(node.get("in_words")),
        at=key.at,
    )


def _in_words(node: Node | None) -> tuple[tuple[str, str], ...]:
    """How a fact is spoken of: a phrase that names it, or phrases for its name, yes, no and none."""
    if isinstance(node, Scalar):
        return (("name", node.text),)
    if not isinstance(node, Mapping):
        return ()
    return tuple((key.text, value.text) for key, value in node if isinstance(value, Scalar))


def _path(name: str, entity: str, at: str) -> tuple[str, ...]:
    """The keys of a fact in an encounter; left out, they are its name, without the entity where that is the entry."""
    inside = entity in ("encounter", *LISTED)
    return tuple((at or (name.partition(".")[2] if inside else name)).split("."))


def parse_type(node: Node | None, decimals: str, found: list[Diagnostic], key: Scalar) -> FactType | None:
    """A type as written: a kind, or `{one_of: [...]}` (also `one_of [a, b]`), with the decimals of a number.

    Reports `bad-type` into `found` and returns None where it is none.
    """
    if node is None:
        return None
    kind, words = _kind(node)
    kind = _OTHER_NAMES.get(kind, kind)
    if kind not in KINDS or (kind == "one_of") != bool(words):
        wanted = remedy(kind, KINDS, "A type is one of") if kind not in KINDS else "Write {one_of: [first, second]}."
        found.append(
            Diagnostic(
                "bad-type",
                f"`{kind}` is no type of a fact" if kind not in KINDS else "one_of needs its words",
                node.at,
                wanted,
            )
        )
        return None
    scale = _DECIMALS.get(kind, 0)
    if decimals:
        if kind not in ("number", "percent") or not decimals.isascii() or not decimals.isdigit() or int(decimals) > 9:
            message = f"`decimals: {decimals}` of `{key.text}` is not understood"
            found.append(
                Diagnostic(
                    "bad-type", message, node.at, "A number or percent may have 0 to 9 decimals; money always has 2."
                )
            )
            return None
        scale = int(decimals)
    return FactType(kind, words, scale)


def _kind(node: Node) -> tuple[str, tuple[str, ...]]:
    if isinstance(node, Mapping):
        listed = node.get("one_of")
        return "one_of", tuple(_texts(listed.items)) if isinstance(listed, Sequence) else ()
    if not isinstance(node, Scalar):
        return "a list", ()
    head, bracket, rest = node.text.partition("[")
    if bracket and head.strip() == "one_of":
        return "one_of", tuple(word.strip() for word in rest.rstrip().removesuffix("]").split(",") if word.strip())
    return node.text, ()


def _texts(nodes: Iterable[Node]) -> list[str]:
    return [node.text for node in nodes if isinstance(node, Scalar)]


def _text(node: Mapping, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _word(node: Mapping, key: str, allowed: tuple[str, ...], found: list[Diagnostic]) -> str:
    """One of the allowed words; the first of them where the key is left out (a wrong word was reported before)."""
    text = _text(node, key)
    return text if text in allowed else allowed[0]
