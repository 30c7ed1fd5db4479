"""The library: the shelf of editions, and the program of those in force for a payer and its dates."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from payerrules.language.catalogue import entries_of
from payerrules.language.composed import Composed
from payerrules.language.desk import MODIFIERS, Catalogue
from payerrules.language.items import LAST_DAY, EditionMeaning, ParameterLookup, Window
from payerrules.language.meaning import read_meaning
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Node
from payerrules.language.policy import PolicyText, read_policy
from payerrules.language.reader import read_yaml
from payerrules.language.vocabulary import Vocabulary, load_vocabulary
from payerrules.library.compose import compositions
from payerrules.model.diagnostic import Diagnostic, Location, Severity, has_error, in_order
from payerrules.program.build import build
from payerrules.program.program import Program

FACTS_OF = {"setting": "line.setting", "provider_type": "provider.type", "market": "coverage.market"}
"""Keys of applies_to that are facts of the encounter and not parts of the payer's name."""
NOT_POLICIES = ("schema", "codes")
SELECTED = 20_000
"""How many payers and dates a library remembers the program of; past it, it begins anew, so that memory stays flat."""


@dataclass(frozen=True)
class Selected:
    """What decides an encounter: the program (None where no policy is for it), and why not where something is missing.

    `undecided` are facts that would be needed to choose; `broken` are policies that cannot be used because of errors.
    """

    program: Program | None
    undecided: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


