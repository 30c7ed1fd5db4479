"""Names that nobody reads: parameters, value sets and sources that are written down and never used; sources that nobody can have read yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from payerrules.findings.study import warning
from payerrules.language.composed import Composed
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Node, Scalar
from payerrules.language.nodes import Sequence as List
from payerrules.language.policy import PolicyText, read_day
from payerrules.model.diagnostic import Diagnostic

CITES: Final = ("source", "choose_source", "codes_source")
"""Keys whose value is the name of a source."""


def unread(texts: Iterable[PolicyText], composed: Mapping[str, list[Composed]]) -> Iterator[Diagnostic]:
    """The parameters, sets and sources of files that neither they nor any policy built on them reads."""
    above: dict[str, list[PolicyText]] = {}
    for compositions in composed.values():
        for one in compositions:
            for layer in one.layers:
                above.setdefault(layer.label, []).extend(one.layers)
    for text in texts:
        files = {id(layer): layer for layer in [text, *above.get(text.label, [])]}.values()
        words, cited = used(files)
        yield from unread_parameters(text, words)
        yield from unread_sets(text, words)
        yield from uncited(text, cited)


def unread_parameters(text: PolicyText, words: set[str]) -> Iterator[Diagnostic]:
    """Parameters that no rule, limit, table or text names."""
    for key, node in text.parameters if isinstance(text.parameters, Map) else ():
        if f"parameter.{key.text}" not in words:
            message = f"nobody reads the parameter `{key.text}`"
            yield warning("unread-parameter", message, key.at or node.at, "Use it, or take it out.")


def unread_sets(text: PolicyText, words: set[str]) -> Iterator[Diagnostic]:
    """Value sets that no condition, effect or other set names."""
    for key, _ in text.value_sets if isinstance(text.value_sets, Map) else ():
        if key.text not in words:
            yield warning("unread-set", f"nobody reads the value set `{key.text}`", key.at, "Use it, or take it out.")


def uncited(text: PolicyText, cited: set[str]) -> Iterator[Diagnostic]:
    """Sources that nothing rests on."""
    sources = text.node.get("sources")
    for key, _ in sources if isinstance(sources, Map) else ():
        if key.text not in cited:
            hint = "Cite it where something rests on it, or take it out."
            yield warning("uncited-source", f"nothing cites the source `{key.text}`", key.at, hint)


def yet_to_come(text: PolicyText, today: int) -> Iterator[Diagnostic]:
    """Sources that are said to have been checked after today, or after what is today somewhere."""
    sources = text.node.get("sources")
    for key, value in sources if isinstance(sources, Map) else ():
        checked = value.get("checked") if isinstance(value, Map) else None
        day = read_day(checked, [])
        if checked is not None and day is not None and day > today + 1:
            message = f"the source `{key.text}` was checked on a day that is yet to come"
            yield warning("bad-date", message, checked.at, "Write the day on which somebody last read it.")


def used(texts: Iterable[PolicyText]) -> tuple[set[str], set[str]]:
    """Every word that files use as a value or in a text, and every source they cite."""
    words: set[str] = set()
    cited: set[str] = set()
    for text in texts:
        for section, node in text.node:
            if section.text != "sources":
                note(node, "", words, cited)
    return words, cited


def note(node: Node, key: str, words: set[str], cited: set[str]) -> None:
    """Note the words of a part of a file; `key` is the key it stands at."""
    match node:
        case Scalar(text):
            if key in CITES:
                cited.add(text)
            words.add(text)
            for piece in text.split("{")[1:]:
                words.add(piece.partition("}")[0])
        case List(items):
            for item in items:
                note(item, key, words, cited)
        case Map(entries):
            for inner, value in entries:
                if "." in inner.text:
                    words.add(inner.text)
                    for part in inner.text.split(" "):
                        words.add(part)
                note(value, inner.text, words, cited)
