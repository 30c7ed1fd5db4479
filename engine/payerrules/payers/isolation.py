"""Isolation: what a hook may do to its input, what it may give, and how long it may take."""

from __future__ import annotations

import contextlib
import ctypes
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final

from payerrules.model.diagnostic import visible

MOST_VALUES: Final = 5_000_000
"""How many values a reader or writer may give at once, so that an endless list ends."""
MOST_OF_HOOK: Final = 200_000
"""How many values any other hook may give at once."""
MOST_CHARACTERS: Final = 100_000
"""How long a text may be that stands in a map or list."""
MOST_THINGS: Final = 1_000
"""How many overrides, counters or places of policies a plugin may give at once."""
MOST_FAULTS: Final = 10
"""How many faults of one answer are told."""
MOST_DEEP: Final = 50
"""How deep maps and lists may stand in each other in what a hook gives."""
MOST_SAID: Final = 300
"""How many characters of an error's own text are told."""
MOST_TOLD: Final = 600
"""How many characters of anything a plugin says are told."""
MEMORY: Final = "PAYERRULES_PLUGIN_MEGABYTES"
MEGABYTES: Final = 2_000
"""Millions of bytes that an installed plugin may use where the setting does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Called:
    """What became of a call: a result, or the fault that kept it from one. `lost`: the plugin cannot be called again."""

    plugin: str
    hook: str
    result: Any = None
    fault: str = ""
    lost: bool = False


class Stopped(BaseException):
    """Raised inside a thread that took too long."""


def attempt(
    plugin: str,
    hook: str,
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    most: int = MOST_OF_HOOK,
) -> Called:
    """Call a hook here and now, with inputs it cannot change; whatever it raises is its fault and nobody else's.

    >>> attempt("p", "h", lambda x: x["a"], {"x": {"a": 1}}).result
    1
    >>> attempt("p", "h", lambda x: x.update(a=2), {"x": {"a": 1}}).fault
    "h of the plugin p raised AttributeError: 'mappingproxy' object has no attribute 'update'"
    """
    try:
        return Called(plugin, hook, plain(function(**{name: frozen(value) for name, value in arguments.items()}), most))
    except Stopped:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: a plugin does not end the process
        return Called(plugin, hook, fault=f"{hook} of the plugin {plugin} raised {told(error)}")


def printable(text: str) -> str:
    """What a plugin says, as it may be shown to a person: on one line, without characters that steer a terminal, and not without end.

    >>> printable("a \\x1b[31mred\\n thing")
    'a ?[31mred thing'
    """
    short = " ".join(text[: 2 * MOST_TOLD].split())
    whole = short if len(short) <= MOST_TOLD else f"{short[:MOST_TOLD]} ..."
    return visible(whole)


def told(error: BaseException) -> str:
    """An error in one line: its kind, and what it says of itself where it can.

    >>> told(KeyError("npi")), told(MemoryError())
    ("KeyError: 'npi'", 'MemoryError')
    """
    try:
        said = printable(str(error))
    except BaseException:  # its own text is code of the plugin too
        said = ""
    return f"{type(error).__name__}: {said:.{MOST_SAID}}" if said else type(error).__name__


def too_long(plugin: str, hook: str, limit: float) -> Called:
    """The fault of a hook that did not come back in time; the plugin is not called again."""
    fault = (
        f"{hook} of the plugin {plugin} took longer than {limit:g} seconds; the plugin is off for the rest of the run"
    )
    return Called(plugin, hook, fault=fault, lost=True)


def worded(what: str) -> str:
    """What was called, as a person reads it.

    >>> worded("payerrules_formats:abc:read"), worded("payerrules_history")
    ('read of the format abc', 'payerrules_history')
    """
    hook, _, way = what.partition(":")
    name, _, verb = way.rpartition(":")
    return f"{verb} of the format {name}" if way else hook


def in_thread(plugin: str, hook: str, work: Callable[[], Called], limit: float) -> Called:
    """Do a call in a thread, for no longer than the limit.

    A loop of Python code that is late is stopped by an exception raised in its thread. A call that sleeps or waits is left behind;
    one that never lets go of the interpreter cannot be stopped by any thread, and is why installed plugins have a process.
    """
    box: list[Called] = []

    def run() -> None:
        with contextlib.suppress(Stopped):
            box.append(work())

    thread = threading.Thread(target=run, name=f"plugin {plugin}", daemon=True)
    thread.start()
    thread.join(limit)
    if box:
        return box[0]
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
    return too_long(plugin, hook, limit)


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


def plain(value: Any, most: int = MOST_VALUES) -> Any:
    """What a hook gave as plain data, worked out whole, so that no code of the plugin runs later.

    Raises TypeError for what is no data, ValueError for more than there can be.

    >>> plain({"from": date(2026, 1, 31), "codes": ("92507",), "used": Decimal("12.50"), "yes": True})
    {'from': '2026-01-31', 'codes': ['92507'], 'used': '12.50', 'yes': True}
    """
    left = most

    def walk(value: Any, deep: int = 0) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"it gave more than {most:,} values")
        if deep > MOST_DEEP:
            raise ValueError(f"it gave maps and lists more than {MOST_DEEP} deep in each other")
        if value is None or isinstance(value, bool | bytes):
            return value
        if isinstance(value, Enum):
            return walk(value.value, deep + 1)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, str | float | Decimal | date | PurePath):
            return text_of(value, deep)
        if isinstance(value, Mapping):
            return {text_of(key_of(key), 1): walk(one, deep + 1) for key, one in value.items()}
        if isinstance(value, set | frozenset):
            return sorted((walk(one, deep + 1) for one in value), key=str)
        if hasattr(value, "__iter__"):
            return [walk(one, deep + 1) for one in value]
        raise TypeError(f"it gave a {type(value).__name__}, which is no plain data")

    return walk(value)


def text_of(value: Any, deep: int) -> str:
    """A value as text; what stands in a map or list is no whole file.

    Raises ValueError for a text that is too long.
    """
    text = str(value)
    if deep and len(text) > MOST_CHARACTERS:
        raise ValueError(f"it gave a text of {len(text):,} characters")
    return text


def some(faults: list[str], most: int = MOST_FAULTS) -> list[str]:
    """The first of many faults, as they may be shown, and how many more there are.

    >>> some(["a", "b", "c"], 1)
    ['a', 'and 2 more such faults']
    """
    told = [printable(fault) for fault in faults[:most]]
    return told if len(faults) <= most else [*told, f"and {len(faults) - most} more such faults"]


def key_of(key: Any) -> str:
    """A key as text."""
    if isinstance(key, str | int | date):
        return str(key)
    raise TypeError(f"it gave a map with a {type(key).__name__} as key")
