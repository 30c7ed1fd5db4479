"""Formats of files, from the hook: which one reads or writes a file, and what becomes of what a plugin's reader gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.formats.files import begins_as_x12, content_of, name_of, read_lines
from payerrules.formats.x12_payers import PayerDirectory
from payerrules.language.spelling import remedy
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, Location
from payerrules.model.encounter import Encounter
from payerrules.payers.builtin import BUILT_IN
from payerrules.payers.isolation import printable
from payerrules.payers.manager import FILE_SECONDS, Plugins
from payerrules.payers.plain import as_plain

HOOK = "payerrules_formats"
LINES = "ndjson"
"""The built-in format that is read and written one encounter at a time."""
OWN = ("yaml", "837p")
"""The built-in formats of a file that no ending tells of: text, and what begins as X12."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it is, its endings, the plugin it comes from, and whether it is read and written."""

    name: str
    says: str
    endings: tuple[str, ...]
    plugin: str
    verbs: tuple[str, ...]


class Formats:
    """The formats of an engine, by name."""

    def __init__(self, plugins: Plugins, vocabulary: Vocabulary, payers: PayerDirectory) -> None:
        self.plugins = plugins
        self.vocabulary = vocabulary
        self.payers = payers
        self.named: dict[str, Format] = {}
        endings: dict[str, Format] = {}
        for called in plugins.call(HOOK):
            if called.fault:
                plugins.fault(called.fault)
                continue
            for name, given in called.result.items():
                made = format_of(name, given, called.plugin)
                taken = self.named.get(name) or next((endings[e] for e in made.endings if e in endings), None)
                if taken is not None:
                    what = f"the format {name} of the plugin {called.plugin} has the name or an ending of {taken.name}"
                    plugins.fault(f"{what}, of {taken.plugin}")
                    continue
                self.named[name] = made
                endings |= dict.fromkeys(made.endings, made)

    def able(self, verb: str) -> list[str]:
        """The names of the formats that are read, or written."""
        return [one.name for one in self.named.values() if verb in one.verbs]

    def by_name(self, name: str, verb: str) -> Format:
        """A format by its name.

        Raises LookupError, with the remedy, where there is none that is read (or written).
        """
        found = self.named.get(name)
        if found is None or verb not in found.verbs:
            raise LookupError(f"no format `{name}` to {verb}. {remedy(name, self.able(verb), 'There are')}")
        return found

    def by_ending(self, path: Path, verb: str) -> Format | None:
        """The format of a file's ending, the longest first; None where no format has it."""
        name = path.name.lower()
        fit = [(len(e), f) for f in self.named.values() if verb in f.verbs for e in f.endings if name.endswith(e)]
        return max(fit, key=lambda one: one[0], default=(0, None))[1]

    def read(self, path: Path, name: str = "") -> Iterator[Encounter | Diagnostic]:
        """The encounters of a file, by the format named, else by its ending, else by how it begins.

        Raises LookupError where no format has that name.
        """
        chosen = self.by_name(name, "read") if name else self.by_ending(path, "read")
        if chosen is not None and (chosen.plugin, chosen.name) == (BUILT_IN, LINES):
            yield from read_lines(path, self.vocabulary, self.payers)
            return
        content = content_of(path)
        if isinstance(content, Diagnostic):
            yield content
            return
        if not name and (chosen is None or chosen.plugin == BUILT_IN):
            text, x12 = OWN
            chosen = self.named[x12] if begins_as_x12(content) else chosen or self.named[text]
        assert chosen is not None
        given = {"content": content, "name": name_of(path), "vocabulary": self.vocabulary, "payers": self.payers}
        if chosen.plugin == BUILT_IN:
            yield from self.plugins.host.formats[BUILT_IN, chosen.name, "read"](**given)
            return
        found = self.ask(chosen, "read", {"content": content, "name": name_of(path)})
        if isinstance(found, Diagnostic):
            yield found
            return
        for item in found:
            yield self.item(item, path)

    def item(self, item: Any, path: Path) -> Encounter | Diagnostic:
        """What a plugin's reader gave for one record: an encounter, or a problem it met."""
        if not isinstance(item, Mapping) or "problem" not in item:
            return encounter_from_dict(item, self.vocabulary, str(path))
        line, column = (max(1, int(n)) if str(n := item.get(key, 1)).isdigit() else 1 for key in ("line", "column"))
        hint = printable(str(item.get("hint") or "Mend the record; the others were read."))
        return Diagnostic("format-problem", printable(str(item["problem"])), Location(str(path), line, column), hint)

    def write(self, name: str, decisions: Sequence[Decision], encounters: Sequence[Encounter]) -> bytes | Diagnostic:
        """Decisions in a format, as the bytes of a file.

        Raises LookupError where no format of that name is written.
        """
        chosen = self.by_name(name, "write")
        if chosen.plugin == BUILT_IN:
            text: str = self.plugins.host.formats[BUILT_IN, name, "write"](decisions, encounters)
            return text.encode("utf-8", "backslashreplace")  # half a character, as JSON writes it
        given = {
            "decisions": [decision.to_dict() for decision in decisions],
            "encounters": [as_plain(encounter, self.vocabulary) for encounter in encounters],
        }
        found = self.ask(chosen, "write", given)
        if isinstance(found, Diagnostic | bytes):
            return found
        return (
            found.encode("utf-8", "replace")
            if isinstance(found, str)
            else self.failed(chosen, "it gave neither text nor bytes")
        )

    def ask(self, chosen: Format, verb: str, arguments: Mapping[str, Any]) -> Any:
        """What a plugin's reader or writer gives, or what is wrong with it."""
        plugin = self.plugins.listed[chosen.plugin]
        if plugin.name in self.plugins.lost:
            return self.failed(chosen, "the plugin is off for the rest of the run")
        called = self.plugins.ask(plugin, f"{HOOK}:{chosen.name}:{verb}", arguments, FILE_SECONDS)
        if called.fault:
            return self.failed(chosen, called.fault)
        if verb == "read" and not isinstance(called.result, list):
            return self.failed(chosen, "it gave no list of encounters")
        return called.result

    @staticmethod
    def failed(chosen: Format, why: str) -> Diagnostic:
        """A format that could not be read or written."""
        hint = f"Tell the author of the plugin {chosen.plugin}; `--without-plugin {chosen.plugin}` does without it."
        return Diagnostic(
            "format-failed", f"the format {chosen.name} of the plugin {chosen.plugin} failed: {why}", None, hint
        )


def format_of(name: str, given: Mapping[str, Any], plugin: str) -> Format:
    """A format as its plugin describes it; endings begin with a dot and are told in small letters."""
    endings = tuple("." + str(ending).lower().lstrip(".") for ending in given["endings"])
    return Format(name, str(given["says"]), endings, plugin, tuple(given["verbs"]))
