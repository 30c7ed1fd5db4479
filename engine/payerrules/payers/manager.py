"""The plugins of an engine: those built in, those installed (by name), and those registered by hand; each isolated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from payerrules.language.structure import read_checked
from payerrules.language.vocabulary import ENTITIES, Vocabulary, load_vocabulary
from payerrules.model.diagnostic import Diagnostic, has_error
from payerrules.payers.builtin import BUILT_IN, BuiltIn
from payerrules.payers.hookspecs import GROUP
from payerrules.payers.host import Host
from payerrules.payers.isolation import MEGABYTES, MEMORY, MOST_THINGS, Called, in_thread, printable
from payerrules.payers.process import shared
from payerrules.payers.yaml_text import as_yaml

SECONDS: Final = 5
"""Seconds a hook may take where PAYERRULES_PLUGIN_SECONDS does not say otherwise."""
FILE_SECONDS: Final = 60
"""Seconds a plugin may take to read or write a file."""
WITHOUT: Final = "PAYERRULES_WITHOUT_PLUGINS"
LIMIT: Final = "PAYERRULES_PLUGIN_SECONDS"
MOST_VOCABULARY: Final = 1_000_000
"""How many characters a vocabulary of a plugin may have."""
MOST_SET: Final = 1_000_000_000
"""What a setting may be at most."""
Runner = Callable[[str, str, Mapping[str, Any], float], Called]


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin: its name and version, what it says it is for, where it comes from, and the hooks it has."""

    name: str
    version: str
    package: str
    says: str
    hooks: tuple[str, ...]
    run: Runner


