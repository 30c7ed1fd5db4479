"""Isolation: a hook that raises, hangs or returns nonsense never changes a payment and never takes the process down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

TIME_LIMIT = 2.0
"""Seconds a hook may take; past it the encounter pends and names the plugin."""


@dataclass(frozen=True, slots=True)
class Called:
    """What became of a call: a result, or the fault that kept it from one."""

    plugin: str
    hook: str
    result: Any = None
    fault: str = ""


def call(
    plugin: str, hook: str, function: Callable[..., Any], arguments: Mapping[str, Any], limit: float = TIME_LIMIT
) -> Called:
    """Call a hook in a thread of its own, with inputs it cannot change, for no longer than the limit.

    >>> call("p", "h", lambda x: x["a"], {"x": {"a": 1}}).result
    1
    """
    box: list[Called] = []

    def work() -> None:
        try:
            given = {name: frozen(value) for name, value in arguments.items()}
            box.append(Called(plugin, hook, whole(function(**given))))
        except BaseException as error:  # whatever a plugin raises is its fault and nobody else's
            box.append(
                Called(plugin, hook, fault=f"{hook} of the plugin {plugin} raised {type(error).__name__}: {error}")
            )

    thread = threading.Thread(target=work, name=f"plugin {plugin}", daemon=True)
    thread.start()
    thread.join(limit)
    if not box:
        return Called(plugin, hook, fault=f"{hook} of the plugin {plugin} took longer than {limit:g} seconds")
    return box[0]


def whole(result: Any) -> Any:
    """A result with what is lazy in it worked out, so that no plugin code runs later."""
    if isinstance(result, Mapping):
        return {key: whole(value) for key, value in result.items()}
    if isinstance(result, str | bytes) or not hasattr(result, "__iter__"):
        return result
    return [whole(one) for one in result]


def frozen(value: Any) -> Any:
    """A copy that cannot be changed: maps read-only, lists as tuples.

    >>> frozen({"lines": [1, 2]})["lines"]
    (1, 2)
    """
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(one) for one in value)
    return value
