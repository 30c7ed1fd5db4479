"""The two sides of a comparison: a folder of policies, one file, or an edition by its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from payerrules.analysis.study import MeaningKey, Shelf, bench
from payerrules.decide.engine import Engine
from payerrules.language.items import EditionMeaning, Window
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
    return Side(text, engine, meanings_of(engine, found))


def open_sides(one: str, other: str, policies: Path | None = None) -> tuple[Side, Side]:
    """Two sides. Two editions of one policy each decide the days of both: what would the one do in place of the other?

    Raises LookupError as open_side does.
    """
    sides = open_side(one, policies), open_side(other, policies)
    if any(Path(text).exists() for text in (one, other)):
        return sides
    texts = [edition_text(side.engine.library, side.name) for side in sides]
    if texts[0].policy != texts[1].policy:
        return sides
    days = Window(min(t.effective.first for t in texts), max(t.effective.last for t in texts))
    verified = max(t.verified_through for t in texts)
    for side, text in zip(sides, texts, strict=True):
        put_in(side.engine.library, replace(text, effective=days, verified_through=verified))
    first, second = (
        replace(side, meanings=meanings_of(side.engine, text)) for side, text in zip(sides, texts, strict=True)
    )
    return first, second


def meanings_of(engine: Engine, text: PolicyText) -> dict[MeaningKey, EditionMeaning]:
    """The meanings of one policy."""
    return {key: meaning for key, meaning in Shelf.of(engine).meanings.items() if meaning.policy == text.policy}


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