class Plugins:
    """The plugins of an engine, in the order in which they are asked: what is built in, then the others by name."""

    def __init__(self, load: bool = True, without: Iterable[str] = (), seconds: float | None = None) -> None:
        """Take in the plugins that are installed, but for those switched off here or by PAYERRULES_WITHOUT_PLUGINS.

        `seconds` is what a hook may take. Raises ValueError for a name that no plugin has, and for a setting that is no number.
        """
        self.seconds = seconds if seconds is not None else setting(LIMIT, SECONDS, "seconds")
        setting(MEMORY, MEGABYTES, "megabytes")
        self.host = Host()
        self.listed: dict[str, Plugin] = {}
        self.faults: list[str] = []
        self.lost: set[str] = set()
        self.switched_off: tuple[str, ...] = ()
        self.prefixes: dict[str, str] = {}  # the prefix of a vocabulary, and the plugin whose it is
        self.register(BuiltIn(), BUILT_IN)
        if load:
            self.find(without)

    def find(self, without: Iterable[str]) -> None:
        """Load what is installed."""
        points: dict[str, dict[tuple[str, str], metadata.EntryPoint]] = {}
        for point in metadata.entry_points(group=GROUP):
            points.setdefault(point.name, {})[point.value, point.dist.name if point.dist else ""] = point
        set_off = [name.strip() for name in os.environ.get(WITHOUT, "").split(",") if name.strip()]
        self.switched_off = tuple(sorted({*without, *set_off}))
        for name in self.switched_off:
            if name not in points:
                there = f"installed are {', '.join(sorted(points))}" if points else "none is installed"
                raise ValueError(f"no plugin is called `{name}`; {there}")
        chosen = {name: found for name, found in sorted(points.items()) if name not in self.switched_off}
        once = [name for name, found in chosen.items() if len(found) == 1 and name != BUILT_IN]
        for name in once:
            shared(name).begin()
        for name, found in chosen.items():
            if name not in once:
                packages = ", ".join(sorted(package for _, package in found))
                self.faults.append(f"the plugin {name} is not used: more than one package calls itself so ({packages})")
                continue
            dist = next(iter(found.values())).dist
            worker = shared(name)
            loaded = worker.load()
            if loaded.fault:
                self.faults.append(loaded.fault)
            self.listed[name] = Plugin(
                name, dist.version if dist else "", dist.name if dist else "", loaded.says, loaded.hooks, worker.call
            )

    def register(self, plugin: object, name: str, version: str = "") -> None:
        """Add a module or object by hand; its hooks run in threads of this process.

        Raises pluggy's PluginValidationError for a hook that is none.
        """
        loaded = self.host.register(plugin, name)
        run = self.trusted if name == BUILT_IN else self.threaded
        made = Plugin(name, version, "", loaded.says, loaded.hooks, run)
        others = {**self.listed, name: made}
        self.listed = {key: others[key] for key in sorted(others, key=lambda key: (key != BUILT_IN, key))}

    def threaded(self, plugin: str, what: str, arguments: Mapping[str, Any], limit: float) -> Called:
        """Run a hook in a thread."""
        return in_thread(plugin, what, lambda: self.host.call(plugin, what, arguments), limit)

    def trusted(self, plugin: str, what: str, arguments: Mapping[str, Any], limit: float) -> Called:
        """Run a hook that is the engine's own."""
        return self.host.call(plugin, what, arguments)

    @property
    def versions(self) -> dict[str, str]:
        """The plugins that take part, with their versions, in their order."""
        return {name: plugin.version for name, plugin in self.listed.items() if name != BUILT_IN}

    def having(self, hook: str) -> list[Plugin]:
        """The plugins that have a hook and can be asked, in their order."""
        return [one for one in self.listed.values() if hook in one.hooks and one.name not in self.lost]

    def call(self, hook: str, **arguments: Any) -> list[Called]:
        """Call a hook of every plugin that has it, in their order; what gives None is left out."""
        found = [self.ask(plugin, hook, arguments, self.seconds) for plugin in self.having(hook)]
        return [called for called in found if called.fault or called.result is not None]

    def ask(self, plugin: Plugin, what: str, arguments: Mapping[str, Any], limit: float) -> Called:
        """Call one hook of one plugin; one that is lost is off from here on, and every later decision names it."""
        called = plugin.run(plugin.name, what, arguments, limit)
        if called.lost:
            self.lost.add(plugin.name)
            self.faults.append(called.fault)
        return called

    # --- what is asked once, when an engine opens ------------------------------------------------
    def vocabularies(self) -> tuple[list[Vocabulary], list[Diagnostic]]:
        """The vocabularies that plugins add; one that is wrong, or whose prefix is taken, is a fault and left out."""
        made: list[Vocabulary] = []
        found: list[Diagnostic] = []
        for called in self.call("payerrules_vocabulary"):
            if called.fault:
                self.fault(called.fault)
                continue
            if len(repr(called.result)) > MOST_VOCABULARY:
                self.fault(f"the vocabulary of the plugin {called.plugin} has more than {MOST_VOCABULARY:,} characters")
                continue
            node, wrong = read_checked(as_yaml(called.result), f"plugin {called.plugin}", "vocabulary")
            vocabulary, more = load_vocabulary(node)
            wrong = list(dict.fromkeys([*wrong, *more]))
            taken = self.prefixes.setdefault(vocabulary.name, called.plugin)
            if has_error(wrong):
                self.fault(f"the vocabulary of the plugin {called.plugin} is wrong: {wrong[0].message}")
            elif vocabulary.name in ENTITIES or taken != called.plugin:
                whose = "the engine's" if vocabulary.name in ENTITIES else f"the plugin {taken}'s"
                self.fault(f"the plugin {called.plugin} calls its vocabulary `{vocabulary.name}`, which is {whose}")
            else:
                made.append(vocabulary)
            found += wrong
        return made, found

    def fault(self, text: str) -> None:
        """Note a fault for which every encounter pends, once."""
        text = printable(text)
        if text not in self.faults:
            self.faults.append(text)

    def policies(self) -> dict[str, list[Path]]:
        """The folders and files of policies, by the plugin that ships them."""
        found: dict[str, list[Path]] = {}
        for called in self.call("payerrules_policies"):
            if called.fault:
                self.fault(called.fault)
                continue
            listed = called.result if isinstance(called.result, list) else [called.result]
            if len(listed) > MOST_THINGS:
                self.fault(f"the plugin {called.plugin} ships policies at more than {MOST_THINGS:,} places")
                continue
            for path in listed:
                if isinstance(path, str) and is_place(Path(path)):
                    found.setdefault(called.plugin, []).append(Path(path))
                else:
                    self.fault(f"the plugin {called.plugin} ships policies at {path!r:.200}, where there are none")
        return found


def is_place(path: Path) -> bool:
    """Whether policies can be there: a file or folder, named from the top, and not everything there is."""
    try:
        return path.is_absolute() and path != path.parent and (path.is_file() or path.is_dir())
    except (OSError, ValueError):  # a name that no file can have
        return False


def setting(name: str, default: float, what: str) -> float:
    """A number above 0 that the environment sets, or what stands without it.

    Raises ValueError where it is no such number.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < MOST_SET:
        raise ValueError(f"{name}={text} is no number of {what}: write one above 0, such as {default}")
    return number
