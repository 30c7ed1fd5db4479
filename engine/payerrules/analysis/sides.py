"""The two sides of a comparison: a folder of policies, one file, or an edition by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from payerrules.analysis.study import MeaningKey, Shelf, bench
from payerrules.decide.engine import Engine
from payerrules.language.items import EditionMeaning
from payerrules.language.policy import PolicyText, read_policy
from payerrules.language.spelling import remedy
from payerrules.library.compose import compositions
from payerrules.library.library import Library
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import has_error


@dataclass(frozen=True, slots=True)
class Side:
    """One side: an engine that decides by it, and the editions it is about."""

    name: str
    engine: Engine
    meanings: dict[MeaningKey, EditionMeaning]


def open_side(text: str, policies: Path | None = None) -> Side:
    """A side by what was written: a path, or NAME@EDITION (NAME alone: its latest edition).

    Raises LookupError with a text for people where there is no such thing, or where it has errors.
    """
    path = Path(text)
    if path.is_dir():
        engine = bench(path)
        return Side(text, engine, Shelf.of(engine).meanings)
    engine = bench(policies)
    found = file_text(engine.library, path) if path.is_file() else edition_text(engine.library, text)
    put_in(engine.library, found)
    return Side(text, engine, {k: m for k, m in Shelf.of(engine).meanings.items() if m.policy == found.policy})


def file_text(library: Library, path: Path) -> PolicyText:
    """A policy file, read beside the policies there are."""
    text, wrong = read_policy(path.read_bytes(), str(path), shipped_policies(), library.vocabulary)
    if text is None or has_error(wrong):
        raise LookupError(f"{path} has errors: run `payerrules check {path}`")
    return text


def edition_text(library: Library, name: str) -> PolicyText:
    """An edition by its name."""
    policy, _, edition = name.partition("@")
    editions = library.shelf.get(policy)
    if not editions:
        raise LookupError(f"`{name}` is no file, folder or policy. {remedy(name, library.shelf, 'There are')}")
    chosen = [text for text in editions if not edition or text.edition == edition]
    if not chosen:
        raise LookupError(f"`{policy}` has no edition `{edition}`; it has {', '.join(t.edition for t in editions)}")
    return chosen[-1]


def put_in(library: Library, text: PolicyText) -> None:
    """Let one text be all there is of its policy."""
    for other in library.shelf.get(text.policy, ()):
        library.composed.pop(other.label, None)
        library.broken.discard(other.label)
    library.shelf[text.policy] = [text]
    made, wrong = compositions(text, library.shelf)
    library.composed[text.label] = made
    library.meanings = {key: meaning for key, meaning in library.meanings.items() if key[0] != text.label}
    library.programs.clear()
    library.selected.clear()
    if has_error(wrong):
        raise LookupError(f"{text.path} has errors: run `payerrules check {text.path}`")
