"""A host: loads plugins and runs their hooks where it stands; faults are caught, nothing is timed."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import pluggy

from payerrules.payers.hookspecs import GROUP, HOOKS, Hooks
from payerrules.payers.isolation import MOST_VALUES, Called, attempt, told, worded

FORMATS = "payerrules_formats"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin that could be loaded: the hooks it has, and what it says it is for; else the fault."""

    hooks: tuple[str, ...] = ()
    says: str = ""
    fault: str = ""


class Host:
    """The plugins of one process, by name."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager(GROUP)
        self.manager.add_hookspecs(Hooks)
        self.formats: dict[tuple[str, str, str], Any] = {}  # plugin, format, read or write

    def load(self, name: str) -> Loaded:
        """Load a plugin by its entry point; what keeps it from loading is its fault."""
        if self.manager.has_plugin(name):
            return self.loaded(name)
        try:
            point = next(p for p in metadata.entry_points(group=GROUP) if p.name == name)
            return self.register(point.load(), name)
        except BaseException as error:  # a package that cannot be imported, whatever the reason, takes nothing down
            return Loaded(fault=f"the plugin {name} cannot be loaded: {told(error)}")

    def register(self, plugin: object, name: str) -> Loaded:
        """Take in a module or object with hooks.

        Raises pluggy's PluginValidationError for a hook that is none, or that wants arguments it will not get.
        """
        self.manager.register(plugin, name)
        for hook in self.manager.get_hookcallers(plugin) or ():
            if hook.name not in HOOKS:
                raise pluggy.PluginValidationError(
                    plugin, f"there is no hook {hook.name}; there are {', '.join(HOOKS)}"
                )
        return self.loaded(name)

    def loaded(self, name: str) -> Loaded:
        """What a registered plugin has."""
        plugin = self.manager.get_plugin(name)
        has = {hook.name for hook in self.manager.get_hookcallers(plugin) or ()}
        doc = inspect.getdoc(plugin) or ""
        return Loaded(tuple(hook for hook in HOOKS if hook in has), doc.partition("\n")[0])

    def call(self, plugin: str, what: str, arguments: Mapping[str, Any]) -> Called:
        """Call a hook of a plugin, or a reader or writer of it: `payerrules_formats:NAME:read`."""
        hook, _, way = what.partition(":")
        if way:
            name, _, verb = way.rpartition(":")
            function = self.formats[plugin, name, verb]
            return attempt(plugin, worded(what), function, self.wanted(function, arguments), MOST_VALUES)
        found = next(h for h in getattr(self.manager.hook, hook).get_hookimpls() if h.plugin_name == plugin)
        wanted = {name: value for name, value in arguments.items() if name in found.argnames}
        function = found.function
        if hook == FORMATS:
            return attempt(plugin, hook, lambda: self.described(plugin, function()), {})
        return attempt(plugin, hook, function, wanted)

    @staticmethod
    def wanted(function: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that a function takes."""
        names = inspect.signature(function).parameters
        return {name: value for name, value in arguments.items() if name in names}

    def described(self, plugin: str, given: Any) -> Any:
        """Formats without their functions, which are kept here.

        Raises TypeError for a format that neither reads nor writes, or whose name or endings are none.
        """
        if given is None:
            return None
        found = {}
        for name, one in given.items():
            endings = one.get("endings", ())
            if not isinstance(name, str) or isinstance(endings, str) or not all(isinstance(e, str) for e in endings):
                raise TypeError(f"the format {name!r:.40} has no name, or its endings are no list of texts")
            for verb in ("read", "write"):
                if callable(one.get(verb)):
                    self.formats[plugin, name, verb] = one[verb]
            verbs = [verb for verb in ("read", "write") if callable(one.get(verb))]
            if not verbs:
                raise TypeError(f"the format {name} has neither read nor write")
            found[name] = {"says": one.get("says", ""), "endings": list(endings), "verbs": verbs}
        return found