@dataclass
class Library:
    """Editions by policy, the vocabulary and the catalogues, read from folders and from plugins.

    `misshapen` are the editions whose own file has errors of shape; `broken` all that cannot be used, those that rest on
    a misshapen layer among them, which `rests_on` names.
    """

    vocabulary: Vocabulary
    shelf: dict[str, list[PolicyText]] = field(default_factory=dict)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    misshapen: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    rests_on: dict[str, tuple[str, ...]] = field(default_factory=dict)
    composed: dict[str, list[Composed]] = field(default_factory=dict)
    meanings: dict[tuple[str, Window], EditionMeaning] = field(default_factory=dict)
    programs: dict[tuple[Any, ...], Program] = field(default_factory=dict)
    selected: dict[tuple[Any, ...], Selected] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        folders: Sequence[Path],
        extra: Sequence[Path] = (),
        vocabularies: Sequence[Vocabulary] = (),
        guests: Sequence[Path] = (),
    ) -> tuple[Library, list[Diagnostic]]:
        """Read every policy of the folders, single files and further vocabularies beside them.

        A single file takes the place of the edition of its name that a folder has, as a draft of it; codes that stand beside
        it (codes/modifiers.yaml) are added to those of the folders. `guests` are those folders and files that plugins
        brought: none of them may have a policy of a name that is there already, or change a code. What is wrong is reported, and the rest
        can be used.
        """
        library = cls(Vocabulary({}))
        for folder in folders:
            library.read_vocabulary(folder / "vocabulary.yaml")
            library.read_catalogues(folder, guest=folder in guests)
        for beside in dict.fromkeys(path.parent for path in extra):
            if beside not in folders:
                library.read_catalogues(beside, guest=any(path.parent == beside for path in extra if path in guests))
        for vocabulary in vocabularies:
            library.add_vocabulary(vocabulary)
        for folder in folders:
            for path in policy_files(folder):
                library.read(path, folder, folder if folder in guests else None)
        for path in extra:
            library.read(path, folders[0] if folders else path.parent, path if path in guests else None, extra)
        library.link()
        return library, in_order(library.diagnostics)

    def read_vocabulary(self, path: Path) -> None:
        """Add a vocabulary file, if there is one."""
        if path.is_file():
            vocabulary, found = vocabulary_of(path.read_bytes(), str(path))
            self.add_vocabulary(vocabulary)
            self.diagnostics += found

    def add_vocabulary(self, vocabulary: Vocabulary) -> None:
        """Add the facts of another vocabulary."""
        if not self.vocabulary.facts:
            self.vocabulary = vocabulary
        else:
            self.vocabulary, wrong = self.vocabulary.merge(vocabulary)
            self.diagnostics += wrong

    def read_catalogues(self, folder: Path, *, guest: bool = False) -> None:
        """Add the catalogues of codes of a folder; a code that an earlier folder has too is replaced, but by no plugin."""
        for path in sorted((folder / "codes").glob("*.yaml")):
            codes, found = catalogue_of(path.read_bytes(), str(path))
            self.diagnostics += found
            if codes is None:
                continue
            name = f"codes/{path.name}"
            known = self.catalogues.get(name, {})
            taken = sorted(code for code in codes if guest and known.get(code, codes[code]) != codes[code])
            if taken:
                message = f"`{taken[0]}` is already a code of {name}, and what is said of it here is not used"
                hint = "Leave it out: a plugin may add codes, and not change what others go by."
                self.diagnostics.append(Diagnostic("policy-clash", message, Location(str(path), 0, 0), hint))
            self.catalogues[name] = {**known, **{code: said for code, said in codes.items() if code not in taken}}

    @property
    def modifiers(self) -> Catalogue:
        """What is known of each modifier."""
        return self.catalogues.get(MODIFIERS, {})

    def read(self, path: Path, folder: Path, guest: Path | None = None, drafts: Sequence[Path] = ()) -> None:
        """Put one policy file on the shelf; one with errors is named, and not used.

        `guest`: what a plugin brought it in. One of `drafts` takes the place of the same edition in a folder.
        """
        text, found = read_policy(path.read_bytes(), str(path), folder, self.vocabulary)
        self.diagnostics += found
        if text is None:
            return
        others = [one for one in self.shelf.get(text.policy, ()) if guest and not Path(one.path).is_relative_to(guest)]
        if others:
            message = f"`{text.policy}` is already a policy of {others[0].path}, and is not used from here"
            hint = "Give the policy a name of its own; `extends` takes over what the other one says."
            self.diagnostics.append(Diagnostic("policy-clash", message, text.node.at, hint))
            return
        if has_error(found):
            self.misshapen.add(text.label)
            self.broken.add(text.label)
        shelf = self.shelf.setdefault(text.policy, [])
        if path in drafts and guest is None:
            shelf[:] = [one for one in shelf if one.label != text.label or Path(one.path) in drafts]
        shelf.append(text)

    def link(self) -> None:
        """Compose every edition; overlaps and holes between editions of a policy are reported."""
        self.selected.clear()
        for name, editions in sorted(self.shelf.items()):
            editions.sort(key=lambda text: (text.effective, text.published, text.edition))
            self.diagnostics += overlaps(name, editions)
            for text in editions:
                if text.label in self.broken:
                    continue
                made, found = compositions(text, self.shelf)
                under = {layer.label for composed in made for layer in composed.layers} & self.misshapen
                if under:
                    self.broken.add(text.label)
                    self.rests_on[text.label] = tuple(sorted(under))
                    continue
                self.composed[text.label] = made
                self.diagnostics += found
                if has_error(found):
                    self.broken.add(text.label)

    # --- selecting ----------------------------------------------------------------------------
    def program_for(
        self, payer: Mapping[str, str], facts: Mapping[str, Any], days: Iterable[int], known_on: int | None = None
    ) -> Selected:
        """The program of the editions in force for a payer on these days, as known on a day (None: all that is known)."""
        asked = frozenset(days)
        key = (*payer.items(), *map(facts.get, FACTS_OF.values()), asked, known_on, len(self.broken))
        found = self.selected.get(key)
        if found is None:
            if len(self.selected) >= SELECTED:
                self.selected.clear()
            found = self.selected[key] = self.select(payer, facts, asked, known_on)
        return found

    def select(
        self, payer: Mapping[str, str], facts: Mapping[str, Any], days: frozenset[int], known_on: int | None
    ) -> Selected:
        """The same, worked out."""
        chosen: dict[tuple[str, Window], Composed] = {}
        undecided: set[str] = set()
        broken: set[str] = set()
        for day in sorted(days):
            for text in self.matching(payer, facts, day, known_on, undecided):
                if text.label in self.broken:
                    broken.update(self.rests_on.get(text.label, (text.label,)))
                    continue
                for composed in self.composed[text.label]:
                    for window in composed.windows:
                        if window.holds(day):
                            chosen[text.label, window] = composed
        if not chosen:
            return Selected(None, tuple(sorted(undecided)), tuple(sorted(broken)))
        key = (tuple(sorted(chosen)), known_on)
        program = self.programs.get(key)
        if program is None:
            meanings = [
                self.meaning(composed, window) for (_, window), composed in sorted(chosen.items(), key=lambda c: c[0])
            ]
            if known_on is not None:
                meanings = [as_known(meaning, known_on) for meaning in meanings]
            program, found = build(meanings, self.vocabulary)
            self.programs[key] = program
            if has_error(found) or any(label in self.broken for label, _ in chosen):
                broken |= {label for label, _ in chosen}
                self.broken |= broken
                self.diagnostics += found
        if any(label in self.broken for label, _ in chosen):
            return Selected(None, (), tuple(sorted(label for label, _ in chosen if label in self.broken)))
        return Selected(program, tuple(sorted(undecided)), tuple(sorted(broken)))

    def matching(
        self, payer: Mapping[str, str], facts: Mapping[str, Any], day: int, known_on: int | None, undecided: set[str]
    ) -> list[PolicyText]:
        """The editions in force for a payer on a day; those that another of them extends do not run twice."""
        found = []
        for editions in self.shelf.values():
            in_force = [
                text
                for text in editions
                if text.kind != "base"
                and text.effective.holds(day)
                and not any(gap.holds(day) for gap in text.not_read)
                and (known_on is None or text.published <= known_on)
                and self.applies(text, payer, facts, undecided)
            ]
            if in_force:
                found.append(max(in_force, key=lambda text: (text.published, text.edition)))
        below = {name for text in found for name in self.names_below(text)}
        return [text for text in found if text.policy not in below]

    def names_below(self, text: PolicyText) -> set[str]:
        """The names of the policies that one extends, directly or through others."""
        names = set(text.extends)
        for name in text.extends:
            for base in self.shelf.get(name, ()):
                names |= self.names_below(base) if base is not text else set()
        return names

    def applies(
        self, text: PolicyText, payer: Mapping[str, str], facts: Mapping[str, Any], undecided: set[str]
    ) -> bool:
        """Whether a policy is for a payer; a fact of the encounter that would decide and is missing is noted."""
        missing = set()
        for key, allowed in text.applies_to.items():
            if key in FACTS_OF:
                said = facts.get(FACTS_OF[key])
                if said is None:
                    missing.add(FACTS_OF[key])
                    continue
            else:
                said = payer.get("id" if key == "payer" else key)
            if str(said) not in allowed:
                return False
        undecided |= missing
        return not missing

    def meaning(self, composed: Composed, window: Window) -> EditionMeaning:
        """What a composition says on one stretch of its dates; read when first asked for."""
        key = (composed.top.label, window)
        if key not in self.meanings:
            meaning, found = read_meaning(composed, self.vocabulary, self.catalogues)
            if has_error(found):
                self.broken.add(composed.top.label)
                self.diagnostics += found
            self.meanings[key] = replace(meaning, effective=window)
        return self.meanings[key]


