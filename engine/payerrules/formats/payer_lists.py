"""Lists of payers and taxonomies from files: those of the policies folders, and what plugins add to them and may not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from payerrules.formats.x12_payers import PayerDirectory, PayerDirectoryError
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Sequence as List
from payerrules.language.nodes import plain
from payerrules.language.reader import read_yaml
from payerrules.model.diagnostic import Diagnostic, Location, has_error

PAYERS_FILE = "codes/payers_837p.yaml"
SECTIONS = ("payers", "taxonomies")


def payer_directory(folders: Iterable[Path], guests: Mapping[str, Iterable[Path]] | None = None) -> PayerDirectory:
    """Which payer an 837P claim belongs to, and which role a taxonomy is.

    What a later folder says goes before what an earlier one does. `guests` are the folders of plugins, by plugin: what they say
    is added. What cannot be used, or would change what is there, is left out, and is `wrong` in the directory.
    """
    made, wrong = PayerDirectory(), list[Diagnostic]()
    for folder in folders:
        found, more = directory_of(folder / PAYERS_FILE)
        made = PayerDirectory((*found.entries, *made.entries), {**made.roles, **found.roles})
        wrong += more
    for plugin, places in (guests or {}).items():
        for folder in places:
            path = folder / PAYERS_FILE
            found, more = directory_of(path)
            made, clashes = made.plus(found)
            hint = (
                "Leave it out: a plugin may add payers by their ids and taxonomies, and not change what others go by."
            )
            more += [Diagnostic("policy-clash", message, Location(str(path), 0, 0), hint) for message in clashes]
            wrong += [replace(one, message=f"the plugin {plugin}: {one.message}") for one in more]
    return replace(made, wrong=tuple(wrong))


def directory_of(path: Path) -> tuple[PayerDirectory, list[Diagnostic]]:
    """The directory of one file, and what is wrong with it; nothing of a file with errors is used."""
    if not path.is_file():
        return PayerDirectory(), []
    try:
        node, found = read_yaml(path.read_bytes(), str(path))
    except OSError as error:
        return PayerDirectory(), [unusable(f"it cannot be read: {error.strerror}", Location(str(path), 0, 0))]
    if has_error(found) or not isinstance(node, Map):
        return PayerDirectory(), found or [unusable("it is no map", Location(str(path), 1, 1))]
    wrong = list(shapes(node))
    if not wrong:
        try:
            return PayerDirectory.of(*(plain(node.get(section)) or [] for section in SECTIONS)), found
        except PayerDirectoryError as error:
            section = node.get(error.section)
            place = section.items[error.entry].at if isinstance(section, List) else node.at
            wrong.append(unusable(str(error), place))
    return PayerDirectory(), [*found, *wrong]


def shapes(node: Map) -> Iterator[Diagnostic]:
    """What is wrong with the shape of a file: it holds lists of maps."""
    for key, value in node:
        if key.text not in SECTIONS:
            yield unusable(f"`{key.text}` is no key here; there are {' and '.join(SECTIONS)}", key.at)
        elif node.get(key.text) is not None and not isinstance(value, List):
            yield unusable(f"`{key.text}` is a list", value.at)
        elif isinstance(value, List):
            yield from (
                unusable(f"an entry of `{key.text}` is a map", i.at) for i in value.items if not isinstance(i, Map)
            )


def unusable(message: str, at: Location) -> Diagnostic:
    """What keeps a list from being used."""
    hint = "Claims of 837P files pend until it is mended: whose they are is told by it."
    return Diagnostic("payers-unusable", message, at, hint)
