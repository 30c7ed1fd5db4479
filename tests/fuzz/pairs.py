"""Deciding generated encounters by generated policies with both runtimes, and holding the decisions together."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from payerrules.decide.engine import Engine
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.language.policy import read_policy
from payerrules.library.library import Library
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import has_error
from payerrules.payers.manager import Plugins
from payerrules.runtimes.judge import RUNTIMES, Judge
from tests.fuzz.generate import encounter, policy, text

_SHIPPED: list[Library] = []


class PolicyRefused(Exception):
    """A generated policy has errors; most rest on a cycle or a clash that chance made."""


def library_of(data: dict[str, Any]) -> Library:
    """A library that holds one generated policy."""
    if not _SHIPPED:
        _SHIPPED.append(Library.open([shipped_policies()])[0])
    library = Library(_SHIPPED[0].vocabulary, catalogues=_SHIPPED[0].catalogues)
    made, found = read_policy(text(data), "fuzz.yaml", Path())
    if made is None or has_error(found):
        raise PolicyRefused("\n".join(d.text() for d in found))
    library.shelf[made.policy] = [made]
    library.link()
    return library


def engines(data: dict[str, Any]) -> list[Engine]:
    """An engine for each runtime, all on the same policy."""
    return [Engine(library_of(data), Judge(runtime), Plugins(load=False), None, False) for runtime in RUNTIMES]


def decisions(made: list[Engine], data: dict[str, Any]) -> list[dict[str, Any]]:
    """What each engine decides of an encounter."""
    return [engine.decide(encounter_from_dict(data, engine.vocabulary)).to_dict() for engine in made]


def differences(seed: int, pairs: int) -> tuple[int, list[str], int]:
    """Decide so many encounters of one generated policy; how many were compared, what differed, how many policies refused."""
    random = Random(seed)
    data = policy(random)
    made = engines(data)
    found: list[str] = []
    compared = 0
    for number in range(pairs):
        claim = encounter(random, number)
        try:
            first, *others = decisions(made, claim)
        except Exception as error:
            found.append(f"seed {seed}, encounter {number}: {type(error).__name__}: {error}")
            continue
        compared += 1
        if any("without its errors" in need for line in first["lines"] for need in line["needs"]):
            return 0, found, 1
        for other in others:
            if other != first:
                keys = [key for key in first if first[key] != other[key]]
                found.append(f"seed {seed}, encounter {number}: {', '.join(keys)} differ")
    return compared, found, 0