def as_known(meaning: EditionMeaning, known_on: int) -> EditionMeaning:
    """A meaning without the values that were published after a day."""
    lookups = tuple(
        replace(lookup, rows=tuple(row for row in lookup.rows if row.published <= known_on))
        if isinstance(lookup, ParameterLookup)
        else lookup
        for lookup in meaning.lookups
    )
    return replace(meaning, lookups=lookups)


@lru_cache(maxsize=16)
def vocabulary_of(content: bytes, name: str) -> tuple[Vocabulary, tuple[Diagnostic, ...]]:
    """The vocabulary that a file holds, read once while it does not change."""
    node, found = read_yaml(content, name)
    vocabulary, wrong = load_vocabulary(node)
    return vocabulary, (*found, *wrong)


@lru_cache(maxsize=64)
def catalogue_of(content: bytes, name: str) -> tuple[Catalogue | None, tuple[Diagnostic, ...]]:
    """The catalogue of codes that a file holds, if it is one; read once while it does not change."""
    node, found = read_yaml(content, name)
    return (entries_of(node) if isinstance(node, Map) and node.get("codes") is not None else None), tuple(found)


def policy_files(folder: Path) -> list[Path]:
    """The policy files of a folder, in order: every *.yaml but vocabularies, catalogues, schemas and golden files."""
    return sorted(
        path
        for path in folder.rglob("*.yaml")
        if path.name != "vocabulary.yaml"
        and not path.name.endswith(".golden.yaml")
        and not set(path.relative_to(folder).parts[:-1]) & set(NOT_POLICIES)
    )


def overlaps(name: str, editions: Sequence[PolicyText]) -> list[Diagnostic]:
    """Editions of one policy that are in force together, and days between them on which none is."""
    found = []
    for one, other in itertools.pairwise(editions):
        place: Node = other.node.get("effective") or other.node
        if one.effective.meets(other.effective) and one.published == other.published:
            message = f"editions {one.edition} and {other.edition} of `{name}` are both in force on {shown(other.effective.first)}"
            hint = "End the earlier one the day before, or give the later one a later `published`."
            if Path(one.path).parent != Path(other.path).parent:
                hint += f" Edition {one.edition} is in {one.path}: a file with its name and edition takes its place, as a draft of it."
            found.append(Diagnostic("edition-overlap", message, place.at, hint))
        elif other.effective.first - one.effective.last > 1:
            gap = f"{shown(one.effective.last + 1)} to {shown(other.effective.first - 1)}"
            message = f"no edition of `{name}` is in force from {gap}"
            hint = "Lines of those dates will pend. Mend the dates, or say `not_read`."
            found.append(Diagnostic("edition-gap", message, place.at, hint, Severity.WARNING))
    return found


def shown(day: int) -> str:
    """A day number as a date."""
    return date.fromordinal(min(max(day, 1), LAST_DAY)).isoformat()
